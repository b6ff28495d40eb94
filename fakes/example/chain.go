package example

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// Chain makes the sigchain that adds subjects, one after the other at the same
// time, with the key of a 32-byte seed. It is JSON lines, as a store serves them.
func Chain(seed []byte, created int64, subjects ...string) (lines string, err error) {
	key := ed25519.NewKeyFromSeed(seed)
	primary := "ed25519:" + hex.EncodeToString(key.Public().(ed25519.PublicKey))
	var out strings.Builder
	prev := ""
	for seq, subject := range subjects {
		// Maps, because the library sorts their members.
		payload := map[string]any{
			"type": "kez.sigchain.event", "version": 1, "primary": primary, "seq": seq, "created_at": written(created),
			"op": "add", "payload": map[string]string{"subject": subject},
		}
		if seq > 0 {
			payload["prev"] = prev
		}
		signed, err := encode(payload, "")
		if err != nil {
			return "", err
		}
		line, err := encode(map[string]any{
			"kez": "sigchain_event", "payload": json.RawMessage(signed),
			"signature": map[string]string{"alg": "ed25519-sha512-jcs", "key": primary, "sig": hex.EncodeToString(ed25519.Sign(key, signed))},
		}, "")
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256(line)
		prev = "sha256:" + hex.EncodeToString(sum[:])
		out.Write(line)
		out.WriteByte('\n')
	}
	return out.String(), nil
}
