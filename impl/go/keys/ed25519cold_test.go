package keys

// VerifyEd25519Cold and VerifyEd25519Warm are the two ways of VerifyEd25519, for
// the corpora: which one it takes depends on what ran before.
func VerifyEd25519Cold(public *[32]byte, message []byte, signature *[64]byte) bool {
	verifications.Store(0)
	return VerifyEd25519(public, message, signature)
}

func VerifyEd25519Warm(public *[32]byte, message []byte, signature *[64]byte) bool {
	verifications.Store(verifyTableAfter)
	return VerifyEd25519(public, message, signature)
}
