package gen

import (
	"fmt"
	"strings"
)

// The chains from which the cases start. two is that of the specification.
var (
	one = newChain(alice).add("github:alice")
	two = one.add("dns:alice.example")
)

const both = "github:alice dns:alice.example"

func chainTopic(b *book) {
	t := b.topic("sigchain", "Chains of events in JSON lines.")
	chainForms(t)
	chainLines(t)
	chainMembers(t)
	chainOrder(t)
	chainLinks(t)
	chainStates(t)
	chainArguments(t)
	chainRotations(t)
	chainDevices(t)
	chainSignatures(t)
	chainLimits(t)
}

func chainForms(t *topic) {
	t.group("sigchain.verify", "CHAIN-013 CHAIN-015", "Lines come from files, stores and copies; what is signed is inside them.")
	holds(t, "one", "one event", one, chainState{active: "github:alice"}, wire, tags("CHAIN-001 CHAIN-003 CHAIN-006 CHAIN-007 CHAIN-012"))
	holds(t, "two", "two events, the chain of the specification", two, chainState{active: both}, wire, tags("CHAIN-013 CHAIN-008 CHAIN-009 CHAIN-002"))
	text := string(two.jsonl())
	if text != example("chain-two")+"\n" || two.head() != example("chain-head") {
		panic("gen: not the chain of the specification")
	}
	same := func(id, title, text string, o ...option) {
		t.ok(id, title, jsonl([]byte(text)), chainState{active: both}.of(two), o...)
	}
	same("crlf", "lines that end with CRLF", strings.ReplaceAll(text, "\n", "\r\n"))
	same("no-last-newline", "no newline at the end", strings.TrimSuffix(text, "\n"))
	same("white-space", "white space inside and around the lines", strings.ReplaceAll(strings.ReplaceAll(text, `{"kez"`, ` {"kez"`), ",", " ,\t"), tags("CHAIN-015 CHAIN-010"))
	same("in-order", "members in the order of writers that do not sort", compact(two.events[0])+"\n"+compact(two.events[1])+"\n", tags("CHAIN-009 CHAIN-010 ENV-004"))
	same("escaped", "a needless escape in a line", strings.Replace(text, "github:alice", `github\u003aalice`, 1), tags("CHAIN-009 CHAIN-010"))
	holds(t, "nostr", "a chain of a nostr key", newChain(nora).add("github:alice").add("dns:alice.example"), chainState{active: both}, wire, tags("CHAIN-001 SIG-016"))
	t.ok("primary-asked", "the primary that was asked for", input{"jsonl": two.jsonl(), "primary": alice.id}, chainState{active: both}.of(two), tags("CHAIN-027"))
	t.bad("primary-other", "another primary than the one asked for", "primary-asked", "Bob asked for", input{"jsonl": two.jsonl(), "primary": bob.id}, "sigchain.primary_changed", tags("CHAIN-027"))
}

func chainLines(t *topic) {
	a, b := two.line(0), two.line(1)
	t.group("sigchain.verify", "CHAIN-016", "A line that is not there, or not whole, is a partial write and no shorter chain.")
	snaps(t, "empty", "two", "no bytes at all", nil, 0, "input.empty", tags("CHAIN-017"))
	snaps(t, "one-newline", "two", "one empty line and nothing else", []byte("\n"), 0, "input.empty", tags("CHAIN-017"))
	snaps(t, "one-blank", "two", "one line of white space and nothing else", []byte(" \t"), 0, "input.empty", tags("CHAIN-017"))
	snaps(t, "blank-first", "two", "an empty line before the first event", lines("", a, b), 1, "sigchain.syntax", tags("CHAIN-016 CHAIN-021"))
	snaps(t, "blank-between", "two", "an empty line between the events", lines(a, "", b), 2, "sigchain.syntax", tags("CHAIN-016 CHAIN-021"))
	snaps(t, "blank-last", "two", "an empty line after the last event", lines(a, b, ""), 3, "sigchain.syntax", tags("CHAIN-016 CHAIN-021"))
	snaps(t, "spaces-between", "two", "a line of white space between the events", lines(a, " \t", b), 2, "sigchain.syntax", tags("CHAIN-016 CHAIN-021"))
	snaps(t, "cut", "two", "the last line cut", []byte(a+"\n"+b[:len(b)-6]), 2, "json.syntax", tags("CHAIN-022 CHAIN-021"))
	snaps(t, "one-line", "two", "both events on one line", lines(a+b), 1, "json.trailing_data", tags("CHAIN-022 CHAIN-013"))
	snaps(t, "array", "two", "a JSON array in place of lines", []byte("["+a+","+b+"]\n"), 1, "envelope.not_object", tags("CHAIN-022 CHAIN-013"))
	snaps(t, "pretty", "one", "an event over several lines", []byte(pretty(one.events[0])), 1, "json.syntax", tags("CHAIN-013 CHAIN-022"))
	snaps(t, "bom", "two", "a byte order mark first", lines("\ufeff"+a, b), 1, "json.bom", tags("CHAIN-022 JSON-005"))
	snaps(t, "bom-second", "two", "a byte order mark in the second line", lines(a, "\ufeff"+b), 2, "json.bom", tags("CHAIN-022 JSON-005"))
	snaps(t, "duplicate-member", "two", "op twice in the second line", lines(a, swap(b, `"op":"add"`, `"op":"add","op":"add"`)), 2, "json.duplicate_member", tags("CHAIN-022 JSON-015"))
	snaps(t, "claim-line", "two", "a claim in place of the second event", lines(a, canonical(base)), 2, "envelope.type_mismatch", tags("CHAIN-022 ENV-007 CHAIN-001"))
	snaps(t, "two-faults", "two", "the first line cut, the second empty", lines(a[:50], "", b), 1, "json.syntax", tags("ERR-024 CHAIN-023"), combines("sigchain-cut", "sigchain-blank-between"))
}

func chainMembers(t *topic) {
	t.group("sigchain.verify", "CHAIN-002 ERR-016", "An event without its place or its author can be moved to another chain.")
	edits := func(id, fault, code, rules string, e edit) {
		breaks(t, id, "two", fault+", signed", one.add("dns:alice.example", e), 2, code, tags(rules))
	}
	edits("version-absent", "no version", "sigchain.version", "CHAIN-025 CHAIN-003", drop("version"))
	edits("version-2", "version 2", "sigchain.version", "CHAIN-025 CHAIN-003", set("version", 2))
	edits("version-text", `"1" as a text`, "sigchain.version", "CHAIN-025 ERR-018", set("version", "1"))
	edits("version-null", "null as the version", "sigchain.version", "CHAIN-025 ERR-018", set("version", nil))
	edits("primary-absent", "no primary", "claim.primary_missing", "CHAIN-026 ERR-016", drop("primary"))
	edits("primary-null", "null as the primary", "json.type", "JSON-019 ERR-017", set("primary", nil))
	edits("created-absent", "no created_at", "sigchain.created_at", "CHAIN-028 CHAIN-011", drop("created_at"))
	edits("created-null", "null as created_at", "sigchain.created_at", "CHAIN-028 ERR-018", set("created_at", nil))
	edits("created-number", "Unix seconds as created_at", "sigchain.created_at", "CHAIN-028 ERR-018", set("created_at", 1767323045))
	edits("created-lower-z", "a lower-case z", "sigchain.created_at", "CHAIN-028 CLAIM-019", set("created_at", "2026-01-03T03:04:05z"))
	edits("op-absent", "no op", "json.type", "CHAIN-029 CHAIN-012 ERR-016", drop("op"))
	edits("op-null", "null as op", "json.type", "CHAIN-029 CHAIN-012", set("op", nil))
	edits("op-number", "a number as op", "json.type", "CHAIN-029 CHAIN-012", set("op", 1))
	edits("payload-absent", "no payload in the payload", "json.type", "CHAIN-029 CHAIN-012 ERR-016", drop("payload"))
	edits("payload-null", "null as the payload of the payload", "json.type", "CHAIN-029 CHAIN-012", set("payload", nil))
	edits("payload-text", "a text as the payload of the payload", "json.type", "CHAIN-029 CHAIN-012", set("payload", "dns:alice.example"))
	edits("payload-array", "an array as the payload of the payload", "json.type", "CHAIN-029 CHAIN-012", set("payload", list{}))
	edits("extra-member", "a member that is not defined", "json.unknown_member", "JSON-017 CHAIN-002", set("note", "x"))
	edits("type-claim", "the type of a claim", "envelope.type_mismatch", "ENV-008 CHAIN-003", set("type", "kez.claim"))
	edits("type-absent", "no type", "envelope.type_mismatch", "ENV-008 CHAIN-003", drop("type"))
	t.group("sigchain.verify", "CHAIN-011", "Clocks of devices differ; order is what seq and prev say.")
	holds(t, "created-earlier", "a second event made before the first", one.add("dns:alice.example", set("created_at", "2025-01-01T00:00:00Z")), chainState{active: both})
	holds(t, "created-future", "an event made in the year 9999", one.add("dns:alice.example", set("created_at", "9999-12-31T23:59:59Z")), chainState{active: both})
}

func chainOrder(t *topic) {
	t.group("sigchain.verify", "CHAIN-030", "The number of an event is what makes a gap or a second history visible.")
	seqs := func(id, fault string, v any) {
		breaks(t, id, "two", fault+" as seq, signed", one.add("dns:alice.example", set("seq", v)), 2, "sigchain.seq", tags("CHAIN-030 ERR-018"))
	}
	breaks(t, "seq-absent", "two", "no seq, signed", one.add("dns:alice.example", drop("seq")), 2, "sigchain.seq", tags("CHAIN-030 ERR-016"))
	seqs("seq-null", "null", nil)
	seqs("seq-text", "a text", "1")
	seqs("seq-negative", "-1", -1)
	seqs("seq-true", "true", true)
	seqs("seq-array", "an array", list{1})
	snaps(t, "seq-float", "two", "1.0 as seq", lines(two.line(0), swap(two.line(1), `"seq":1`, `"seq":1.0`)), 2, "json.number", tags("JSON-021 CHAIN-022"))
	a, b := two.line(0), two.line(1)
	breaks(t, "first-seq-1", "one", "1 as the seq of the only event, signed", newChain(alice).add("github:alice", set("seq", 1)), 1, "sigchain.first_seq", tags("CHAIN-031 CHAIN-006"))
	snaps(t, "start-cut", "two", "the first event cut off", lines(b), 1, "sigchain.first_seq", tags("CHAIN-031"))
	snaps(t, "swapped", "two", "the events in the opposite order", lines(b, a), 1, "sigchain.first_seq", tags("CHAIN-031 CHAIN-013"))
	three := two.add("web:alice.example")
	holds(t, "three", "three events", three, chainState{active: both + " web:alice.example"})
	snaps(t, "middle-cut", "three", "the second event cut out", lines(a, three.line(2)), 2, "sigchain.gap", tags("CHAIN-032"))
	snaps(t, "last-swapped", "three", "the last two events in the opposite order", lines(a, three.line(2), b), 2, "sigchain.gap", tags("CHAIN-032 CHAIN-013"))
	breaks(t, "gap-signed", "two", "2 as the seq of the second event, signed", one.add("dns:alice.example", set("seq", 2)), 2, "sigchain.gap", tags("CHAIN-032"))
	breaks(t, "seq-largest", "two", "2^53-1 as the seq of the second event, signed", one.add("dns:alice.example", set("seq", 9007199254740991)), 2, "sigchain.gap", tags("CHAIN-032 JSON-023"))
	snaps(t, "repeated", "two", "the second event twice", lines(a, b, b), 3, "sigchain.duplicate_seq", tags("CHAIN-033"))
	snaps(t, "first-repeated", "two", "the first event again at the end", lines(a, b, a), 3, "sigchain.duplicate_seq", tags("CHAIN-033"))
	snaps(t, "repeated-spaced", "two", "the second event again with white space", lines(a, b, strings.ReplaceAll(b, ",", ", ")), 3, "sigchain.duplicate_seq", tags("CHAIN-033 CHAIN-010"))
	t.group("sigchain.verify", "CHAIN-034 CHAIN-073", "Two histories under one key are evidence, and neither is believed.")
	fork := one.add("web:alice.example").line(1)
	snaps(t, "fork", "two", "a second event of seq 1", lines(a, b, fork), 3, "sigchain.fork")
	snaps(t, "fork-at-0", "two", "a second event of seq 0", lines(a, b, newChain(alice).add("web:alice.example").line(0)), 3, "sigchain.fork")
	snaps(t, "fork-old", "three", "a second event of seq 1 after the third event", lines(a, b, three.line(2), fork), 4, "sigchain.fork")
	snaps(t, "fork-revoke", "two", "a revocation as the second event of seq 1", lines(a, b, one.revoke("github:alice").line(1)), 3, "sigchain.fork")
	nostr := newChain(nora).add("github:alice").add("dns:alice.example")
	other := at("signature", set("sig", tohex(bip340Sign(nora.secret, bytes32(curveGx), digest(canonical(nostr.events[1].get("payload")))))))(nostr.events[1])
	snaps(t, "fork-same-payload", "nostr", "the second event signed anew, with other randomness", lines(nostr.line(0), nostr.line(1), canonical(other)), 3, "sigchain.fork", tags("CHAIN-034 CHAIN-009"))
	t.group("sigchain.verify", "CHAIN-035", "Only the holder of the key can make a fork; nobody else's junk may look like one.")
	forged := at("signature", set("sig", flip(one.add("web:alice.example").events[1].get("signature", "sig").(string), 9)))(one.add("web:alice.example").events[1])
	snaps(t, "order-forged", "two", "a forged second event of seq 1", lines(a, b, canonical(forged)), 3, "sigchain.order")
	unlinked := one.add("web:alice.example", set("prev", "sha256:"+zeros32)).line(1)
	snaps(t, "order-unlinked", "two", "a second event of seq 1 that does not follow the first", lines(a, b, unlinked), 3, "sigchain.order")
	byBob := at("payload", set("created_at", "2026-01-05T03:04:05Z"))(two.events[1])
	snaps(t, "order-changed", "two", "the second event again, changed after signing", lines(a, b, canonical(byBob)), 3, "sigchain.order")
}

func chainLinks(t *topic) {
	t.group("sigchain.verify", "CHAIN-036", "The link is the only thing that keeps the order.")
	for _, f := range []struct {
		id, fault string
		v         any
	}{
		{"prev-first", "a hash", "sha256:" + zeros32}, {"prev-first-null", "null", nil}, {"prev-first-empty", "an empty text", ""},
	} {
		breaks(t, f.id, "one", f.fault+" as prev of the first event, signed", newChain(alice).add("github:alice", set("prev", f.v)), 1, "sigchain.prev_on_first", tags("CHAIN-036 CHAIN-007"))
	}
	links := func(id, fault, code, rules string, e edit) {
		breaks(t, id, "two", fault+", signed", one.add("dns:alice.example", e), 2, code, tags(rules))
	}
	head := one.head()
	links("prev-absent", "no prev", "sigchain.prev_missing", "CHAIN-037 CHAIN-007", drop("prev"))
	for _, f := range []struct {
		id, fault string
		v         any
	}{
		{"prev-null", "null as prev", nil},
		{"prev-number", "a number as prev", 0},
		{"prev-empty", "an empty prev", ""},
		{"prev-bare", "prev without its prefix", head[7:]},
		{"prev-upper", "prev in upper-case hex", "sha256:" + strings.ToUpper(head[7:])},
		{"prev-upper-prefix", "SHA256 in upper case", "SHA256:" + head[7:]},
		{"prev-short", "63 digits in prev", head[:len(head)-1]},
		{"prev-long", "65 digits in prev", head + "0"},
		{"prev-sha512", "another hash named in prev", "sha512:" + head[7:]},
		{"prev-space", "a space after prev", head + " "},
		{"prev-base64", "prev in base64", "sha256:" + base64url(unhex(head[7:]))},
	} {
		links(f.id, f.fault, "sigchain.prev_encoding", "CHAIN-038 CHAIN-008", set("prev", f.v))
	}
	first := one.events[0]
	for _, f := range []struct{ id, fault, text string }{
		{"prev-newline", "the hash of the line with its newline", one.line(0) + "\n"},
		{"prev-payload", "the hash of the payload alone", canonical(first.get("payload"))},
		{"prev-unsigned", "the hash of the event without its signature", canonical(drop("signature")(first))},
		{"prev-in-order", "the hash of the members as they stand", compact(first)},
		{"prev-pretty", "the hash of the JSON form", pretty(first)},
		{"prev-hex", "the hash of the hash", string(digest(one.line(0)))},
	} {
		links(f.id, f.fault+" as prev", "sigchain.prev_mismatch", "CHAIN-039 CHAIN-009 CHAIN-010", set("prev", "sha256:"+tohex(digest(f.text))))
	}
	links("prev-zeros", "zeros as prev", "sigchain.prev_mismatch", "CHAIN-039", set("prev", "sha256:"+zeros32))
	three := two.add("web:alice.example", set("prev", one.head()))
	breaks(t, "prev-skips", "three", "the hash of the event before the last as prev, signed", three, 3, "sigchain.prev_mismatch", tags("CHAIN-039"))
	other := newChain(alice).add("web:alice.example")
	snaps(t, "first-replaced", "two", "another first event under the same second", lines(other.line(0), two.line(1)), 2, "sigchain.prev_mismatch", tags("CHAIN-039"))
	bobs := chain{bob, one.events}.add("dns:alice.example")
	breaks(t, "primary-changed", "two", "the second event made and signed by Bob", bobs, 2, "sigchain.primary_changed", tags("CHAIN-027 CHAIN-004"))
}

func chainStates(t *topic) {
	t.group("sigchain.verify", "CHAIN-046", "What counts is the last word on each subject.")
	holds(t, "revoke", "a subject added and revoked", one.revoke("github:alice"), chainState{revoked: "github:alice"}, wire)
	holds(t, "revive", "a subject added, revoked and added", one.revoke("github:alice").add("github:alice"), chainState{active: "github:alice"})
	holds(t, "add-twice", "a subject added twice moves to the end", two.add("github:alice"), chainState{active: "dns:alice.example github:alice"}, tags("CHAIN-047"))
	holds(t, "revoke-unknown", "a subject revoked that was never added", newChain(alice).revoke("github:alice"), chainState{revoked: "github:alice"}, tags("CHAIN-047"))
	holds(t, "revoke-twice", "a subject revoked twice", one.revoke("github:alice").revoke("github:alice"), chainState{revoked: "github:alice"}, tags("CHAIN-047"))
	holds(t, "mixed", "several subjects", two.add("web:alice.example").revoke("github:alice").revoke("x:y").add("x:z"),
		chainState{active: "dns:alice.example web:alice.example x:z", revoked: "github:alice x:y"})
	mastodon := newChain(alice).add("mastodon:alice@social.example").revoke("ap:alice@social.example")
	want := chainState{}.of(mastodon)
	delete(want, "revoked")
	t.ok("mastodon-ap", "mastodon added, ap revoked", asJSONL(mastodon), want, tags("CHAIN-048"))
	holds(t, "own-key", "the primary itself as a subject", newChain(alice).add(alice.id), chainState{active: alice.id})
	holds(t, "extra-argument", "a further member among the arguments", newChain(alice).event("add", obj{{"subject", "github:alice"}, {"note", list{"x", obj{{"y", nil}}}}}),
		chainState{active: "github:alice"}, tags("JSON-018"))
	t.group("sigchain.verify", "CHAIN-043 CHAIN-044", "A newer program's operation must be neither refused nor guessed at.")
	holds(t, "unknown-op", "an unknown operation", one.event("endorse", obj{{"subject", "github:bob"}}).add("dns:alice.example"), chainState{active: both, partial: true})
	holds(t, "unknown-op-members", "an unknown operation with members of any shape", one.event("endorse", obj{{"subject", 1}, {"device", nil}, {"new_primary", list{obj{}}}}), chainState{active: "github:alice", partial: true}, tags("CHAIN-045"))
	holds(t, "unknown-op-case", "Add with a capital is unknown", one.event("Add", obj{{"subject", "dns:alice.example"}}), chainState{active: "github:alice", partial: true})
	holds(t, "unknown-op-first", "an unknown operation first", newChain(alice).event("hello", obj{}).add("github:alice"), chainState{active: "github:alice", partial: true})
	unknown := one.event("endorse", obj{{"subject", "github:bob"}})
	holds(t, "unknown-op-last", "an unknown operation last", unknown, chainState{active: "github:alice", partial: true})
	breaks(t, "unknown-op-array", "unknown-op-last", "an array in place of the arguments, signed", one.event("endorse", nil, set("payload", list{})), 2, "json.type", tags("CHAIN-029 CHAIN-012"))
	breaks(t, "unknown-op-forged", "unknown-op-last", "one bit of the signature changed",
		one.with(at("signature", set("sig", flip(unknown.events[1].get("signature", "sig").(string), 9)))(unknown.events[1])), 2, "signature.invalid", tags("CHAIN-043 SIG-013"))
	breaks(t, "unknown-op-float", "unknown-op-last", "a fraction among its arguments", one.event("endorse", obj{{"weight", raw("0.5")}}), 2, "json.number", tags("JSON-021 JSON-018"))
}

func chainSignatures(t *topic) {
	t.group("sigchain.verify", "CHAIN-005 CHAIN-067", "The chain is the primary's own word; not even a device may speak in it.")
	withDevice := newChain(alice).device(carol, "laptop")
	next := withDevice.add("github:alice")
	holds(t, "after-device", "an event after a device was added", next, chainState{active: "github:alice", devices: []map[string]string{listed(carol, "laptop")}})
	byDevice := withDevice.with(envelope(carol, "sigchain_event", withDevice.next("add", obj{{"subject", "github:alice"}})))
	breaks(t, "by-device", "after-device", "an event signed by the device", byDevice, 2, "signature.key_mismatch")
	t.group("sigchain.verify", "CHAIN-022 SIG-013", "Every event stands on its own signature.")
	sig := two.events[1].get("signature", "sig").(string)
	tamper := func(id, fault, code, rules string, e edit) {
		breaks(t, id, "two", fault, one.with(e(two.events[1])), 2, code, tags(rules+" CHAIN-022"))
	}
	tamper("sig-bit", "one bit of the signature changed", "signature.invalid", "SIG-013", at("signature", set("sig", flip(sig, 9))))
	tamper("sig-first", "the signature of the first event", "signature.invalid", "SIG-013", at("signature", set("sig", one.events[0].get("signature", "sig"))))
	tamper("sig-absent", "no signature", "signature.missing", "SIG-005", drop("signature"))
	tamper("sig-upper", "upper-case hex", "signature.encoding", "SIG-011", at("signature", set("sig", strings.ToUpper(sig))))
	tamper("sig-short", "63 bytes", "signature.length", "SIG-012", at("signature", set("sig", sig[:126])))
	tamper("alg-none", "the algorithm none", "signature.alg_unknown", "SIG-007", at("signature", set("alg", "none")))
	tamper("subject-changed", "the subject changed after signing", "signature.invalid", "SIG-014", at("payload.payload", set("subject", "dns:alicf.example")))
	tamper("op-changed", "add changed to revoke after signing", "signature.invalid", "SIG-014", at("payload", set("op", "revoke")))
	first := at("signature", set("sig", flip(one.events[0].get("signature", "sig").(string), 9)))(one.events[0])
	breaks(t, "sig-bit-first", "one", "one bit of the signature changed", newChain(alice).with(first), 1, "signature.invalid", tags("SIG-013 CHAIN-021"))
	t.group("sigchain.verify", "CHAIN-042 ID-030", "A subject with two spellings could be revoked under one and live on under the other.")
	for _, f := range []struct{ id, fault, subject, code string }{
		{"subject-upper", "a subject in upper case", "dns:Alice.Example", "identity.not_canonical"},
		{"subject-empty", "an empty subject", "", "identity.invalid"},
		{"subject-traversal", "a path that climbs", "github:../../etc", "identity.invalid"},
		{"subject-nsec", "a secret key as the subject", nsec(nora.secret), "identity.secret_key"},
		{"subject-low-order", "a low-order key as the subject", "ed25519:" + lowOrder()[4], "key.low_order"},
		{"subject-no-point", "a subject that is no point", "ed25519:" + offCurve(), "key.not_on_curve"},
	} {
		breaks(t, f.id, "two", f.fault+", signed", one.add(f.subject), 2, f.code)
	}
}

func chainLimits(t *topic) {
	t.group("sigchain.verify", "CHAIN-018", "Without the same limits one store takes what the next one refuses.")
	wide := func(size int) []byte {
		return []byte(two.line(0) + "\n" + string(padded(two.line(1), size)) + "\n")
	}
	t.ok("line-limit", "a line of exactly 64 KiB", jsonl(wide(envelopeLimit)), chainState{active: both}.of(two), tags("CHAIN-018 JSON-029"))
	snaps(t, "line-over", "line-limit", "one more space in the line", wide(envelopeLimit+1), 2, "input.too_large", tags("CHAIN-018 JSON-030"))
	many := longChain(257)
	filled := func(last int) []byte {
		var b strings.Builder
		for i := range 255 {
			b.Write(padded(many.line(i), envelopeLimit-1))
			b.WriteByte('\n')
		}
		b.Write(padded(many.line(255), last))
		return []byte(b.String())
	}
	want := chainState{}.of(many.cut(256))
	delete(want, "active")
	t.ok("size-limit", "exactly 16 MiB, filled with white space", jsonl(filled(envelopeLimit)), want, tags("CHAIN-019 JSON-029"))
	snaps(t, "size-over", "size-limit", "a final newline past the limit", append(filled(envelopeLimit), '\n'), 0, "input.too_large", tags("CHAIN-019 JSON-030"))
	most := longChain(10001)
	want = chainState{}.of(most.cut(10000))
	delete(want, "active")
	t.ok("events-limit", "10,000 events", asJSONL(most.cut(10000)), want, tags("CHAIN-020 JSON-029"))
	breaks(t, "events-over", "events-limit", "one event more", most, 10001, "sigchain.too_long", tags("CHAIN-020"))
}

// longChain adds n subjects, without a copy for each.
func longChain(n int) chain {
	c := newChain(alice)
	for i := range n {
		event := envelope(alice, "sigchain_event", c.next("add", obj{{"subject", fmt.Sprintf("x:%d", i)}}))
		c.events = append(c.events, event)
	}
	return c
}
