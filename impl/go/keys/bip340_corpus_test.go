package keys

import (
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"

	"kez.lat/kez/impl/go/internal/sharedtest"
)

// multipliers are the two ways to multiply the generator and the switch between them.
var multipliers = map[string]multiplier{
	"cold":   baseMultCold,
	"table":  btcec.ScalarBaseMultNonConst,
	"switch": baseMult,
}

func TestCorpusBIP340(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "bip340") {
		t.Run(c.ID, func(t *testing.T) {
			switch c.Op {
			case "bip340.verify":
				var want struct{ OK bool }
				c.Want(t, &want)
				public, signature := c.Blob(t, "pub"), c.Blob(t, "sig")
				if len(public) != 32 || len(signature) != 64 {
					t.Fatal("length")
				}
				for name, path := range multipliers {
					got := verifyBIP340((*[32]byte)(public), c.Blob(t, "msg"), (*[64]byte)(signature), path)
					if got != want.OK {
						t.Errorf("%s path: %t, want %t (%s)", name, got, want.OK, c.Note)
					}
				}
			case "bip340.sign":
				var want struct{ Pub, Sig string }
				c.Want(t, &want)
				secret, aux := [32]byte(c.Blob(t, "sk")), [32]byte(c.Blob(t, "aux"))
				signature, err := SignBIP340(&secret, &aux, c.Blob(t, "msg"))
				if err != nil || signature != [64]byte(sharedtest.Hex(t, want.Sig)) {
					t.Errorf("signature %x, %v, want %s", signature, err, want.Sig)
				}
				private, err := fromScalar(secret)
				if err != nil {
					t.Fatal(err)
				}
				if public, _ := private.Identity().PublicKey(); public != [32]byte(sharedtest.Hex(t, want.Pub)) {
					t.Errorf("public key %x, want %s", public, want.Pub)
				}
			default:
				t.Fatalf("unknown op %s", c.Op)
			}
		})
	}
}
