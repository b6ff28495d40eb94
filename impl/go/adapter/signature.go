package adapter

import (
	"encoding/hex"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// verifyEd25519 judges a key and a signature by the one Ed25519 rule.
func verifyEd25519(r Request) (State, error) {
	return verifySignature(r, func(public [32]byte) (kez.Identity, error) {
		return kez.ParseSigned("ed25519:" + hex.EncodeToString(public[:]))
	}, keys.VerifyEd25519)
}

// verifyBIP340 judges a key and a signature by BIP-340.
func verifyBIP340(r Request) (State, error) {
	return verifySignature(r, kez.NostrIdentity, keys.VerifyBIP340)
}

func verifySignature(r Request, identity func([32]byte) (kez.Identity, error),
	verify func(*[32]byte, []byte, *[64]byte) bool) (State, error) {
	public, err := r.Input.Bytes("public")
	if err != nil {
		return nil, err
	}
	message, err := r.Input.Bytes("message")
	if err != nil {
		return nil, err
	}
	sig, err := r.Input.Bytes("signature")
	if err != nil {
		return nil, err
	}
	if len(public) != 32 {
		return nil, kez.Errorf(kez.IdentityInvalid, "a public key has 32 bytes, and this one has %d", len(public))
	}
	if _, err := identity([32]byte(public)); err != nil {
		return nil, err
	}
	if len(sig) != 64 {
		return nil, kez.Errorf(kez.SignatureLength, "a signature has 64 bytes, and this one has %d", len(sig))
	}
	if !verify((*[32]byte)(public), message, (*[64]byte)(sig)) {
		return nil, kez.Errorf(kez.SignatureInvalid, "the signature does not verify")
	}
	return State{}, nil
}
