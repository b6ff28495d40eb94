package keys_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"testing"

	"github.com/c2sp/wycheproof"
)

func TestWycheproofEd25519(t *testing.T) {
	data, err := fs.ReadFile(wycheproof.TestVectors, "ed25519_test.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		NumberOfTests int
		TestGroups    []struct {
			PublicKey struct{ PK string }
			Tests     []struct {
				TcID              int
				Comment, Msg, Sig string
				Result            string
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	var ran int
	for _, group := range file.TestGroups {
		public := decodeHex(t, group.PublicKey.PK)
		for _, test := range group.Tests {
			ran++
			t.Run(fmt.Sprintf("tc%d", test.TcID), func(t *testing.T) {
				if test.Result != "valid" && test.Result != "invalid" {
					t.Fatalf("result %q", test.Result)
				}
				checkEd25519(t, public, decodeHex(t, test.Msg), decodeHex(t, test.Sig), test.Result == "valid")
			})
		}
	}
	if ran != file.NumberOfTests || ran < 100 {
		t.Errorf("%d of %d cases ran", ran, file.NumberOfTests)
	}
}

func decodeHex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
