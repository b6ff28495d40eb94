package sqlite_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/impl/go/relay/sqlite"
)

var (
	t0   = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	free relay.Quota
)

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

func quiet() sqlite.Options {
	return sqlite.Options{Options: database.Options{Logger: slog.New(slog.DiscardHandler)}}
}

// open opens a database that the test closes itself, where it does.
func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	if path == "" {
		path = filepath.Join(t.TempDir(), "kez-chat.db")
	}
	s, err := sqlite.Open(path, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func closed(t testing.TB, s *sqlite.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func register(t testing.TB, s *sqlite.Store, handle string, key *keys.Private) *relay.Account {
	t.Helper()
	r, err := relay.SignRegistration(handle, "kez.test", key, t0)
	if err != nil {
		t.Fatal(err)
	}
	account, _, err := s.Register(context.Background(), r, append([]byte(" "), r.Text...), t0)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func put(t testing.TB, s *sqlite.Store, to, envelope string) relay.Row {
	t.Helper()
	row, _, err := s.Put(context.Background(), to, []byte(envelope), t0, free)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func puts(t testing.TB, s *sqlite.Store, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		put(t, s, "alice", fmt.Sprintf(`{"n":%d}`, i))
	}
}

// collect keeps what a page hands on; after an error there is none.
func collect(s *sqlite.Store, handle string, since int64, limit int, maxBytes int64) (rows []relay.Row, err error) {
	err = s.Page(context.Background(), handle, since, limit, maxBytes, func(row *relay.Row) {
		kept := *row
		kept.Envelope = bytes.Clone(row.Envelope)
		rows = append(rows, kept)
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func page(t testing.TB, s *sqlite.Store, handle string, since int64, limit int) []relay.Row {
	t.Helper()
	rows, err := collect(s, handle, since, limit, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// copyFile writes the bytes of one file over another, which stays the same file
// where it is there.
func copyFile(t testing.TB, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
