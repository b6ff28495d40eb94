package store_test

import (
	"bytes"
	"testing"
	"time"

	"kez.lat/kez/fakes/storefake"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func key(t testing.TB, n byte) *keys.Private {
	t.Helper()
	k, err := keys.FromSeed([32]byte{n})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// chain signs one add for each subject and gives the lines.
func chain(t testing.TB, k *keys.Private, subjects ...string) []byte {
	t.Helper()
	v := sigchain.NewVerifier(nil)
	var out []byte
	for _, subject := range subjects {
		id, err := kez.ParseSigned(subject)
		if err != nil {
			t.Fatal(err)
		}
		line, err := sigchain.Sign(v.State(), sigchain.Change{Op: sigchain.Add, Subject: id}, k, now)
		if err == nil {
			err = v.Append(line)
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, line...), '\n')
	}
	return out
}

// fake starts a store and gives a client of it, which waits for nothing.
func fake(t *testing.T) (*storefake.Server, *store.Client) {
	t.Helper()
	s, err := storefake.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if unknown := s.Unknown(); len(unknown) > 0 {
			t.Errorf("unknown to the store: %q", unknown)
		}
		s.Close()
	})
	return s, client(t, s.URL())
}

func client(t *testing.T, base string) *store.Client {
	t.Helper()
	c, err := store.New(base, "test")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// want checks a code, "" for no error.
func want(t *testing.T, err error, code kez.Code) {
	t.Helper()
	if kez.CodeOf(err) != code || (err == nil) != (code == "") {
		t.Errorf("%q (%v), want %q", kez.CodeOf(err), err, code)
	}
}

func lineCount(lines []byte) int { return bytes.Count(lines, []byte("\n")) }

func adding(t *testing.T, subject string) kez.Identity {
	t.Helper()
	id, err := kez.ParseSigned(subject)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
