package gen

import (
	"fmt"
	"strings"
)

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
	for _, f := range []struct{ id, fault, subject, code, rule string }{
		{"subject-upper", "a subject in upper case", "dns:Alice.Example", "identity.not_canonical", "ID-030"},
		{"subject-empty", "an empty subject", "", "identity.invalid", "ID-031"},
		{"subject-traversal", "a path that climbs", "github:../../etc", "identity.invalid", "ID-031"},
		{"subject-nsec", "a secret key as the subject", nsec(nora.secret), "identity.secret_key", "ID-034"},
		{"subject-low-order", "a low-order key as the subject", "ed25519:" + lowOrder()[4], "key.low_order", "ID-017"},
		{"subject-no-point", "a subject that is no point", "ed25519:" + offCurve(), "key.not_on_curve", "ID-018"},
	} {
		breaks(t, f.id, "two", f.fault+", signed", one.add(f.subject), 2, f.code, tags("CHAIN-042 "+f.rule))
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
