package gen

import "strings"

func ranksTopic(b *book) {
	t := b.topic("ranks", "Documents with two faults, and the one that is named.")
	rankTexts(t)
	rankMembers(t)
	rankSignatures(t)
	rankRules(t)
	rankChains(t)
}

// duel adds a claim with two faults, each known from a case of its own.
func duel(t *topic, id, rules, fault, text, code, a, b string) {
	t.bad(id, fault, "envelope-compact-json", fault, read("claim", []byte(text)), code, tags(rules), combines(a, b))
}

func rankTexts(t *topic) {
	t.group("claim.verify", "ERR-008", "One document gets one code, whichever check a program happens to do first.")
	whole := compact(base)
	duel(t, "duplicate-trailing", "ERR-008 ERR-010", "kez twice, and a second value", swap(whole, `"kez":"claim"`, `"kez":"claim","kez":"claim"`)+"{}", "json.duplicate_member", "envelope-duplicate-kez", "envelope-two")
	duel(t, "number-surrogate", "ERR-008", "1.0 as the version, and half a pair in the subject after it",
		swap(swap(whole, `"version":1`, `"version":1.0`), `"github:alice"`, `"github:alice\ud800"`), "json.number", "envelope-version-float", "envelope-lone-surrogate")
	duel(t, "surrogate-cut", "ERR-008", "half a pair in the subject, the last brace cut off",
		strings.TrimSuffix(swap(whole, `"github:alice"`, `"github:alice\ud800"`), "}"), "json.lone_surrogate", "envelope-lone-surrogate", "envelope-cut")
	duel(t, "cut-wrong-kind", "ERR-008 ERR-013", "an unknown kind, the last brace cut off", strings.TrimSuffix(compact(set("kez", "attestation")(base)), "}"), "json.syntax", "envelope-kez-other", "envelope-cut")
	duel(t, "trailing-extra", "ERR-010 ERR-011", "a fourth member, and a second value", compact(set("note", "x")(base))+"{}", "json.trailing_data", "envelope-extra-top", "envelope-two")
	duel(t, "trailing-array", "ERR-010 ERR-012", "an array around the envelope, and a second value", "["+whole+"]{}", "json.trailing_data", "envelope-array", "envelope-two")
}

func rankMembers(t *topic) {
	t.group("claim.verify", "ERR-011", "The outermost fault is the one to mend first.")
	members := func(id, rules, fault string, e obj, code, a, b string) {
		duel(t, id, rules, fault, compact(e), code, a, b)
	}
	edited := func(e ...edit) obj { return claim(alice, "github:alice", e...) }
	members("extra-no-kez", "ERR-011 ERR-012", "a fourth member, and no kez", set("note", "x")(drop("kez")(base)), "json.unknown_member", "envelope-extra-top", "envelope-no-kez")
	members("no-payload-kind", "ERR-012 ERR-013", "no payload, and an unknown kind", set("kez", "attestation")(drop("payload")(base)), "envelope.not_object", "envelope-no-payload", "envelope-kez-other")
	members("kind-extra", "ERR-013 ERR-014", "an unknown kind, and a further member in the payload", set("kez", "attestation")(edited(set("note", "x"))), "envelope.type_mismatch", "envelope-kez-other", "envelope-extra-payload")
	members("type-extra-signature", "ERR-013 ERR-014", "the type of an event, and a further member in the signature", at("signature", set("created", 1))(edited(set("type", "kez.sigchain.event"))), "envelope.type_mismatch", "envelope-type-event", "envelope-extra-signature")
	members("extra-absent", "ERR-014 ERR-015", "a further member in the payload, and no subject", edited(set("note", "x"), drop("subject")), "json.unknown_member", "envelope-extra-payload", "claim-subject-absent")
	members("extra-signature-absent", "ERR-014 ERR-015", "a further member in the signature, and no subject", at("signature", set("created", 1))(edited(drop("subject"))), "json.unknown_member", "envelope-extra-signature", "claim-subject-absent")
	members("version-subject", "ERR-015", "neither version nor subject", edited(drop("version"), drop("subject")), "claim.version", "claim-version-absent", "claim-subject-absent")
	members("subject-primary", "ERR-015", "neither subject nor primary", edited(drop("subject"), drop("primary")), "claim.subject_missing", "claim-subject-absent", "claim-primary-absent")
	members("primary-created", "ERR-015", "neither primary nor created_at", edited(drop("primary"), drop("created_at")), "claim.primary_missing", "claim-primary-absent", "claim-created-absent")
	members("created-signature", "ERR-015", "neither created_at nor a signature", drop("signature")(edited(drop("created_at"))), "claim.created_at", "claim-created-absent", "envelope-signature-absent")
	members("absent-null-signature", "ERR-015 SIG-005", "no primary, and null as the signature", set("signature", nil)(edited(drop("primary"))), "claim.primary_missing", "claim-primary-absent", "envelope-signature-null")
	members("absent-type", "ERR-015 ERR-017", "no alg, and a number as the subject", at("signature", drop("alg"))(edited(set("subject", 1))), "signature.missing", "envelope-alg-absent", "claim-subject-number")
	members("absent-kez-number", "ERR-015 ERR-017", "no sig, and a number as kez", at("signature", drop("sig"))(set("kez", 1)(base)), "signature.missing", "envelope-sig-absent", "envelope-kez-number")
	members("payload-text-unsigned", "ERR-031 ERR-015", "the payload as a string, and no signature", drop("signature")(set("payload", canonical(base.get("payload")))(base)), "signature.missing", "envelope-payload-string", "envelope-signature-absent")
	members("signature-text-absent", "ERR-031 ERR-015", "a string as the signature, and no subject", set("signature", "x")(edited(drop("subject"))), "claim.subject_missing", "envelope-signature-string", "claim-subject-absent")
	members("type-version", "ERR-018 ERR-017", "a text as the version, and null as the subject", edited(set("version", "1"), set("subject", nil)), "json.type", "claim-version-text", "claim-subject-null")
	members("type-created", "ERR-018 ERR-017", "a number as created_at, and a number as sig", at("signature", set("sig", 1))(edited(set("created_at", 1767323045))), "json.type", "claim-created-number", "envelope-sig-number")
}

func rankSignatures(t *topic) {
	t.group("claim.verify", "ERR-020", "Identities are judged before the signature that depends on them.")
	members := func(id, rules, fault string, e obj, code, a, b string) {
		duel(t, id, rules, fault, compact(e), code, a, b)
	}
	upper := claim(alice, "github:Alice")
	sig := upper.get("signature", "sig").(string)
	members("type-identity", "ERR-017 ERR-020", "an upper-case subject, and a number as sig", at("signature", set("sig", 1))(upper), "json.type", "claim-subject-upper", "envelope-sig-number")
	members("subject-primary-spelling", "ERR-020", "an upper-case subject, and an empty primary", claim(alice, "github:Alice", set("primary", "")), "identity.not_canonical", "claim-subject-upper", "claim-primary-empty")
	members("subject-key", "ERR-020", "an upper-case subject, and an empty key", at("signature", set("key", ""))(upper), "identity.not_canonical", "claim-subject-upper", "envelope-key-empty")
	members("identity-alg", "ERR-020 ERR-021", "an upper-case subject, and the algorithm none", at("signature", set("alg", "none"))(upper), "identity.not_canonical", "claim-subject-upper", "envelope-alg-none")
	members("alg-key", "ERR-021", "the algorithm none, and Bob's key named", at("signature", set("key", bob.id))(at("signature", set("alg", "none"))(base)), "signature.alg_unknown", "envelope-alg-none", "envelope-other-key-named")
	members("alg-mismatch-key", "ERR-021", "the algorithm of nostr, and Bob's key named", at("signature", set("key", bob.id))(at("signature", set("alg", algNostr))(base)), "signature.alg_key_mismatch", "envelope-alg-of-nostr", "envelope-other-key-named")
	upperSig := strings.ToUpper(base.get("signature", "sig").(string))
	members("key-encoding", "ERR-021", "Bob's key named, and the signature in upper case", at("signature", set("sig", upperSig))(at("signature", set("key", bob.id))(base)), "signature.key_mismatch", "envelope-other-key-named", "envelope-sig-upper")
	members("encoding-length", "ERR-021", "the signature in upper case and a byte short", at("signature", set("sig", upperSig[:126]))(base), "signature.encoding", "envelope-sig-upper", "envelope-sig-126")
	members("identity-forged", "ERR-020 ERR-023", "an upper-case subject, and one bit of the signature changed", at("signature", set("sig", flip(sig, 9)))(upper), "identity.not_canonical", "claim-subject-upper", "envelope-sig-bit-r")
}

func rankRules(t *topic) {
	t.group("claim.verify", "ERR-022", "The rules of the payload have an order of their own.")
	rules := func(id, tagged, fault, code, a, b string, e ...edit) {
		duel(t, id, tagged, fault, compact(claim(alice, "github:alice", e...)), code, a, b)
	}
	rules("length-version", "ERR-021 ERR-022", "a signature of 63 bytes, and version 2", "signature.length", "envelope-sig-126", "claim-version-2", set("version", 2))
	last := &t.cases[len(t.cases)-1]
	short := claim(alice, "github:alice", set("version", 2))
	last.Input = t.members(last.ID, "", asClaim(at("signature", set("sig", short.get("signature", "sig").(string)[:126]))(short)))
	rules("version-created", "ERR-022", "version 2, and an empty created_at", "claim.version", "claim-version-2", "claim-created-empty", set("version", 2), set("created_at", ""))
	rules("created-expires", "ERR-022", "an empty created_at, and null as expires_at", "claim.created_at", "claim-created-empty", "claim-expires-null", set("created_at", ""), set("expires_at", nil))
	rules("future-expires", "ERR-022", "created in the year 9999, and null as expires_at", "claim.created_at_future", "claim-future-far", "claim-expires-null", set("created_at", "9999-12-31T23:59:59Z"), set("expires_at", nil))
	rules("future-lifetime", "ERR-022", "created in the year 9999, ended in 2026", "claim.created_at_future", "claim-future-far", "claim-lifetime-negative", set("created_at", "9999-12-31T23:59:59Z"), set("expires_at", "2026-01-01T00:00:00Z"))
	forged := func(e obj) string {
		return compact(at("signature", set("sig", flip(e.get("signature", "sig").(string), 9)))(e))
	}
	duel(t, "version-forged", "ERR-022 ERR-023", "version 2, and one bit of the signature changed", forged(claim(alice, "github:alice", set("version", 2))), "claim.version", "claim-version-2", "envelope-sig-bit-r")
	duel(t, "lifetime-forged", "ERR-022 ERR-023", "an end before the beginning, and one bit of the signature changed", forged(claim(alice, "github:alice", set("expires_at", "2026-01-01T00:00:00Z"))), "claim.expires_before_created", "claim-lifetime-negative", "envelope-sig-bit-r")
}

func rankChains(t *topic) {
	t.group("sigchain.verify", "ERR-019", "A store, a client and a test have to say the same of one bad line.")
	links := func(id, rules, fault string, c chain, code, a, b string) {
		t.bad("chain-"+id, fault, "sigchain-two", fault, asJSONL(c), code, tags(rules), line(len(c.events)), combines("sigchain-"+a, "sigchain-"+b))
	}
	tampered := func(c chain) chain {
		n := len(c.events) - 1
		return c.cut(n).with(at("signature", set("sig", flip(c.events[n].get("signature", "sig").(string), 9)))(c.events[n]))
	}
	bobs := chain{bob, one.events}
	rotated := one.rotate(bob)
	gap, unlinked := set("seq", 2), set("prev", "sha256:"+zeros32)
	links("absent-seq-primary", "ERR-015 ERR-019", "no seq, made by Bob", bobs.add("dns:alice.example", drop("seq")), "sigchain.seq", "seq-absent", "primary-changed")
	links("type-seq", "ERR-017 ERR-019", "null as the subject, and a gap", one.event("add", obj{{"subject", nil}}, gap), "json.type", "add-subject-null", "gap-signed")
	links("primary-seq", "ERR-019", "made by Bob, and a gap", bobs.add("dns:alice.example", gap), "sigchain.primary_changed", "primary-changed", "gap-signed")
	links("seq-prev", "ERR-019", "a gap, and zeros as prev", one.add("dns:alice.example", gap, unlinked), "sigchain.gap", "gap-signed", "prev-zeros")
	links("prev-identity", "ERR-019 ERR-020", "zeros as prev, and an upper-case subject", one.add("dns:Alice.Example", unlinked), "sigchain.prev_mismatch", "prev-zeros", "subject-upper")
	links("identity-version", "ERR-020 ERR-022", "an upper-case subject, and version 2", one.add("dns:Alice.Example", set("version", 2)), "identity.not_canonical", "subject-upper", "version-2")
	links("version-created", "ERR-022", "version 2, and null as created_at", one.add("dns:alice.example", set("version", 2), set("created_at", nil)), "sigchain.version", "version-2", "created-null")
	links("version-forged", "ERR-022 ERR-023", "version 2, and one bit of the signature changed", tampered(one.add("dns:alice.example", set("version", 2))), "sigchain.version", "version-2", "sig-bit")
	links("forged-closed", "ERR-023 CHAIN-053", "after a rotation, and one bit of the signature changed", tampered(rotated.add("dns:alice.example")), "signature.invalid", "sig-bit", "closed-add")
	links("forged-arguments", "ERR-023 CHAIN-040", "no subject, and one bit of the signature changed", tampered(one.event("add", obj{})), "signature.invalid", "sig-bit", "add-no-subject")
	links("closed-arguments", "ERR-023 CHAIN-053", "after a rotation, and no subject", rotated.event("add", obj{}), "sigchain.closed", "closed-add", "add-no-subject")
	repeated := rotated.with(one.events[0])
	links("repeated-closed", "ERR-019 ERR-023", "the first event again after a rotation", repeated, "sigchain.duplicate_seq", "first-repeated", "closed-add")
	links("prev-closed", "ERR-019 ERR-023", "zeros as prev after a rotation", rotated.add("dns:alice.example", unlinked), "sigchain.prev_mismatch", "prev-zeros", "closed-add")
}
