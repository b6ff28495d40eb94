package keys

import (
	"crypto/sha256"
	"sync/atomic"

	"github.com/btcsuite/btcd/btcec/v2"
)

// VerifyBIP340 verifies a BIP-340 signature of a message of any length; KEZ
// itself signs 32-byte digests. The library's own verifier is not used: it
// takes only 32 bytes and reduces an s ≥ n where BIP-340 refuses it.
func VerifyBIP340(public *[32]byte, message []byte, signature *[64]byte) bool {
	return verifyBIP340(public, message, signature, baseMult)
}

func verifyBIP340(public *[32]byte, message []byte, signature *[64]byte, baseMult multiplier) bool {
	var p btcec.JacobianPoint
	return liftX(public, &p) && verifyLifted(public, &p, message, signature, baseMult)
}

// verifyLifted verifies with a key whose point is known.
func verifyLifted(public *[32]byte, p *btcec.JacobianPoint, message []byte, signature *[64]byte, baseMult multiplier) bool {
	var r btcec.FieldVal
	var s btcec.ModNScalar
	if r.SetBytes((*[32]byte)(signature[:32])) != 0 || s.SetBytes((*[32]byte)(signature[32:])) != 0 {
		return false
	}
	minusE := challenge(signature[:32], public, message)
	minusE.Negate()

	var sG, eP, sum btcec.JacobianPoint
	baseMult(&s, &sG)
	btcec.ScalarMultNonConst(&minusE, p, &eP)
	btcec.AddNonConst(&sG, &eP, &sum)
	if sum.Z.IsZero() || sum.X.IsZero() && sum.Y.IsZero() {
		return false
	}
	sum.ToAffine()
	return !sum.Y.IsOdd() && r.Equals(&sum.X)
}

// liftX gives the point with even y of an x-only key, false where x is no
// field element or no point has it.
func liftX(x *[32]byte, point *btcec.JacobianPoint) bool {
	if point.X.SetBytes(x) != 0 || !btcec.DecompressY(&point.X, false, &point.Y) {
		return false
	}
	point.Y.Normalize()
	point.Z.SetInt(1)
	return true
}

// challenge is e of BIP-340, reduced modulo the group order.
func challenge(r []byte, public *[32]byte, message []byte) (e btcec.ModNScalar) {
	digest := taggedHash("BIP0340/challenge", r, public[:], message)
	e.SetBytes(&digest)
	return e
}

func taggedHash(tag string, parts ...[]byte) (digest [32]byte) {
	prefix := sha256.Sum256([]byte(tag))
	h := sha256.New()
	h.Write(prefix[:])
	h.Write(prefix[:])
	for _, part := range parts {
		h.Write(part)
	}
	h.Sum(digest[:0])
	return digest
}

// multiplier sets result to k·G. It takes time that depends on k.
type multiplier func(k *btcec.ModNScalar, result *btcec.JacobianPoint)

// tableAfter is the number of multiplications by the generator after which the
// library's table of 8,192 points has paid for its unpacking: that takes about
// 5 ms, and each use of it saves some 90 µs.
const tableAfter = 64

var baseMults atomic.Uint32

// baseMult multiplies the generator without the table at first, since a command
// that verifies one proof would wait for the unpacking alone, and with it later.
func baseMult(k *btcec.ModNScalar, result *btcec.JacobianPoint) {
	if few(&baseMults, tableAfter) {
		baseMultCold(k, result)
		return
	}
	btcec.ScalarBaseMultNonConst(k, result)
}

// baseMultCold treats the generator as any other point.
func baseMultCold(k *btcec.ModNScalar, result *btcec.JacobianPoint) {
	generator := btcec.JacobianPoint{}
	generator.X.SetBytes(&generatorX)
	generator.Y.SetBytes(&generatorY)
	generator.Z.SetInt(1)
	btcec.ScalarMultNonConst(k, &generator, result)
}

// The generator's coordinates (SEC 2, 2.4.1). The library would unpack its
// table to tell them.
var (
	generatorX = [32]byte{
		0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b, 0x07,
		0x02, 0x9b, 0xfc, 0xdb, 0x2d, 0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98,
	}
	generatorY = [32]byte{
		0x48, 0x3a, 0xda, 0x77, 0x26, 0xa3, 0xc4, 0x65, 0x5d, 0xa4, 0xfb, 0xfc, 0x0e, 0x11, 0x08, 0xa8,
		0xfd, 0x17, 0xb4, 0x48, 0xa6, 0x85, 0x54, 0x19, 0x9c, 0x47, 0xd0, 0x8f, 0xfb, 0x10, 0xd4, 0xb8,
	}
)
