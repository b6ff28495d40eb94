package sharedtest

import (
	"bytes"
	"database/sql"
	"os"
	"testing"

	_ "modernc.org/sqlite" // the driver
)

// FlipInIndex changes the last byte of the first key with a beginning on the
// first page of an index, below a program that has the database open, as a disk
// may. touch is a script that changes the database from outside without changing
// what is in it, which makes the program forget the pages that it has read.
func FlipInIndex(t testing.TB, path, index, key, touch string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var busy, frames, moved int
	if err := db.QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil || busy != 0 {
		t.Fatal("the log is in use", err)
	}
	page := 0
	if err := db.QueryRow("SELECT rootpage FROM sqlite_schema WHERE name = ?", index).Scan(&page); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	start := (page - 1) * 4096
	at := bytes.Index(data[start:start+4096], []byte(key))
	if at < 0 || data[start] != 10 { // a leaf of an index
		t.Fatalf("page %d of %s has kind %d and no %q", page, index, data[start], key)
	}
	data[start+at+len(key)-1] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(touch); err != nil {
		t.Fatal(err)
	}
}
