// Package chat seals and opens message envelopes of version 1, from one Ed25519
// identity to another.
//
// # Sealing
//
// A [Sealer] belongs to one sender. [Sealer.Seal] draws a random nonce, encrypts
// a [Plaintext] to the recipient's key and signs the envelope. It never seals
// what [Open] would refuse.
//
// # Opening
//
// [Open] checks in the order of the table in spec/message.md and gives the code
// of the first check that fails. It knows no clock: sent_at is judged by the
// relay's time of the message alone, so that mail read late is not lost. Safety
// against replay rests on the set of hashes that the caller keeps.
//
// # No forward secrecy
//
// Version 1 has no forward secrecy. The keys are the identity keys themselves:
// whoever gets one of the two seeds later, and kept the envelopes, reads all of
// them, in both directions.
package chat

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"

	"kez.lat/kez/impl/go/envelope"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// MaxEnvelope bounds one envelope in bytes, white space included (KEZ-MSG-008).
const MaxEnvelope = 256 << 10

const (
	nonceSize = 12
	tagSize   = 16
	keyInfo   = "kez-chat-msg-v1"
)

// canonicalEnvelope writes the canonical form, without sig where it is "".
func canonicalEnvelope(from, to, nonce, ct, sig string) []byte {
	pairs := []envelope.Pair{{Name: "ct", Value: ct}, {Name: "from", Value: from}, {Name: "nonce", Value: nonce}}
	if sig != "" {
		pairs = append(pairs, envelope.Pair{Name: "sig", Value: sig})
	}
	pairs = append(pairs, envelope.Pair{Name: "to", Value: to}, envelope.Pair{Name: "v", Value: int64(1)})
	return envelope.AppendObject(make([]byte, 0, len(ct)+512), pairs)
}

// aead gives the cipher of one message between two keys; it is the same for both.
func aead(own *keys.Private, peer kez.Identity, nonce *[nonceSize]byte) (cipher.AEAD, error) {
	shared, err := own.ECDH(peer)
	if err != nil {
		return nil, err
	}
	defer clear(shared[:])
	key, err := messageKey(&shared, nonce)
	if err != nil {
		return nil, err
	}
	defer clear(key[:])
	return newGCM(&key)
}

func messageKey(shared *[32]byte, nonce *[nonceSize]byte) (key [32]byte, err error) {
	derived, err := hkdf.Key(sha256.New, shared[:], nonce[:], keyInfo, len(key))
	if err != nil {
		return key, undecryptable("the key of the message cannot be derived")
	}
	defer clear(derived)
	return [32]byte(derived), nil
}

func newGCM(key *[32]byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, undecryptable("the cipher does not take the key")
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, undecryptable("the cipher has no GCM mode")
	}
	return gcm, nil
}

func undecryptable(format string, args ...any) *kez.Error {
	return kez.Errorf(kez.MessageUndecryptable, format, args...)
}
