package keys

import (
	"crypto/ed25519"

	"kez.lat/kez/impl/go/internal/edpoint"
)

// VerifyEd25519 verifies by the one rule that all KEZ implementations share
// (KEZ-SIG): y < p for A and for R, neither is one of the 14 low-order
// encodings, S < L, then the cofactorless equation S·B = R + k·A. Mixed-order A
// and R are legal.
//
// crypto/ed25519 gives S < L and the cofactorless equation, but takes points of
// low order and an A with y ≥ p, so those are refused here first.
func VerifyEd25519(public *[32]byte, message []byte, signature *[64]byte) bool {
	return pointAllowed(public) && pointAllowed((*[32]byte)(signature[:32])) &&
		ed25519.Verify(public[:], message, signature[:])
}

func pointAllowed(point *[32]byte) bool {
	return edpoint.Canonical(point) && !edpoint.LowOrder(point)
}
