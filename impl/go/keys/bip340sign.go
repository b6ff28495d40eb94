package keys

import (
	"crypto/rand"

	"github.com/btcsuite/btcd/btcec/v2"

	"kez.lat/kez/impl/go/kez"
)

// SignBIP340 signs a message of any length with the auxiliary randomness that
// BIP-340 mixes into the nonce. The result depends on the three arguments alone
// and is not verified; [Private.Sign] does that.
func SignBIP340(secret, aux *[32]byte, message []byte) (signature [64]byte, err error) {
	public, err := publicBIP340(secret)
	if err != nil {
		return signature, err
	}
	return signBIP340(secret, &public, aux, message)
}

func signBIP340(secret *[32]byte, public *btcec.JacobianPoint, aux *[32]byte, message []byte) (signature [64]byte, err error) {
	var d, k btcec.ModNScalar
	defer d.Zero()
	defer k.Zero()
	d.SetBytes(secret)
	if public.Y.IsOdd() {
		d.Negate()
	}
	publicX := *public.X.Bytes()

	masked := d.Bytes()
	defer clear(masked[:])
	for i, b := range taggedHash("BIP0340/aux", aux[:]) {
		masked[i] ^= b
	}
	nonce := taggedHash("BIP0340/nonce", masked[:], publicX[:], message)
	defer clear(nonce[:])
	k.SetBytes(&nonce)
	if k.IsZero() {
		return signature, kez.Errorf(kez.SignatureInvalid, "the signing nonce came out as zero")
	}
	var r btcec.JacobianPoint
	if err := blindBaseMult(&k, &r); err != nil {
		return signature, err
	}
	if r.Y.IsOdd() {
		k.Negate()
	}
	r.X.PutBytesUnchecked(signature[:32])
	s := challenge(signature[:32], &publicX, message)
	s.Mul(&d).Add(&k)
	s.PutBytesUnchecked(signature[32:])
	return signature, nil
}

// publicBIP340 gives the affine public point of a secret, which must be a
// scalar from 1 to n−1.
func publicBIP340(secret *[32]byte) (public btcec.JacobianPoint, err error) {
	var d btcec.ModNScalar
	defer d.Zero()
	if d.SetBytes(secret) != 0 || d.IsZero() {
		return public, kez.Errorf(kez.CLIUsage, "the secret key is zero or not below the order of secp256k1").
			WithHint("no key generator makes such a key; check that it was copied whole")
	}
	err = blindBaseMult(&d, &public)
	return public, err
}

// blindBaseMult sets result to the affine k·G for a secret k. The library's
// multiplication takes time that depends on its scalar, and the library has no
// other. So the scalar is split at random into two, each of which says nothing
// about k, and the two products are added. The table is never touched:
// its entries would be picked by secret bytes, visible to whoever shares the
// cache.
func blindBaseMult(k *btcec.ModNScalar, result *btcec.JacobianPoint) error {
	var mask [32]byte
	defer clear(mask[:])
	if _, err := rand.Read(mask[:]); err != nil {
		return kez.Errorf(kez.CLIKeyStore, "the system gives no randomness: %w", err)
	}
	var first, second btcec.ModNScalar
	defer first.Zero()
	defer second.Zero()
	first.SetBytes(&mask) // a mask ≥ n is reduced, which is as good
	second.NegateVal(&first).Add(k)

	var firstG, secondG btcec.JacobianPoint
	baseMultCold(&first, &firstG)
	baseMultCold(&second, &secondG)
	btcec.AddNonConst(&firstG, &secondG, result)
	result.ToAffine()
	return nil
}
