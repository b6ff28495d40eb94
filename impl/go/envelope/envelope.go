// Package envelope reads, checks and signs the envelope around every signed
// payload: {"kez": KIND, "payload": {…}, "signature": {"alg","key","sig"}}.
//
// # Reading
//
// [Read] judges everything but the signature itself, in the order of spec/errors.md:
// shape, members, types, identities, signature block, payload rules. What is
// particular to a kind of payload comes in as a [Payload]. [Envelope.Verify] then
// does the costly part, so that many signatures can be checked side by side.
//
// # Signed bytes
//
// The signature covers JCS(payload) alone. The reader works on the canonical
// bytes of the whole envelope, of which those of the payload are a part.
package envelope

import (
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Kind is the value of the member "kez".
type Kind string

// The kinds that exist.
const (
	Claim              Kind = "claim"
	SigchainEvent      Kind = "sigchain_event"
	HandleRegistration Kind = "handle_registration"
)

// Envelope is a signed payload whose shape and rules hold. Its signature counts
// only after Verify.
type Envelope struct {
	Kind      Kind
	Primary   kez.Identity
	Key       kez.Identity // signs; another than Primary only for claims by a device
	Algorithm string
	Signature [64]byte

	doc     *strictjson.Document
	payload strictjson.Value
}

// Bytes gives JCS(envelope).
func (e *Envelope) Bytes() []byte { return e.doc.Bytes() }

// Payload gives the payload, read from the signed bytes.
func (e *Envelope) Payload() strictjson.Value { return e.payload }

// SignedBytes gives JCS(payload).
func (e *Envelope) SignedBytes() []byte { return e.payload.Raw() }

// Verify checks the signature.
func (e *Envelope) Verify() error {
	if keys.Verify(e.Key, e.SignedBytes(), &e.Signature) {
		return nil
	}
	return InvalidSignature()
}

// InvalidSignature is the error of a signature that does not verify.
func InvalidSignature() *kez.Error {
	return kez.Errorf(kez.SignatureInvalid, "the signature does not match the payload and the key").
		WithHint("the text was changed after signing, or another key signed it; ask the owner for the original")
}

// Open reads one envelope of a kind from bytes and verifies it.
func Open(data []byte, payload Payload, options Options) (*Envelope, error) {
	doc, err := strictjson.ReadCanonical(data, kez.MaxEnvelope)
	if err != nil {
		return nil, err
	}
	e, err := Read(doc, payload, options)
	if err != nil {
		return nil, err
	}
	return e, e.Verify()
}
