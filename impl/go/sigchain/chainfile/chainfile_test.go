package chainfile_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/sigchain/chainfile"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func open(t *testing.T) (chainfile.Files, *keys.Private) {
	t.Helper()
	h, err := home.Open(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := keys.FromSeed([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	return chainfile.In(h), key
}

func adder(t *testing.T, key *keys.Private, subject string) func(*sigchain.State) ([]byte, error) {
	t.Helper()
	id, err := kez.ParseSigned(subject)
	if err != nil {
		t.Fatal(err)
	}
	return func(s *sigchain.State) ([]byte, error) {
		return sigchain.Sign(s, sigchain.Change{Op: sigchain.Add, Subject: id}, key, now)
	}
}

func TestAppendAndLoad(t *testing.T) {
	files, key := open(t)
	if state, _, err := files.Load(key.Identity()); err != nil || state.Length != 0 {
		t.Fatalf("absent: %+v, %v", state, err)
	}
	for i, subject := range []string{"github:a", "github:b"} {
		state, err := files.Append(key.Identity(), adder(t, key, subject))
		if err != nil || state.Length != i+1 {
			t.Fatalf("%+v, %v", state, err)
		}
	}
	state, data, err := files.Load(key.Identity())
	if err != nil || state.Length != 2 || bytes.Count(data, []byte("\n")) != 2 {
		t.Fatalf("%+v, %q, %v", state, data, err)
	}
}

// TestAppendTakesAMissingLastNewline appends on a line of its own all the same.
func TestAppendTakesAMissingLastNewline(t *testing.T) {
	files, key := open(t)
	if _, err := files.Append(key.Identity(), adder(t, key, "github:a")); err != nil {
		t.Fatal(err)
	}
	path := files.Path(key.Identity())
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.TrimSuffix(data, []byte("\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if state, err := files.Append(key.Identity(), adder(t, key, "github:b")); err != nil || state.Length != 2 {
		t.Fatalf("%+v, %v", state, err)
	}
	if state, _, err := files.Load(key.Identity()); err != nil || state.Length != 2 {
		t.Fatalf("%+v, %v", state, err)
	}
}

func TestBrokenChainsAreNeverExtended(t *testing.T) {
	files, key := open(t)
	if _, err := files.Append(key.Identity(), adder(t, key, "github:a")); err != nil {
		t.Fatal(err)
	}
	path := files.Path(key.Identity())
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"cut": whole[:len(whole)/2], "empty": nil,
		"changed": bytes.Replace(whole, []byte("github:a"), []byte("github:b"), 1)} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Append(key.Identity(), adder(t, key, "github:c")); kez.CodeOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(after, content) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestChainOfAnotherPrimary(t *testing.T) {
	files, key := open(t)
	if _, err := files.Append(key.Identity(), adder(t, key, "github:a")); err != nil {
		t.Fatal(err)
	}
	other, err := keys.FromSeed([32]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(files.Path(key.Identity()), files.Path(other.Identity())); err != nil {
		t.Fatal(err)
	}
	if _, _, err := files.Load(other.Identity()); !errors.Is(err, kez.SigchainPrimaryChanged) {
		t.Errorf("%v", err)
	}
}

func TestWritersTakeTurns(t *testing.T) {
	files, key := open(t)
	var group sync.WaitGroup
	for _, subject := range []string{"github:a", "github:b", "github:c", "github:d", "github:e", "github:f"} {
		sign := adder(t, key, subject)
		group.Go(func() {
			if _, err := files.Append(key.Identity(), sign); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if state, _, err := files.Load(key.Identity()); err != nil || state.Length != 6 {
		t.Fatalf("%+v, %v", state, err)
	}
}
