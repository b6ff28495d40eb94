package edpoint_test

import (
	"encoding/binary"
	"testing"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"

	"kez.lat/kez/impl/go/internal/edpoint"
)

// lowOrderPoints computes the eight points whose order divides 8 from the
// curve: L times any point of full order 8·L generates them.
func lowOrderPoints(t *testing.T) []*edwards25519.Point {
	t.Helper()
	for y := byte(2); ; y++ {
		point, err := new(edwards25519.Point).SetBytes(append([]byte{y}, make([]byte, 31)...))
		if err != nil {
			continue
		}
		torsion := timesL(point)
		points := []*edwards25519.Point{edwards25519.NewIdentityPoint()}
		for next := new(edwards25519.Point).Set(torsion); next.Equal(points[0]) == 0; next = new(edwards25519.Point).Add(next, torsion) {
			points = append(points, next)
		}
		if len(points) == 8 {
			return points
		}
	}
}

// timesL multiplies by the order of the prime subgroup, which is no scalar of
// the library: (L−1)·P + P.
func timesL(point *edwards25519.Point) *edwards25519.Point {
	one := make([]byte, 32)
	one[0] = 1
	scalar, err := edwards25519.NewScalar().SetCanonicalBytes(one)
	if err != nil {
		panic(err)
	}
	minusOne := edwards25519.NewScalar().Negate(scalar)
	product := new(edwards25519.Point).ScalarMult(minusOne, point)
	return product.Add(product, point)
}

// encodings gives every 32-byte string that decodes to the point when nothing
// but the equation of the curve is asked: y and y+p where both fit, and for
// x = 0 either sign bit.
func encodings(point *edwards25519.Point) map[[32]byte]bool {
	canonical := [32]byte(point.Bytes())
	ys := [][32]byte{canonical}
	ys[0][31] &= 0x7f
	if word := binary.LittleEndian.Uint64(ys[0][:8]); word < 19 && isZero(ys[0][8:]) {
		var plusP [32]byte
		for i := range plusP {
			plusP[i] = 0xff
		}
		plusP[0], plusP[31] = byte(0xed+word), 0x7f
		ys = append(ys, plusP)
	}
	x, _, _, _ := point.ExtendedCoordinates()
	all := map[[32]byte]bool{}
	for _, y := range ys {
		for _, sign := range []byte{0, 0x80} {
			if sign == canonical[31]&0x80 || x.Equal(new(field.Element).Zero()) == 1 {
				y[31] = y[31]&0x7f | sign
				all[y] = true
			}
		}
	}
	return all
}

func isZero(data []byte) bool {
	for _, b := range data {
		if b != 0 {
			return false
		}
	}
	return true
}

func TestLowOrderIsExactlyTheTorsionOfTheCurve(t *testing.T) {
	all := map[[32]byte]bool{}
	for _, point := range lowOrderPoints(t) {
		for encoding := range encodings(point) {
			all[encoding] = true
		}
	}
	if len(all) != 14 {
		t.Fatalf("the curve gives %d encodings, want 14", len(all))
	}
	for encoding := range all {
		if !edpoint.LowOrder(&encoding) {
			t.Errorf("%x is of low order", encoding)
		}
		for bit := range 256 {
			near := encoding
			near[bit/8] ^= 1 << (bit % 8)
			if edpoint.LowOrder(&near) != all[near] {
				t.Errorf("%x is judged wrongly", near)
			}
		}
	}
}

func TestCanonicalIsBelowP(t *testing.T) {
	p := [32]byte{0xed, 31: 0x7f}
	for i := 1; i < 31; i++ {
		p[i] = 0xff
	}
	for delta := -30; delta < 19; delta++ {
		for _, sign := range []byte{0, 0x80} {
			y := p
			y[0] = byte(0xed + delta)
			y[31] |= sign
			if got := edpoint.Canonical(&y); got != (delta < 0) {
				t.Errorf("y = p%+d: canonical %t", delta, got)
			}
		}
	}
	for i := range 32 {
		y := p
		y[i] ^= 1 // every byte of p is odd, so this makes it smaller
		if !edpoint.Canonical(&y) {
			t.Errorf("%x is below p", y)
		}
	}
}

func TestOnCurve(t *testing.T) {
	if y := ([32]byte{2}); edpoint.OnCurve(&y) {
		t.Error("y = 2 has no x")
	}
	if y := [32]byte(edwards25519.NewGeneratorPoint().Bytes()); !edpoint.OnCurve(&y) {
		t.Error("the generator is a point")
	}
}
