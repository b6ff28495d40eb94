package keys

import (
	"crypto/ed25519"
	"sync/atomic"

	"filippo.io/edwards25519"

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
	if !pointAllowed(public) || !pointAllowed((*[32]byte)(signature[:32])) {
		return false
	}
	if few(&verifications, verifyTableAfter) {
		v := Verifier{public: *public, ed25519: negated(public)}
		return v.ed25519 != nil && v.verifyEd25519(message, signature, combineCold)
	}
	return ed25519.Verify(public[:], message, signature[:])
}

// verifyTableAfter is the number of verifications after which the standard
// library's table for the generator has paid for itself: making it takes about
// as long as two verifications, and each use saves a tenth of one.
const verifyTableAfter = 16

var verifications atomic.Uint32

// few counts a use and reports whether there were few so far. The counter stands
// still once it is past the mark, so that it neither wraps nor bounces between
// the caches of a busy server.
func few(uses *atomic.Uint32, mark uint32) bool {
	return uses.Load() < mark && uses.Add(1) <= mark
}

func pointAllowed(point *[32]byte) bool {
	return edpoint.Canonical(point) && !edpoint.LowOrder(point)
}

// negated gives −A of a public key, nil where there is no such point.
func negated(public *[32]byte) *edwards25519.Point {
	a, err := new(edwards25519.Point).SetBytes(public[:])
	if err != nil {
		return nil
	}
	return a.Negate(a)
}

// combiner sets r to k·a + s·B. It takes time that depends on all of them.
type combiner func(r *edwards25519.Point, k *edwards25519.Scalar, a *edwards25519.Point, s *edwards25519.Scalar)

// combine uses the table for the generator B.
func combine(r *edwards25519.Point, k *edwards25519.Scalar, a *edwards25519.Point, s *edwards25519.Scalar) {
	r.VarTimeDoubleScalarBaseMult(k, a, s)
}

// combineCold treats the generator as any other point, since a command that
// verifies one proof would wait for the table alone.
func combineCold(r *edwards25519.Point, k *edwards25519.Scalar, a *edwards25519.Point, s *edwards25519.Scalar) {
	r.VarTimeMultiScalarMult([]*edwards25519.Scalar{k, s}, []*edwards25519.Point{a, edwards25519.NewGeneratorPoint()})
}
