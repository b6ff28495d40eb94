package keys

import (
	"crypto/ecdh"
	"crypto/sha512"

	"filippo.io/edwards25519"

	"kez.lat/kez/impl/go/kez"
)

// ECDH gives the X25519 secret that this Ed25519 key shares with another one;
// both keys are mapped to their Montgomery form first (KEZ-MSG). The scalar does
// not leave the function. The caller clears the secret after use.
func (p *Private) ECDH(peer kez.Identity) (shared [32]byte, err error) {
	public, _ := peer.PublicKey()
	switch {
	case p.id.System() != kez.SystemEd25519 || peer.System() != kez.SystemEd25519:
		return shared, kez.Errorf(kez.SignatureAlgKeyMismatch, "only two ed25519 keys share a secret").
			WithHint("a message goes from one ed25519 primary to another")
	case p.secret().erased:
		return shared, erasedError()
	}
	u, err := montgomery(&public)
	if err != nil {
		return shared, err
	}
	scalar := scalarX25519(&p.secret().seed)
	defer clear(scalar[:])
	return x25519(&scalar, &u)
}

func erasedError() error {
	return kez.Errorf(kez.CLIKeyStore, "the secret key was erased from memory").WithHint("load it again")
}

// scalarX25519 is the clamped first half of SHA-512 of a seed. X25519 clamps by
// itself; here it is done so that the scalar compares with those of others.
func scalarX25519(seed *[32]byte) (scalar [32]byte) {
	digest := sha512.Sum512(seed[:])
	defer clear(digest[:])
	copy(scalar[:], digest[:32])
	scalar[0] &= 248
	scalar[31] = scalar[31]&127 | 64
	return scalar
}

// montgomery gives u = (1 + y) / (1 − y) of an Ed25519 key.
func montgomery(public *[32]byte) (u [32]byte, err error) {
	point, err := new(edwards25519.Point).SetBytes(public[:])
	if err != nil {
		return u, kez.Errorf(kez.KeyNotOnCurve, "the ed25519 key is no point of its curve")
	}
	return [32]byte(point.BytesMontgomery()), nil
}

// x25519 multiplies, and refuses a result of zero bytes, which says that u is of
// low order and the secret no secret (KEZ-MSG-012).
func x25519(scalar, u *[32]byte) (shared [32]byte, err error) {
	private, err := ecdh.X25519().NewPrivateKey(scalar[:])
	if err != nil {
		return shared, weakSecret()
	}
	public, err := ecdh.X25519().NewPublicKey(u[:])
	if err != nil {
		return shared, weakSecret()
	}
	secret, err := private.ECDH(public)
	if err != nil {
		return shared, weakSecret()
	}
	defer clear(secret)
	return [32]byte(secret), nil
}

func weakSecret() error {
	return kez.Errorf(kez.MessageUndecryptable, "the two keys share no secret: it comes out as zero")
}
