package keys_test

import (
	"crypto/ed25519"
	"crypto/sha512"
	"fmt"
	"slices"
	"testing"

	"filippo.io/edwards25519"

	"kez.lat/kez/impl/go/internal/edpoint"
	"kez.lat/kez/impl/go/keys"
)

// torsionHex is a point of order 8.
const torsionHex = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"

// mixed makes signatures whose A and R carry a part of small order, which
// splits the cofactorless equation from the cofactored one.
type mixed struct {
	a, r    *edwards25519.Scalar
	torsion *edwards25519.Point
}

func newMixed(t *testing.T) mixed {
	t.Helper()
	scalar := func(label string) *edwards25519.Scalar {
		digest := sha512.Sum512([]byte(label))
		s, err := edwards25519.NewScalar().SetUniformBytes(digest[:])
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	torsion, err := new(edwards25519.Point).SetBytes(decodeHex(t, torsionHex))
	if err != nil {
		t.Fatal(err)
	}
	return mixed{scalar("a"), scalar("r"), torsion}
}

// times gives n·T.
func (m mixed) times(n int) *edwards25519.Point {
	sum := edwards25519.NewIdentityPoint()
	for range n {
		sum.Add(sum, m.torsion)
	}
	return sum
}

func (m mixed) point(scalar *edwards25519.Scalar, torsion int) *edwards25519.Point {
	p := new(edwards25519.Point).ScalarBaseMult(scalar)
	return p.Add(p, m.times(torsion))
}

// sign gives S = r + k·a for A = a·B + i·T and R = r·B + j·T.
func (m mixed) sign(message []byte, i, j int) (public [32]byte, signature [64]byte, k *edwards25519.Scalar) {
	a, r := m.point(m.a, i), m.point(m.r, j)
	k = hashK(r.Bytes(), a.Bytes(), message)
	s := edwards25519.NewScalar().MultiplyAdd(k, m.a, m.r)
	return [32]byte(a.Bytes()), [64]byte(slices.Concat(r.Bytes(), s.Bytes())), k
}

func hashK(r, a, message []byte) *edwards25519.Scalar {
	digest := sha512.Sum512(slices.Concat(r, a, message))
	k, err := edwards25519.NewScalar().SetUniformBytes(digest[:])
	if err != nil {
		panic(err)
	}
	return k
}

// equations gives the verdicts of S·B = R + k·A and of the same times 8.
func equations(t *testing.T, public [32]byte, message []byte, signature [64]byte) (cofactorless, cofactored bool) {
	t.Helper()
	a, errA := new(edwards25519.Point).SetBytes(public[:])
	r, errR := new(edwards25519.Point).SetBytes(signature[:32])
	s, errS := edwards25519.NewScalar().SetCanonicalBytes(signature[32:])
	if errA != nil || errR != nil || errS != nil {
		t.Fatal(errA, errR, errS)
	}
	right := new(edwards25519.Point).ScalarMult(hashK(signature[:32], public[:], message), a)
	right.Add(right, r)
	difference := new(edwards25519.Point).ScalarBaseMult(s)
	difference.Subtract(difference, right)
	identity := edwards25519.NewIdentityPoint()
	return difference.Equal(identity) == 1, new(edwards25519.Point).MultByCofactor(difference).Equal(identity) == 1
}

// Every combination of small-order parts, and for each a message that both
// equations take and one that only the cofactored takes, where such exist.
func TestMixedOrderIsDecidedByTheCofactorlessEquation(t *testing.T) {
	m := newMixed(t)
	for i := range 8 {
		for j := range 8 {
			seen := map[bool]bool{}
			for n := 0; n < 64; n++ {
				message := fmt.Appendf(nil, "message %d", n)
				public, signature, k := m.sign(message, i, j)
				want := (int(k.Bytes()[0])*i+j)%8 == 0 // k·i·T + j·T vanishes
				cofactorless, cofactored := equations(t, public, message, signature)
				if cofactorless != want || !cofactored {
					t.Fatalf("A+%dT, R+%dT: the construction is wrong", i, j)
				}
				if !seen[want] {
					checkEd25519(t, public[:], message, signature[:], want)
				}
				seen[want] = true
			}
			if i%2 == 1 && len(seen) != 2 || i == 0 && seen[true] != (j == 0) {
				t.Errorf("A+%dT, R+%dT: verdicts %v", i, j, seen)
			}
		}
	}
}

// A low-order A or R verifies under the plain equation, for crypto/ed25519 too,
// and is refused all the same.
func TestLowOrderIsRefusedThoughTheEquationHolds(t *testing.T) {
	m := newMixed(t)
	for i := range 8 {
		low := m.times(i)
		if !edpoint.LowOrder((*[32]byte)(low.Bytes())) {
			t.Fatalf("%dT is not of low order", i)
		}
		for n := 0; ; n++ {
			message := fmt.Appendf(nil, "message %d", n)
			r := m.point(m.r, 0)
			public := [32]byte(low.Bytes())
			signature := [64]byte(slices.Concat(r.Bytes(), m.r.Bytes()))
			if holds, _ := equations(t, public, message, signature); !holds {
				continue
			}
			if !ed25519.Verify(public[:], message, signature[:]) {
				t.Errorf("A = %dT: crypto/ed25519 refuses, so the pre-check is no longer needed", i)
			}
			if keys.VerifyEd25519(&public, message, &signature) {
				t.Errorf("A = %dT is taken", i)
			}
			break
		}
		for n := 0; ; n++ {
			message := fmt.Appendf(nil, "message %d", n)
			a := m.point(m.a, 1)
			k := hashK(low.Bytes(), a.Bytes(), message)
			s := edwards25519.NewScalar().Multiply(k, m.a)
			public := [32]byte(a.Bytes())
			signature := [64]byte(slices.Concat(low.Bytes(), s.Bytes()))
			if holds, _ := equations(t, public, message, signature); !holds {
				continue
			}
			if keys.VerifyEd25519(&public, message, &signature) {
				t.Errorf("R = %dT is taken", i)
			}
			break
		}
	}
}

// S + L is the same number modulo the order, and another signature.
func TestSOutOfRangeIsRefused(t *testing.T) {
	order := decodeHex(t, "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	private, err := keys.FromSeed([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	signature, err := private.Sign([]byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	for times := 1; times <= 8; times++ {
		carry := 0
		for i, b := range order {
			carry += int(signature[32+i]) + int(b)
			signature[32+i] = byte(carry)
			carry >>= 8
		}
		if carry == 0 && keys.Verify(private.Identity(), []byte("message"), &signature) {
			t.Errorf("S + %d·L is taken", times)
		}
	}
}
