package gen

import (
	"strings"
)

func chainOrder(t *topic) {
	t.group("sigchain.verify", "CHAIN-030", "The number of an event is what makes a gap or a second history visible.")
	seqs := func(id, fault string, v any) {
		breaks(t, id, "two", fault+" as seq, signed", one.add("dns:alice.example", set("seq", v)), 2, "sigchain.seq", tags("CHAIN-030"+otherType(id)))
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
