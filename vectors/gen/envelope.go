package gen

import (
	"strings"
)

// base is the claim from which most cases start.
var base = claim(alice, "github:alice")

func envelopeTopic(b *book) {
	t := b.topic("envelope", "The signed envelope: its members, its codes and the limits around it.")
	envelopeForms(t)
	envelopeMembers(t)
	envelopeKinds(t)
	signatureMembers(t)
	signatureKeys(t)
	signatureBytes(t)
	signatureTexts(t)
	envelopeJSON(t)
	envelopeLimits(t)
}

// mend adds an accepting envelope.
func mend(t *topic, id, title string, e obj, text string, o ...option) {
	t.ok(id, title, read("claim", []byte(text)), sound(e, "json"), o...)
}

// broken adds a refused envelope, written without white space.
func broken(t *topic, id, of, fault string, e obj, code string, o ...option) {
	t.bad(id, fault, of, fault, asClaim(e), code, o...)
}

func envelopeForms(t *topic) {
	t.group("claim.verify", "ENV-004 ENC-002", "The signature covers the payload's canonical form, so the writing around it is free.")
	mend(t, "json", "a claim in the JSON form", base, pretty(base), wire, tags("ENC-001 ENV-001 ENV-003 SIG-014 SIG-015"), signedBytes(base))
	mend(t, "compact-json", "a claim without white space", base, compact(base), wire, tags("SIG-001 SIG-002 SIG-004 ENV-012"))
	mend(t, "canonical", "a claim in canonical form", base, canonical(base), wire, tags("ENV-004 JSON-001"))
	turned := at("payload", reverse)(at("signature", reverse)(reverse(base)))
	mend(t, "reversed", "all members in the opposite order", base, compact(turned), wire)
	mend(t, "tabs", "tabs and CRLF in place of spaces and newlines", base,
		strings.ReplaceAll(strings.ReplaceAll(pretty(base), "  ", "\t"), "\n", "\r\n"), wire)
	mend(t, "escaped", "escapes in names and values", base,
		strings.NewReplacer(`"kez"`, `"\u006bez"`, "github:alice", `github\u003aalice`).Replace(compact(base)), tags("JSON-002 ENV-004"),
		why("One tokenizer has to unescape for the signature and for the screen."))
	nostr := claim(nora, "github:alice")
	mend(t, "nostr", "a claim signed with a nostr key", nostr, compact(nostr), wire, tags("SIG-016 SIG-001 SIG-024"), signedBytes(nostr))
	html := claim(alice, "x:<a&b>")
	mend(t, "html", "a subject with characters that HTML-safe writers escape", html, compact(html), tags("JSON-026 SIG-014"), signedBytes(html),
		why("Go's encoder escapes these by default and would sign another text."))
	slash := claim(alice, "x:a/b")
	mend(t, "slash", "an escaped solidus in the subject", slash, strings.Replace(compact(slash), "a/b", `a\/b`, 1), tags("JSON-026 SIG-014"))
}

func envelopeMembers(t *topic) {
	t.group("claim.verify", "JSON-017 ENV-001", "A member that nobody signed must not be shown, and not be passed over either.")
	broken(t, "extra-top", "compact-json", "a fourth member", set("note", "x")(base), "json.unknown_member")
	broken(t, "extra-payload", "compact-json", "a further member in the payload, signed", claim(alice, "github:alice", set("note", "x")), "json.unknown_member", tags("JSON-017 CLAIM-001"))
	broken(t, "extra-payload-null", "compact-json", "a further member in the payload that is null, signed", claim(alice, "github:alice", set("note", nil)), "json.unknown_member", tags("JSON-017 CLAIM-001"))
	broken(t, "extra-signature", "compact-json", "a further member in the signature", at("signature", set("created", 1))(base), "json.unknown_member", tags("JSON-017 ENV-002"))
	broken(t, "upper-kez", "compact-json", "a member KEZ beside kez", set("KEZ", "claim")(base), "json.unknown_member", tags("JSON-016 JSON-017"), why("Go's decoder folds case and takes the last one."))
	broken(t, "renamed-kez", "compact-json", "Kez in place of kez", rename("kez", "Kez")(base), "json.unknown_member", tags("JSON-016 ENV-001"))
	broken(t, "kelvin-kez", "compact-json", "a member that starts with the Kelvin sign", set("\u212aez", "claim")(base), "json.unknown_member", tags("JSON-016 JSON-017"), why("The Kelvin sign folds to k."))
	broken(t, "proto-top", "compact-json", "a member __proto__", set("__proto__", obj{{"kez", "claim"}})(base), "json.unknown_member", why("A JavaScript reader that assigns it changes every object."))
	broken(t, "payload-payload", "compact-json", "a member payload inside a claim's payload, signed", claim(alice, "github:alice", set("payload", obj{})), "json.unknown_member", tags("JSON-017 CLAIM-001"))
	t.group("claim.verify", "ENV-006", "What is no envelope is told apart from a damaged one.")
	for _, f := range []struct {
		id, fault string
		value     any
	}{
		{"array", "an array around the envelope", list{base}},
		{"string", "the envelope as a string", compact(base)},
		{"number", "a number in place of the envelope", 1},
		{"null", "null in place of the envelope", nil},
		{"empty-object", "an object without members", obj{}},
		{"no-kez", "no kez", drop("kez")(base)},
		{"no-payload", "no payload", drop("payload")(base)},
	} {
		t.bad(f.id, f.fault, "compact-json", f.fault, read("claim", []byte(canonical(f.value))), "envelope.not_object")
	}
}

func envelopeKinds(t *topic) {
	t.group("claim.verify", "ENV-007 ENV-005", "A signature for one purpose must not serve another.")
	mismatch := "envelope.type_mismatch"
	broken(t, "kez-case", "compact-json", "Claim with a capital", set("kez", "Claim")(base), mismatch)
	broken(t, "kez-other", "compact-json", "an unknown kind", set("kez", "attestation")(base), mismatch)
	broken(t, "kez-empty", "compact-json", "an empty kind", set("kez", "")(base), mismatch)
	broken(t, "kez-event", "compact-json", "the kind of a chain event around a claim", set("kez", "sigchain_event")(base), mismatch, tags("ENV-007 ENV-008 ENV-012"))
	broken(t, "type-event", "compact-json", "the type of a chain event in a claim, signed", claim(alice, "github:alice", set("type", "kez.sigchain.event")), mismatch, tags("ENV-008 ENV-012 CLAIM-003"))
	broken(t, "type-registration", "compact-json", "the type of a registration in a claim, signed", claim(alice, "github:alice", set("type", "kez.chat.handle_registration")), mismatch, tags("ENV-008 ENV-012 CLAIM-003"))
	broken(t, "type-case", "compact-json", "KEZ.claim, signed", claim(alice, "github:alice", set("type", "KEZ.claim")), mismatch, tags("ENV-008 CLAIM-003"))
	broken(t, "type-absent", "compact-json", "no type, signed", claim(alice, "github:alice", drop("type")), mismatch, tags("ENV-008 CLAIM-003"))
	event := newChain(alice).add("github:alice").events[0]
	broken(t, "event-as-claim", "compact-json", "a sound chain event where a claim is asked for", event, mismatch, tags("ENV-007"))
	registration := envelope(alice, "handle_registration", obj{
		{"type", "kez.chat.handle_registration"}, {"version", 1}, {"handle", "alice"},
		{"server", "kez.lat"}, {"primary", alice.id}, {"created_at", created},
	})
	broken(t, "registration-as-claim", "compact-json", "a sound registration where a claim is asked for", registration, mismatch, tags("ENV-007"))
	t.group("claim.verify", "ENV-009 JSON-019", "Another JSON type is a fault of its own, so that the message can name both.")
	for _, f := range []struct {
		id, fault string
		e         obj
	}{
		{"kez-number", "a number as kez", set("kez", 1)(base)},
		{"kez-null", "null as kez", set("kez", nil)(base)},
		{"kez-array", "kez in an array", set("kez", list{"claim"})(base)},
		{"payload-array", "the payload in an array", set("payload", list{base.get("payload")})(base)},
		{"payload-string", "the payload as a string", set("payload", canonical(base.get("payload")))(base)},
		{"payload-null", "null as the payload", set("payload", nil)(base)},
		{"type-number", "a number as the type, signed", claim(alice, "github:alice", set("type", 1))},
		{"type-null", "null as the type, signed", claim(alice, "github:alice", set("type", nil))},
		{"signature-string", "a string as the signature", set("signature", "x")(base)},
		{"signature-array", "the signature in an array", set("signature", list{base.get("signature")})(base)},
		{"signature-number", "a number as the signature", set("signature", 1)(base)},
		{"signature-false", "false as the signature", set("signature", false)(base)},
	} {
		broken(t, f.id, "compact-json", f.fault, f.e, "json.type")
	}
}
