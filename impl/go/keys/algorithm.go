package keys

import (
	"crypto/sha256"

	"kez.lat/kez/impl/go/kez"
)

// Names of the two signature algorithms, as they stand in signature.alg.
const (
	AlgEd25519 = "ed25519-sha512-jcs"
	AlgNostr   = "nostr-secp256k1-schnorr-sha256-jcs"
)

// AlgorithmSystem gives the system whose keys sign with an algorithm, or "".
func AlgorithmSystem(algorithm string) string {
	switch algorithm {
	case AlgEd25519:
		return kez.SystemEd25519
	case AlgNostr:
		return kez.SystemNostr
	}
	return ""
}

// Algorithm gives the one algorithm an identity signs with, "" for an identity
// that is no key.
func Algorithm(id kez.Identity) string {
	switch id.System() {
	case kez.SystemEd25519:
		return AlgEd25519
	case kez.SystemNostr:
		return AlgNostr
	}
	return ""
}

// Verify reports whether signature is id's signature of message; false for an
// identity that is no key.
func Verify(id kez.Identity, message []byte, signature *[64]byte) bool {
	public, _ := id.PublicKey()
	switch id.System() {
	case kez.SystemEd25519:
		return VerifyEd25519(&public, message, signature)
	case kez.SystemNostr:
		digest := sha256.Sum256(message)
		return VerifyBIP340(&public, digest[:], signature)
	}
	return false
}
