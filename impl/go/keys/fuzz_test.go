package keys_test

import (
	"strings"
	"testing"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// FuzzParseSecret holds that what is taken reads back to the same key from its
// written forms, and that no refusal shows what it refused.
func FuzzParseSecret(f *testing.F) {
	for _, test := range phrases {
		f.Add(test.phrase)
		f.Add(strings.ToUpper(test.seed))
		f.Add("Primary: ed25519:" + test.public + "\nSecret: " + test.seed + "\nMnemonic: " + test.phrase + "\n")
	}
	for _, seed := range []string{"", "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", "nsec1", "Secret:", strings.Repeat("f", 64)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		private, err := keys.ParseSecret(text)
		if err != nil {
			if kez.CodeOf(err) != kez.CLIUsage {
				t.Fatalf("code of %v", err)
			}
			for word := range strings.FieldsSeq(text) {
				if len(word) > 20 && strings.Contains(err.Error(), word) {
					t.Fatalf("shown: %v", err)
				}
			}
			return
		}
		for _, form := range []string{private.SecretText(), private.Phrase()} {
			if form == "" {
				continue
			}
			if again, err := keys.ParseSecret(form); err != nil || again.Identity() != private.Identity() {
				t.Fatalf("%s reads back otherwise: %v", private.Identity(), err)
			}
		}
	})
}
