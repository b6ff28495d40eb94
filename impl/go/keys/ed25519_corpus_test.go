package keys_test

import (
	"testing"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

func TestCorpusEd25519Speccheck(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "ed25519-speccheck") {
		t.Run(c.ID, func(t *testing.T) {
			var want struct {
				Strict bool `json:"ok_strict"`
			}
			c.Want(t, &want)
			checkEd25519(t, c.Blob(t, "pub"), c.Blob(t, "msg"), c.Blob(t, "sig"), want.Strict)
		})
	}
}

func TestCorpusWycheproofEd25519(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "wycheproof-ed25519") {
		t.Run(c.ID, func(t *testing.T) {
			var want struct{ OK bool }
			c.Want(t, &want)
			checkEd25519(t, c.Blob(t, "pub"), c.Blob(t, "msg"), c.Blob(t, "sig"), want.OK)
		})
	}
}

// checkEd25519 asks every way to verify. Other lengths than 32 and 64 never
// reach these functions; the types refuse them.
func checkEd25519(t *testing.T, public, message, signature []byte, want bool) {
	t.Helper()
	if len(public) != 32 || len(signature) != 64 {
		if want {
			t.Errorf("lengths %d and %d, and it should verify", len(public), len(signature))
		}
		return
	}
	sig := (*[64]byte)(signature)
	if got := keys.VerifyEd25519Cold((*[32]byte)(public), message, sig); got != want {
		t.Errorf("VerifyEd25519 at first %t, want %t", got, want)
	}
	if got := keys.VerifyEd25519Warm((*[32]byte)(public), message, sig); got != want {
		t.Errorf("VerifyEd25519 later %t, want %t", got, want)
	}
	id, err := kez.Ed25519Identity([32]byte(public))
	if err != nil {
		if want {
			t.Errorf("identity: %v", err)
		}
		return
	}
	if got := keys.Verify(id, message, sig); got != want {
		t.Errorf("Verify %t, want %t", got, want)
	}
	if got := keys.NewVerifier(id).Verify(message, sig); got != want {
		t.Errorf("Verifier %t, want %t", got, want)
	}
}
