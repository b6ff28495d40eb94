package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/sqlite"
)

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func newKey(t testing.TB, n int) *keys.Private {
	t.Helper()
	var seed [32]byte
	binary.BigEndian.PutUint32(seed[:], uint32(n)+1)
	key, err := keys.FromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func id(t testing.TB, text string) kez.Identity {
	t.Helper()
	parsed, err := kez.ParseSigned(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// author signs the events of one chain and keeps all its lines.
type author struct {
	t     testing.TB
	key   *keys.Private
	v     *sigchain.Verifier
	lines [][]byte
}

func newAuthor(t testing.TB, n int) *author {
	return &author{t: t, key: newKey(t, n), v: sigchain.NewVerifier(nil)}
}

func (a *author) primary() kez.Identity { return a.key.Identity() }

func (a *author) sign(c sigchain.Change) []byte {
	a.t.Helper()
	line, err := sigchain.Sign(a.v.State(), c, a.key, t0)
	if err != nil {
		a.t.Fatal(err)
	}
	return line
}

func (a *author) next(c sigchain.Change) []byte {
	a.t.Helper()
	line := a.sign(c)
	if err := a.v.Append(line); err != nil {
		a.t.Fatal(err)
	}
	a.lines = append(a.lines, line)
	return line
}

func (a *author) add(subject string) []byte {
	a.t.Helper()
	return a.next(sigchain.Change{Op: sigchain.Add, Subject: id(a.t, subject)})
}

func (a *author) revoke(subject string) []byte {
	a.t.Helper()
	return a.next(sigchain.Change{Op: sigchain.Revoke, Subject: id(a.t, subject)})
}

func (a *author) adds(n int) *author {
	a.t.Helper()
	for i := range n {
		a.add(fmt.Sprintf("github:user%d", i))
	}
	return a
}

func (a *author) body() []byte { return append(bytes.Join(a.lines, []byte("\n")), '\n') }

func quiet() sqlite.Options {
	return sqlite.Options{Options: database.Options{Logger: slog.New(slog.DiscardHandler)}}
}

func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	if path == "" {
		path = filepath.Join(t.TempDir(), "kez-sig.db")
	}
	s, err := sqlite.Open(path, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func post(t testing.TB, s *sqlite.Store, a *author, body []byte) sigchain.Appended {
	t.Helper()
	appended, err := sigchain.AppendTo(context.Background(), s, a.primary(), body, sigchain.AppendOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return appended
}

// chainOf reads a whole chain back as JSON lines.
func chainOf(t testing.TB, s *sqlite.Store, primary kez.Identity, since int) []byte {
	t.Helper()
	chain, err := readChain(s, primary, since)
	if err != nil {
		t.Fatal(err)
	}
	return chain
}

func readChain(s *sqlite.Store, primary kez.Identity, since int) ([]byte, error) {
	tip, err := s.Tip(context.Background(), primary)
	if err != nil {
		return nil, err
	}
	var out []byte
	err = s.Lines(context.Background(), tip, since, func(line []byte) error {
		out = append(append(out, line...), '\n')
		return nil
	})
	return out, err
}

func bySubject(t testing.TB, s *sqlite.Store, subject string) string {
	t.Helper()
	primaries, next, err := s.BySubject(context.Background(), id(t, subject), "", 100)
	if err != nil || next != "" {
		t.Fatal(err, next)
	}
	return fmt.Sprint(primaries)
}

// exec changes a database as no program of ours does.
func exec(t testing.TB, path, script string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(script); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// checkpoint empties the write-ahead log from outside, and gives 1 where someone
// still reads from it.
func checkpoint(t testing.TB, path string) (busy int) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var frames, moved int
	if err := db.QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
		t.Fatal(err)
	}
	return busy
}
