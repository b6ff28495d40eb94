package keys_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

func TestCorpusBIP39(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "bip39-trezor") {
		t.Run(c.ID, func(t *testing.T) {
			var in struct{ Phrase string }
			var want struct {
				Seed   string `json:"ed25519_seed"`
				Reject bool
			}
			c.Input(t, &in)
			c.Want(t, &want)
			private, err := keys.FromPhrase(in.Phrase)
			if !want.Reject {
				if err != nil || private.SecretText() != want.Seed || private.Phrase() != in.Phrase {
					t.Errorf("another seed or phrase: %v", err)
				}
				return
			}
			if !errors.Is(err, kez.CLIUsage) {
				t.Fatalf("%v", err)
			}
			e, _ := errors.AsType[*kez.Error](err)
			says := e.Message + " " + e.Hint
			if !strings.Contains(says, "English") && !strings.Contains(says, "12 and 24 words") {
				t.Errorf("the refusal does not say why: %s", says)
			}
			for word := range strings.FieldsSeq(in.Phrase) {
				if len(word) > 8 && strings.Contains(says, word) {
					t.Error("the refusal shows a word of the phrase")
				}
			}
		})
	}
}

func TestCorpusNIP19Secrets(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "nostr-nip19-nip06") {
		t.Run(c.ID, func(t *testing.T) {
			var in struct{ S, SK string }
			var want struct{ HRP, Hex, Pub string }
			c.Input(t, &in)
			c.Want(t, &want)
			switch {
			case c.Op == "bip340.pubkey":
				private, err := keys.ParseNsec(in.SK)
				if err != nil {
					t.Fatal(err)
				}
				if public, _ := private.Identity().PublicKey(); hex.EncodeToString(public[:]) != want.Pub {
					t.Errorf("public key %x, want %s", public, want.Pub)
				}
			case want.HRP == "nsec":
				private, err := keys.ParseNsec(in.S)
				if err != nil || private.SecretText() != in.S {
					t.Fatalf("another nsec comes back: %v", err)
				}
				if fromHex, err := keys.ParseNsec(want.Hex); err != nil || fromHex.Identity() != private.Identity() {
					t.Errorf("hex gives another key: %v", err)
				}
			default:
				if _, err := keys.ParseNsec(in.S); !errors.Is(err, kez.CLIUsage) {
					t.Errorf("taken as a secret key: %v", err)
				}
			}
		})
	}
}
