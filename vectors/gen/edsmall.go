package gen

import (
	"fmt"
	"math/big"
)

// smallPoints adds signatures whose R is of low order and whose equation holds,
// so that a verifier without the check of R takes them.
func smallPoints(t *topic) {
	t.group("ed25519.verify", "SIG-020", "Second spellings and small points let one signature stand for many messages.")
	a := littleEndian(scalarBytes(alice.secret))
	m, s := smallR(alice.public, a, unhex(lowOrder()[2]), 0)
	t.bad("ed25519-r-identity", "R is the identity, and S makes the equation hold", "ed25519-plain",
		"a signature made with the nonce 0", rawSig(alice.public, m, s), "signature.invalid")
	for i, low := range lowOrder() {
		of, key, small := "ed25519-mixed-none", mixed(big.NewInt(7), 0), torsionOf(unhex(low))
		if small != 0 {
			of, key = "ed25519-mixed-both", mixed(big.NewInt(7), 1)
		}
		m, s = smallR(key, big.NewInt(7), unhex(low), small)
		t.bad(fmt.Sprintf("ed25519-r-low-order-%d", i+1), "R is low-order encoding "+low[:4]+"…"+low[60:]+", and S makes the equation hold", of,
			"one of the 14 low-order encodings as R", rawSig(key, m, s), "signature.invalid")
	}
}

// smallR signs with the nonce 0 and gives the message and the signature: R is
// spelt as low, a point of small order, which the small part of the key times k
// cancels, so that the equation holds and R alone is the fault.
func smallR(public []byte, a *big.Int, low []byte, small int64) (message, sig []byte) {
	for i := 0; ; i++ {
		message = fmt.Appendf(nil, "kez %d", i)
		k := hashK(low, public, message)
		if small != 0 && new(big.Int).Mod(k, big.NewInt(8)).Int64() != 8-small {
			continue
		}
		s := new(big.Int).Mul(k, a)
		return message, append(append([]byte(nil), low...), toLittleEndian(s.Mod(s, orderL))...)
	}
}

// mixedOrder adds keys and signatures with a part of small order. Messages are
// counted up until the challenge k has the wanted remainder modulo 8, so that
// the equation with and the one without the cofactor agree or do not.
func mixedOrder(t *topic) {
	t.group("ed25519.verify", "SIG-022 SIG-021", "Libraries with and without the cofactor differ here, and a proof would be valid in one program alone.")
	a, r := big.NewInt(7), big.NewInt(11)
	find := func(public, rPoint []byte, want func(k int64) bool) ([]byte, []byte) {
		for i := 0; ; i++ {
			message := fmt.Appendf(nil, "kez %d", i)
			k := hashK(rPoint, public, message)
			if !want(new(big.Int).Mod(k, big.NewInt(8)).Int64()) {
				continue
			}
			s := new(big.Int).Add(r, new(big.Int).Mul(k, a))
			return message, append(append([]byte(nil), rPoint...), toLittleEndian(s.Mod(s, orderL))...)
		}
	}
	zero := func(k int64) bool { return k == 0 }
	odd := func(k int64) bool { return k%2 == 1 }
	keyMixed, keyPlain := mixed(a, 1), mixed(a, 0)
	m, s := find(keyMixed, mixed(r, 0), zero)
	t.ok("ed25519-mixed-a", "a mixed-order key whose small part falls out", rawSig(keyMixed, m, s), state{})
	m, s = find(keyMixed, mixed(r, 0), odd)
	t.bad("ed25519-mixed-a-cofactor", "a mixed-order key that only the cofactor equation takes", "ed25519-mixed-a",
		"a message of which the small part stays", rawSig(keyMixed, m, s), "signature.invalid", tags("SIG-021"))
	m, s = find(keyMixed, mixed(r, 7), func(k int64) bool { return k == 1 })
	t.ok("ed25519-mixed-both", "a mixed-order key and R whose small parts cancel", rawSig(keyMixed, m, s), state{})
	m, s = find(keyMixed, mixed(r, 7), func(k int64) bool { return k == 2 })
	t.bad("ed25519-mixed-both-cofactor", "small parts that do not cancel", "ed25519-mixed-both",
		"a message of which the small parts do not cancel", rawSig(keyMixed, m, s), "signature.invalid", tags("SIG-021"))
	m, s = find(keyPlain, mixed(r, 0), odd)
	t.ok("ed25519-mixed-none", "the same key and R without small parts", rawSig(keyPlain, m, s), state{}, tags("SIG-021"))
	m, s = find(keyPlain, mixed(r, 3), odd)
	t.bad("ed25519-mixed-r-cofactor", "a mixed-order R that only the cofactor equation takes", "ed25519-mixed-none",
		"a small part added to R before signing", rawSig(keyPlain, m, s), "signature.invalid", tags("SIG-021"))
}
