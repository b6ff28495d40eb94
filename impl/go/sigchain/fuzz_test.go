package sigchain_test

import (
	"bytes"
	"testing"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// FuzzVerify holds the stream reader against the one that appends line by line,
// and checks that what is taken has a sound state and every refusal a code.
func FuzzVerify(f *testing.F) {
	key, next := seedKey(f, 1), seedKey(f, 2)
	chain := build(f, key, add(f, "github:a"), revoke(f, "github:a"), sigchain.Change{Op: sigchain.AddDevice, Key: next, Name: "x"},
		sigchain.Change{Op: sigchain.Rotate, Key: next})
	f.Add(chain)
	f.Add(bytes.ReplaceAll(chain, []byte("\n"), []byte("\r\n")))
	f.Add(bytes.ReplaceAll(chain, []byte(`,"`), []byte(" , \"")))
	f.Add(append(bytes.Clone(chain), chain...))
	f.Add(chain[:len(chain)/2])
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		state, err := sigchain.VerifyBytes(data)
		if err != nil {
			if kez.CodeOf(err) == "" {
				t.Fatalf("error without a code: %v", err)
			}
			return
		}
		if state.Length == 0 || len(state.Events()) != state.Length || state.HashAt(state.Length-1) != state.Head {
			t.Fatalf("state %+v", state)
		}
		v := sigchain.NewVerifier(nil)
		for line := range bytes.Lines(data) {
			if err := v.Append(line); err != nil {
				t.Fatalf("line by line: %v", err)
			}
		}
		if v.State().Head != state.Head {
			t.Fatal("two readings, two heads")
		}
	})
}
