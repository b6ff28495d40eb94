package gen

import (
	"crypto/sha512"
	"math/big"
	"strings"

	"filippo.io/edwards25519"
)

// orderL is the order of the base point of edwards25519.
var orderL = number("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed")

// plusL adds L to a little-endian scalar, as hex.
func plusL(hexText string) string {
	n := littleEndian(unhex(hexText))
	return tohex(toLittleEndian(n.Add(n, orderL)))
}

func littleEndian(b []byte) *big.Int {
	turned := make([]byte, len(b))
	for i := range b {
		turned[len(b)-1-i] = b[i]
	}
	return new(big.Int).SetBytes(turned)
}

func toLittleEndian(n *big.Int) []byte {
	b := n.FillBytes(make([]byte, 32))
	for i := range 16 {
		b[i], b[31-i] = b[31-i], b[i]
	}
	return b
}

// upperOnce turns the first letter of a hex text into upper case.
func upperOnce(s string) string {
	i := strings.IndexAny(s, "abcdef")
	return s[:i] + strings.ToUpper(s[i:i+1]) + s[i+1:]
}

// torsion is a point of order 8.
func torsion() *edwards25519.Point {
	p, err := new(edwards25519.Point).SetBytes(unhex(lowOrder()[4]))
	if err != nil {
		panic(err)
	}
	return p
}

func scalarOf(n *big.Int) *edwards25519.Scalar {
	s, err := new(edwards25519.Scalar).SetCanonicalBytes(toLittleEndian(new(big.Int).Mod(n, orderL)))
	if err != nil {
		panic(err)
	}
	return s
}

// hashK is the challenge of RFC 8032, as an integer below L.
func hashK(r, a, message []byte) *big.Int {
	h := sha512.New()
	h.Write(r)
	h.Write(a)
	h.Write(message)
	return littleEndian(h.Sum(nil)).Mod(littleEndian(h.Sum(nil)), orderL)
}

// mixed is a key or an R with a part of small order: n·B + t·T.
func mixed(n *big.Int, t int64) []byte {
	p := new(edwards25519.Point).ScalarBaseMult(scalarOf(n))
	for range t {
		p.Add(p, torsion())
	}
	return p.Bytes()
}

// torsionOf gives the t for which a low-order encoding is t times torsion.
func torsionOf(low []byte) int64 {
	p, err := new(edwards25519.Point).SetBytes(low)
	if err != nil {
		panic(err)
	}
	q := edwards25519.NewIdentityPoint()
	for t := range int64(8) {
		if q.Equal(p) == 1 {
			return t
		}
		q.Add(q, torsion())
	}
	panic("no point of small order")
}

// scalarBytes is the secret scalar of an Ed25519 seed, little-endian.
func scalarBytes(seed []byte) []byte {
	h := sha512.Sum512(seed)
	h[0] &= 248
	h[31] &= 63
	h[31] |= 64
	return h[:32]
}
