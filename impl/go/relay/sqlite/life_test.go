package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay/sqlite"
)

// TestR22_Epoch: a database that goes on keeps its epoch, one that was replaced
// gets another. [KEZ-RELAY-064]
func TestR22_Epoch(t *testing.T) {
	for _, c := range []struct {
		name string
		same bool
		// between gets the path of a database that was closed with 20 messages,
		// and the folder of a copy made when it had 10.
		between func(t *testing.T, path, copies string)
	}{
		{"plain restart", true, func(*testing.T, string, string) {}},
		{"restart twice", true, func(t *testing.T, path, _ string) { closed(t, open(t, path)) }},
		{"older copy put over the file", false, func(t *testing.T, path, copies string) {
			copyFile(t, filepath.Join(copies, "older.db"), path)
		}},
		{"older copy put in its place", false, func(t *testing.T, path, copies string) {
			if err := os.Rename(filepath.Join(copies, "older.db"), path); err != nil {
				t.Fatal(err)
			}
		}},
		{"backup put over the file", false, func(t *testing.T, path, copies string) {
			copyFile(t, filepath.Join(copies, "backup.db"), path)
		}},
		{"backup of now put over the file", false, func(t *testing.T, path, copies string) {
			to := filepath.Join(copies, "now.db")
			if err := sqlite.Backup(context.Background(), path, to); err != nil {
				t.Fatal(err)
			}
			copyFile(t, to, path)
		}},
		{"folder put back, note and all", false, func(t *testing.T, path, copies string) {
			for _, name := range []string{path, path + ".epoch"} {
				if err := os.Rename(name, name+".moved"); err != nil {
					t.Fatal(err)
				}
				copyFile(t, name+".moved", name)
			}
		}},
		{"note is gone", false, func(t *testing.T, path, _ string) { remove(t, path+".epoch") }},
		{"note is cut", false, func(t *testing.T, path, _ string) {
			if err := os.Truncate(path+".epoch", 60); err != nil {
				t.Fatal(err)
			}
		}},
		{"database is gone", false, func(t *testing.T, path, _ string) { remove(t, path) }},
	} {
		t.Run("R-22 "+c.name, func(t *testing.T) {
			path, copies := filepath.Join(t.TempDir(), "kez-chat.db"), t.TempDir()
			s := open(t, path)
			epoch := s.Epoch()
			puts(t, s, 0, 10)
			if err := sqlite.Backup(context.Background(), path, filepath.Join(copies, "backup.db")); err != nil {
				t.Fatal(err)
			}
			closed(t, s)
			copyFile(t, path, filepath.Join(copies, "older.db"))
			s = open(t, path)
			if s.Epoch() != epoch || epoch == "" {
				t.Fatalf("a restart makes %q of %q", s.Epoch(), epoch)
			}
			puts(t, s, 10, 10)
			closed(t, s)
			c.between(t, path, copies)
			s = open(t, path)
			if (s.Epoch() == epoch) != c.same || s.Epoch() == "" {
				t.Errorf("epoch %q after %q", s.Epoch(), epoch)
			}
			// What it has now it keeps.
			now := s.Epoch()
			closed(t, s)
			if s = open(t, path); s.Epoch() != now {
				t.Errorf("epoch %q after %q", s.Epoch(), now)
			}
		})
	}
}

// TestR22_CopyOfTheSameRun: the copy was made within the run that the note
// names, so only its numbers tell it. [KEZ-RELAY-064]
func TestR22_CopyOfTheSameRun(t *testing.T) {
	path, older := filepath.Join(t.TempDir(), "kez-chat.db"), filepath.Join(t.TempDir(), "older.db")
	s := open(t, path)
	epoch := s.Epoch()
	puts(t, s, 0, 10)
	closed(t, s)
	copyFile(t, path, older)
	copyFile(t, path+".epoch", older+".epoch")
	s = open(t, path)
	puts(t, s, 10, 1)
	closed(t, s)
	note, err := os.ReadFile(path + ".epoch")
	if err != nil {
		t.Fatal(err)
	}
	// The state as if the eleventh message had come in the run of the copy.
	was, err := os.ReadFile(older + ".epoch")
	if err != nil {
		t.Fatal(err)
	}
	behind := strings.Replace(string(was), "seq 00000000000000000010", "seq 00000000000000000011", 1)
	if behind == string(was) || !strings.Contains(string(note), "seq 00000000000000000011") {
		t.Fatalf("the notes are\n%s%s", was, note)
	}
	copyFile(t, older, path)
	for text, same := range map[string]bool{string(was): true, behind: false} {
		copyFile(t, older, path)
		if err := os.WriteFile(path+".epoch", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, path)
		if (s.Epoch() == epoch) != same {
			t.Errorf("epoch %q after %q, want the same %v", s.Epoch(), epoch, same)
		}
		closed(t, s)
	}
}

func TestNewEpochOnDemand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kez-chat.db")
	s := open(t, path)
	epoch := s.Epoch()
	closed(t, s)
	options := quiet()
	options.NewEpoch = true
	s, err := sqlite.Open(path, options)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Epoch() == epoch {
		t.Error("the epoch is the same")
	}
}

func TestTwoRelaysNeverServeOneDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kez-chat.db")
	s := open(t, path)
	if _, err := sqlite.Open(path, quiet()); !errors.Is(err, kez.CLILocked) {
		t.Errorf("%v", err)
	}
	puts(t, s, 0, 1)
	closed(t, s)
	open(t, path)
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
