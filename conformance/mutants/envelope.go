package mutants

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"kez.lat/kez/impl/go/adapter"
)

const verify = "claim.verify"

func envelopeMutants() []Mutant {
	return []Mutant{
		{"members that are not defined are dropped", "KEZ-JSON-017", rereads(verify, "text", dropsUnknown)},
		{"an envelope may be over 64 KiB", "KEZ-JSON-030", rereads(verify, "text", bytes.TrimSpace)},
		{"the members have to stand in order", "KEZ-ENV-004", alters(verify, wantsOrder)},
		{"kez and payload.type may disagree", "KEZ-ENV-008", skips(verify, "envelope.type_mismatch", nil)},
		{"the key is not compared with the primary", "KEZ-SIG-010", skips(verify, "signature.key_mismatch", nil)},
		{"the signature is not checked", "KEZ-SIG-013", rereads(verify, "text", resigned)},
		{"a missing signature is no fault", "KEZ-SIG-005", skips(verify, "signature.missing", nil)},
		{"an unknown algorithm is guessed", "KEZ-SIG-007", skips(verify, "signature.alg_unknown", nil)},
		{"the algorithm need not fit the key", "KEZ-SIG-008", skips(verify, "signature.alg_key_mismatch", nil)},
		{"upper-case hex is taken", "KEZ-SIG-011", rereads(verify, "text", lowersSig)},
		{"hex after 128 digits is ignored", "KEZ-SIG-012", rereads(verify, "text", replacer(`("sig": *"[0-9a-f]{128})[0-9a-f]+"`, `$1"`))},
		{"the payload is verified as received", "KEZ-SIG-014", alters(verify, verifiesReceived)},
	}
}

// object reads the text of a request leniently, in the order of its members.
func object(b []byte) map[string]json.RawMessage {
	var v map[string]json.RawMessage
	if json.Unmarshal(b, &v) != nil {
		return nil
	}
	return v
}

func dropsUnknown(b []byte) []byte {
	v := object(b)
	if v == nil {
		return b
	}
	out, err := json.Marshal(map[string]json.RawMessage{"kez": v["kez"], "payload": v["payload"], "signature": v["signature"]})
	if err != nil {
		return b
	}
	return out
}

// wantsOrder refuses an envelope that is not written kez, payload, signature.
func wantsOrder(r adapter.Request, right adapter.Answer) adapter.Answer {
	text := input(r, "text")
	kez, payload, sig := bytes.Index(text, []byte(`"kez"`)), bytes.Index(text, []byte(`"payload"`)), bytes.Index(text, []byte(`"signature"`))
	if right.Accept != nil && bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) && (kez > payload || payload > sig) {
		return refuses("envelope.not_object")
	}
	return right
}

var sigHex = regexp.MustCompile(`"sig": *"[0-9A-Fa-f]+"`)

func lowersSig(b []byte) []byte {
	return sigHex.ReplaceAllFunc(b, func(m []byte) []byte { return []byte(strings.ToLower(string(m))) })
}

// verifiesReceived finds a signature good only where the payload stands in the
// text in the very bytes that were signed.
func verifiesReceived(r adapter.Request, right adapter.Answer) adapter.Answer {
	payload := object(input(r, "text"))["payload"]
	if right.Accept == nil || payload == nil {
		return right
	}
	again := adapter.Handle(adapter.Request{Op: canonicalize, Input: with(r, "json", payload).Input})
	if !bytes.Equal(canonical(again), payload) {
		return refuses("signature.invalid")
	}
	return right
}
