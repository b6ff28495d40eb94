package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay/sqlite"
)

// TestH22_FlippedBytes changes single bytes all over the file: the program
// refuses it, or answers with an error, or says what is right.
func TestH22_FlippedBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kez-chat.db")
	s := open(t, path)
	handles := []string{"alice", "bobby", "carol"}
	want := map[string]string{}
	for i, handle := range handles {
		register(t, s, handle, newKey(t, i))
		for n := range 40 {
			put(t, s, handle, fmt.Sprintf(`{"to":%q,"n":%d,"pad":"%0200d"}`, handle, n, n))
		}
		want[handle], _ = says(s, handle)
	}
	closed(t, s)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	outcomes := map[string]int{}
	for range 150 {
		flipped := append([]byte(nil), whole...)
		place := random.IntN(len(flipped))
		flipped[place] ^= 1 << random.IntN(8)
		if err := os.WriteFile(path, flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		os.Remove(path + "-wal")
		outcome, err := judge(path, handles, want)
		if err != nil {
			t.Errorf("byte %d: %v", place, err)
		}
		outcomes[outcome]++
	}
	t.Log(outcomes)
	if outcomes["refused"] == 0 || outcomes["error"] == 0 {
		t.Errorf("no damage was found: %v", outcomes)
	}
}

// says is everything that is told of a handle.
func says(s *sqlite.Store, handle string) (string, error) {
	a, err := s.ByHandle(context.Background(), handle)
	if err != nil {
		return "", err
	}
	if a == nil {
		return "nobody", nil
	}
	rows, err := collect(s, handle, 0, 500, 1<<20)
	return fmt.Sprintf("%s %s %s %v", a.Primary, a.RegisteredAt, a.Registration, rows), err
}

func judge(path string, handles []string, want map[string]string) (string, error) {
	s, err := sqlite.Open(path, quiet())
	if err != nil {
		if !errors.Is(err, kez.CLIFile) {
			return "", err
		}
		return "refused", nil
	}
	defer s.Close()
	outcome := "right"
	scrub := s.Scrub(context.Background(), nil)
	for _, handle := range handles {
		got, err := says(s, handle)
		switch {
		case err != nil && !errors.Is(err, kez.HTTPUnavailable):
			return "", err
		case err != nil:
			outcome = "error"
		case got != want[handle] && scrub == nil:
			return "", fmt.Errorf("%s has other messages, and no scrub finds it", handle)
		case got != want[handle]:
			outcome = "scrubbed"
		}
	}
	if outcome != "right" && s.Check(context.Background()) == nil {
		return "", errors.New("healthz is well")
	}
	return outcome, nil
}
