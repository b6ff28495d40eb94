package keys

import "kez.lat/kez/impl/go/kez"

// Verifier verifies signatures of one identity, for callers that have many of
// them. It is safe for concurrent use.
type Verifier struct{ id kez.Identity }

// NewVerifier makes the verifier of an identity. For an identity that is no key
// it refuses every signature.
func NewVerifier(id kez.Identity) *Verifier { return &Verifier{id} }

// Verify does what the function Verify does for the verifier's identity.
func (v *Verifier) Verify(message []byte, signature *[64]byte) bool {
	return Verify(v.id, message, signature)
}
