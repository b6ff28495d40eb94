// Package edpoint judges 32-byte Ed25519 point encodings before any library
// sees them.
//
// The rule (KEZ-SIG, "one Ed25519 rule for all") is the same for a public key A
// and for a signature's R: the y coordinate is reduced and the point is not of
// low order. Mixed-order points are legal.
package edpoint

import (
	"encoding/hex"
	"sync"

	"filippo.io/edwards25519"
)

// Size is the length of a point encoding in bytes.
const Size = 32

// lowOrderHex lists every encoding, canonical or not, of the eight points whose
// order divides 8: 5 y values below p with both signs, and the two y values
// p and p+1 that fit in 255 bits, again with both signs.
var lowOrderHex = [14]string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
}

var lowOrder = sync.OnceValue(func() map[[Size]byte]struct{} {
	set := make(map[[Size]byte]struct{}, len(lowOrderHex))
	for _, text := range lowOrderHex {
		var point [Size]byte
		if _, err := hex.Decode(point[:], []byte(text)); err != nil {
			panic("edpoint: table: " + err.Error())
		}
		set[point] = struct{}{}
	}
	return set
})

// LowOrder reports whether the encoding is one of the 14.
func LowOrder(point *[Size]byte) bool {
	_, found := lowOrder()[*point]
	return found
}

// Canonical reports whether y, the encoding without its sign bit, is below
// p = 2^255 − 19.
func Canonical(point *[Size]byte) bool {
	if point[31]&0x7f != 0x7f {
		return true
	}
	for _, b := range point[1:31] {
		if b != 0xff {
			return true
		}
	}
	return point[0] < 0xed
}

// OnCurve reports whether the encoding decodes to a point. It is the costly
// check of the three, a tenth of a verification.
func OnCurve(point *[Size]byte) bool {
	_, err := new(edwards25519.Point).SetBytes(point[:])
	return err == nil
}
