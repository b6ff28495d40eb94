package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/impl/go/relay/sqlite"
)

// touch changes the file and nothing in it.
const touch = "UPDATE life SET copied = 1; UPDATE life SET copied = 0"

// TestH22_ScrubFindsWhatIsHidden changes a byte of an index below a relay that
// runs: what it hides is as if it had never been there, and no row is wrong.
func TestH22_ScrubFindsWhatIsHidden(t *testing.T) {
	for name, test := range map[string]struct{ index, key string }{
		"H-22 an account by its handle":   {"sqlite_autoindex_accounts_1", "alice"},
		"H-22 an account by its key":      {"sqlite_autoindex_accounts_2", "ed25519:"},
		"H-22 a message by its recipient": {"messages_of_recipient", "alice"},
		"H-22 a message by its digest":    {"digests_of_recipient", "alice"},
		"H-22 what a mailbox counts":      {"mailboxes", "alice"},
	} {
		t.Run(name, func(t *testing.T) {
			path, ctx := filepath.Join(t.TempDir(), "a.db"), context.Background()
			s := open(t, path)
			register(t, s, "alice", newKey(t, 1))
			puts(t, s, 0, 3)
			if err := errors.Join(s.Scrub(ctx, nil), s.Check(ctx)); err != nil {
				t.Fatal(err)
			}
			sharedtest.FlipInIndex(t, path, test.index, test.key, touch)
			wantDamage(t, s)
		})
	}
}

// wantDamage wants a scrub to find damage, and Check to tell it.
func wantDamage(t *testing.T, s *sqlite.Store) {
	t.Helper()
	if err := s.Scrub(context.Background(), nil); !errors.Is(err, kez.HTTPUnavailable) {
		t.Errorf("scrub: %v", err)
	}
	if err := s.Check(context.Background()); !errors.Is(err, kez.HTTPUnavailable) {
		t.Errorf("check: %v", err)
	}
}

// TestH22_ScrubFindsWhatIsWrong changes rows from outside.
func TestH22_ScrubFindsWhatIsWrong(t *testing.T) {
	for name, script := range map[string]string{
		"H-22 an account":                 "UPDATE accounts SET owner = 'ed25519:00'",
		"H-22 an envelope":                "UPDATE messages SET envelope = x'7b7d' WHERE seq = 2",
		"H-22 a recipient":                "UPDATE messages SET recipient_handle = 'bobby' WHERE seq = 2",
		"H-22 a digest":                   "UPDATE digests SET hash = x'00' WHERE seq = 2",
		"H-22 no digest":                  "DELETE FROM digests WHERE seq = 2",
		"H-22 a message that vanished":    "DELETE FROM messages WHERE seq = 2; DELETE FROM digests WHERE seq = 2",
		"H-22 a count of messages":        "UPDATE mailboxes SET messages = 9999",
		"H-22 a count of bytes":           "UPDATE mailboxes SET bytes = bytes + 1",
		"H-22 a count of another mailbox": "UPDATE mailboxes SET handle = 'carol'",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.db")
			s := open(t, path)
			register(t, s, "alice", newKey(t, 1))
			puts(t, s, 0, 3)
			exec(t, path, script)
			wantDamage(t, s)
		})
	}
}

// TestScrubKeepsItsPace counts what a scrub says it has read, and ends it at
// every pause.
func TestScrubKeepsItsPace(t *testing.T) {
	s, ctx := open(t, ""), context.Background()
	register(t, s, "alice", newKey(t, 1))
	puts(t, s, 0, 300)
	size := 0
	for n := range 4 {
		big := fmt.Sprintf(`{"n":%d,"ct":%q}`, n, strings.Repeat("a", relay.MaxMessage-100))
		put(t, s, "alice", big)
		size += len(big)
	}
	read, calls := 0, 0
	err := s.Scrub(ctx, func(_ context.Context, n int) error {
		if n > 640<<10 {
			t.Errorf("%d bytes without a pause", n)
		}
		read += n
		calls++
		return nil
	})
	if err != nil || read < size || calls < 5 {
		t.Errorf("%d of at least %d bytes, %d pauses, %v", read, size, calls, err)
	}
	stop := errors.New("stop")
	for at := range calls {
		left := at
		err := s.Scrub(ctx, func(context.Context, int) error {
			if left--; left < 0 {
				return stop
			}
			return nil
		})
		if !errors.Is(err, stop) {
			t.Errorf("stopped at pause %d: %v", at, err)
		}
	}
	if err := s.Check(ctx); err != nil {
		t.Errorf("a scrub that was stopped found nothing: %v", err)
	}
}

// TestScrubBesideSenders scrubs while messages come and go: what changes between
// its transactions is no damage.
func TestScrubBesideSenders(t *testing.T) {
	s, ctx := open(t, ""), context.Background()
	register(t, s, "alice", newKey(t, 1))
	puts(t, s, 0, 500)
	n := 500
	err := s.Scrub(ctx, func(context.Context, int) error {
		puts(t, s, n, 3)
		n += 3
		if n == 506 {
			if _, err := s.Expire(ctx, t0.Add(1)); err != nil {
				t.Error(err)
			}
		}
		if n > 560 {
			return errors.New("it does not end")
		}
		return nil
	})
	if err := errors.Join(err, s.Check(ctx)); err != nil {
		t.Error(err)
	}
}

// TestScrubKeepsWhatAReaderMet damages and repairs a row while a scrub that has
// passed it goes on: what a reader met meanwhile is not forgotten.
func TestScrubKeepsWhatAReaderMet(t *testing.T) {
	path, ctx := filepath.Join(t.TempDir(), "a.db"), context.Background()
	s := open(t, path)
	register(t, s, "alice", newKey(t, 1))
	puts(t, s, 0, 3)
	met := false
	err := s.Scrub(ctx, func(context.Context, int) error {
		if !met {
			met = true
			exec(t, path, "UPDATE accounts SET registered_at = registered_at || 'x'")
			if _, err := s.ByPrimary(ctx, newKey(t, 1).Identity()); !errors.Is(err, kez.HTTPUnavailable) {
				t.Errorf("a damaged row: %v", err)
			}
			exec(t, path, "UPDATE accounts SET registered_at = rtrim(registered_at, 'x')")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(ctx); !errors.Is(err, kez.HTTPUnavailable) {
		t.Errorf("forgotten: %v", err)
	}
	if err := errors.Join(s.Scrub(ctx, nil), s.Check(ctx)); err != nil {
		t.Errorf("a later scrub: %v", err)
	}
}

// exec changes the database from outside.
func exec(t *testing.T, path, script string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(script)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
