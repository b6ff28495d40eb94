package database_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

var words = database.Schema{Application: 0x54455354, What: "a list of words",
	Migrations: []string{"CREATE TABLE words (n INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT"}}

var quiet = slog.New(slog.DiscardHandler)

func open(t testing.TB, path string, options database.Options) *database.DB {
	t.Helper()
	if path == "" {
		path = filepath.Join(t.TempDir(), "words.db")
	}
	options.Logger = quiet
	db, err := database.Open(path, words, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func insert(word string) func(*database.Tx) error {
	return func(tx *database.Tx) error {
		_, err := tx.Exec("INSERT INTO words (word) VALUES (?)", word)
		return err
	}
}

func count(t testing.TB, db *database.DB) int {
	t.Helper()
	n := 0
	err := db.Read(context.Background(), func(tx *database.Tx) error {
		_, err := tx.Get("SELECT count(*) FROM words", nil, &n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func write(t testing.TB, db *database.DB, word string) {
	t.Helper()
	if err := db.Write(context.Background(), insert(word)); err != nil {
		t.Fatal(err)
	}
}

// wantRefused opens a file that must be refused and stay as it is.
func wantRefused(t *testing.T, path string, schema database.Schema) *kez.Error {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(path, schema, database.Options{Logger: quiet})
	if err == nil {
		db.Close()
		t.Fatal("opened")
	}
	e, ok := errors.AsType[*kez.Error](err)
	if !ok || e.Code != kez.CLIFile || e.Hint == "" {
		t.Fatalf("%v with hint %q", err, e.Hint)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the refused file was changed, %v", err)
	}
	return e
}
