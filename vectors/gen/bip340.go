package gen

import (
	"crypto/sha256"
	"math/big"
)

// A BIP-340 of its own, slow and plain, so that the vectors do not share a
// library with any implementation.

var (
	curveP  = number("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")
	curveN  = number("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	curveGx = number("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
	curveGy = number("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")
)

func number(hexText string) *big.Int {
	n, ok := new(big.Int).SetString(hexText, 16)
	if !ok {
		panic("gen: no number " + hexText)
	}
	return n
}

// point is affine; nil is the point at infinity.
type point struct{ x, y *big.Int }

func (a *point) add(b *point) *point {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	var slope *big.Int
	if a.x.Cmp(b.x) == 0 {
		if a.y.Cmp(b.y) != 0 {
			return nil
		}
		top := mod(new(big.Int).Mul(big.NewInt(3), new(big.Int).Mul(a.x, a.x)))
		slope = mod(top.Mul(top, inverse(new(big.Int).Lsh(a.y, 1))))
	} else {
		top := mod(new(big.Int).Sub(b.y, a.y))
		slope = mod(top.Mul(top, inverse(new(big.Int).Sub(b.x, a.x))))
	}
	x := mod(new(big.Int).Sub(new(big.Int).Sub(new(big.Int).Mul(slope, slope), a.x), b.x))
	y := mod(new(big.Int).Sub(new(big.Int).Mul(slope, new(big.Int).Sub(a.x, x)), a.y))
	return &point{x, y}
}

func (a *point) times(k *big.Int) *point {
	var sum *point
	for i := k.BitLen() - 1; i >= 0; i-- {
		sum = sum.add(sum)
		if k.Bit(i) == 1 {
			sum = sum.add(a)
		}
	}
	return sum
}

func mod(n *big.Int) *big.Int     { return n.Mod(n, curveP) }
func inverse(n *big.Int) *big.Int { return new(big.Int).ModInverse(mod(n), curveP) }

func generator() *point { return &point{curveGx, curveGy} }

// lift gives the point with that x and an even y, nil where there is none.
func lift(x *big.Int) *point {
	if x.Cmp(curveP) >= 0 {
		return nil
	}
	square := mod(new(big.Int).Add(new(big.Int).Exp(x, big.NewInt(3), curveP), big.NewInt(7)))
	y := new(big.Int).ModSqrt(square, curveP)
	if y == nil {
		return nil
	}
	if y.Bit(0) == 1 {
		y.Sub(curveP, y)
	}
	return &point{x, y}
}

func bytes32(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }

func tagged(tag string, parts ...[]byte) []byte {
	t := sha256.Sum256([]byte(tag))
	h := sha256.New()
	h.Write(t[:])
	h.Write(t[:])
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func bip340Public(secret []byte) []byte {
	return bytes32(generator().times(new(big.Int).SetBytes(secret)).x)
}

func bip340Sign(secret, aux, message []byte) []byte {
	d := new(big.Int).SetBytes(secret)
	public := generator().times(d)
	if public.y.Bit(0) == 1 {
		d.Sub(curveN, d)
	}
	masked := bytes32(d)
	for i, b := range tagged("BIP0340/aux", aux) {
		masked[i] ^= b
	}
	k := new(big.Int).SetBytes(tagged("BIP0340/nonce", masked, bytes32(public.x), message))
	k.Mod(k, curveN)
	r := generator().times(k)
	if r.y.Bit(0) == 1 {
		k.Sub(curveN, k)
	}
	s := k.Add(k, new(big.Int).Mul(challenge(bytes32(r.x), bytes32(public.x), message), d))
	return append(bytes32(r.x), bytes32(s.Mod(s, curveN))...)
}

func challenge(r, public, message []byte) *big.Int {
	e := new(big.Int).SetBytes(tagged("BIP0340/challenge", r, public, message))
	return e.Mod(e, curveN)
}

func bip340Verify(public, message, sig []byte) bool {
	p := lift(new(big.Int).SetBytes(public))
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
	if p == nil || r.Cmp(curveP) >= 0 || s.Cmp(curveN) >= 0 {
		return false
	}
	e := challenge(sig[:32], public, message)
	sum := generator().times(s).add(p.times(e.Sub(curveN, e)))
	return sum != nil && sum.y.Bit(0) == 0 && sum.x.Cmp(r) == 0
}
