package mutants

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"sync"

	"kez.lat/kez/impl/go/adapter"
	"kez.lat/kez/vectors"
)

// A mutant that lacks a check answers what a right implementation answers to an
// input that has no such fault. The secrets of the vectors are public, so the
// input can be signed anew.

// seeds are the secrets of the Ed25519 keys of the vectors.
var seeds = sync.OnceValue(func() map[string]ed25519.PrivateKey {
	keys, err := vectors.Keys()
	if err != nil {
		panic(err) // the file is part of the program
	}
	byIdentity := map[string]ed25519.PrivateKey{}
	for _, k := range keys {
		if seed, err := hex.DecodeString(k.Secret); err == nil && k.System == "ed25519" {
			byIdentity[k.Identity] = ed25519.NewKeyFromSeed(seed)
		}
	}
	return byIdentity
})

var signed = regexp.MustCompile(`("sig": *")[0-9a-f]{128}"`)

// resigned puts a good signature in the place of any other, where it has the
// right form and the key is known.
func resigned(envelope []byte) []byte {
	o := object(envelope)
	key := seeds()[text(object(o["signature"])["key"])]
	payload := canonicalOf(o["payload"])
	if key == nil || payload == nil {
		return envelope
	}
	return signed.ReplaceAll(envelope, []byte("${1}"+hex.EncodeToString(ed25519.Sign(key, payload))+`"`))
}

// relinked changes the events of a chain, sets every prev that has the right
// form to the hash of the event before, and signs what changed anew. It gives
// the chain back as it was where an event cannot be read or signed.
func relinked(jsonl []byte, change func(payload map[string]json.RawMessage)) []byte {
	var out []byte
	prev := ""
	for line := range bytes.Lines(jsonl) {
		o := object(line)
		payload := object(o["payload"])
		if payload == nil || seeds()[text(object(o["signature"])["key"])] == nil {
			return jsonl
		}
		change(payload)
		if prev != "" && prevForm.MatchString(text(payload["prev"])) {
			payload["prev"] = json.RawMessage(`"` + prev + `"`)
		}
		raw, err := json.Marshal(payload)
		if err != nil {
			return jsonl
		}
		if o["payload"], err = json.Marshal(json.RawMessage(raw)); err != nil {
			return jsonl
		}
		if !bytes.Equal(canonicalOf(raw), canonicalOf(object(line)["payload"])) {
			if line, err = json.Marshal(o); err != nil {
				return jsonl
			}
			line = append(resigned(line), '\n')
		}
		sum := sha256.Sum256(canonicalOf(line))
		prev = "sha256:" + hex.EncodeToString(sum[:])
		out = append(out, line...)
	}
	return out
}

var prevForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// prevUnchecked lets every event follow the one before.
func prevUnchecked(jsonl []byte) []byte {
	return relinked(jsonl, func(map[string]json.RawMessage) {})
}

// withoutRevoke reads chains as if they revoked nothing: what they revoke
// becomes another subject that they add.
func withoutRevoke(r adapter.Request) adapter.Answer {
	if r.Op != verify || r.Input["chains"] == nil {
		return adapter.Handle(r)
	}
	chains, err := r.Input.List("chains")
	if err != nil {
		return adapter.Handle(r)
	}
	var out []any
	for _, c := range chains {
		out = append(out, adapter.Encode(relinked(c, func(payload map[string]json.RawMessage) {
			if text(payload["op"]) == "revoke" {
				payload["op"], payload["payload"] = json.RawMessage(`"add"`), json.RawMessage(`{"subject":"x:ignored"}`)
			}
		})))
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return adapter.Handle(r)
	}
	return adapter.Handle(withRaw(r, "chains", raw))
}

// neverExpired reads the clock as if it stood before the end of the claim.
func neverExpired(r adapter.Request) adapter.Answer {
	right := adapter.Handle(r)
	end, ok := instant(text(payloadOf(r)["expires_at"]))
	if r.Op == verify && ok && has(right, "claim.expired") {
		r.Now = end.Add(-1)
		return adapter.Handle(r)
	}
	return right
}
