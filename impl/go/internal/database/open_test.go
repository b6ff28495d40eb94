package database_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

// filled makes a closed database of some pages.
func filled(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "words.db")
	db := open(t, path, database.Options{})
	for i := range 30 {
		write(t, db, strings.Repeat(string(rune('a'+i%26)), 1000)+string(rune('a'+i/26)))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMigrations(t *testing.T) {
	path := filled(t)
	newer := words
	newer.Migrations = append([]string{words.Migrations[0]}, "ALTER TABLE words ADD COLUMN note TEXT; UPDATE words SET note = 'old';")
	db, err := database.Open(path, newer, database.Options{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	err = db.Read(context.Background(), func(tx *database.Tx) error {
		_, err := tx.Get("SELECT count(*) FROM words WHERE note = 'old'", nil, &n)
		return err
	})
	if err != nil || n != 30 {
		t.Errorf("%d rows, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	t.Run("H-22 a newer version", func(t *testing.T) {
		if e := wantRefused(t, path, words); !strings.Contains(e.Message, "version 2") {
			t.Error(e.Message)
		}
	})
}

func TestAFailedMigrationChangesNothing(t *testing.T) {
	path := filled(t)
	broken := words
	broken.Migrations = append([]string{words.Migrations[0]}, "DELETE FROM words; INSERT INTO nowhere VALUES (1)")
	if db, err := database.Open(path, broken, database.Options{Logger: quiet}); err == nil {
		db.Close()
		t.Fatal("opened")
	}
	if got := count(t, open(t, path, database.Options{})); got != 30 {
		t.Errorf("%d rows", got)
	}
}

func TestH22_RefusedFiles(t *testing.T) {
	change := func(f func(data []byte) []byte) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name   string
		spoil  func(t *testing.T, path string)
		saying string
	}{
		{"H-22 another file", change(func([]byte) []byte { return []byte(strings.Repeat("not a database ", 1000)) }), "no SQLite database"},
		{"H-22 empty", change(func([]byte) []byte { return nil }), "empty"},
		{"H-22 half a page less", change(func(d []byte) []byte { return d[:len(d)-2048] }), "damaged"},
		{"H-22 a page less", change(func(d []byte) []byte { return d[:len(d)-4096] }), "damaged"},
		{"H-22 the first page alone", change(func(d []byte) []byte { return d[:4096] }), "damaged"},
		{"H-22 a page of zeros", change(func(d []byte) []byte { clear(d[2*4096 : 3*4096]); return d }), "damaged"},
		{"H-22 a letter in the name of a column", change(func(d []byte) []byte {
			return bytes.Replace(d, []byte("word TEXT"), []byte("ward TEXT"), 1)
		}), "damaged"},
		{"H-22 another program's", change(func(d []byte) []byte { d[71]++; return d }), "another program"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filled(t)
			test.spoil(t, path)
			if e := wantRefused(t, path, words); !strings.Contains(e.Message, test.saying) {
				t.Error(e.Message)
			}
		})
	}
	t.Run("H-22 the file is gone and its log is not", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "words.db")
		if err := os.WriteFile(path+"-wal", []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if db, err := database.Open(path, words, database.Options{Logger: quiet}); err == nil {
			db.Close()
			t.Error("opened")
		}
	})
	t.Run("H-22 a folder", func(t *testing.T) {
		if db, err := database.Open(t.TempDir(), words, database.Options{Logger: quiet}); err == nil {
			db.Close()
			t.Error("opened")
		}
	})
}

func TestOddPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{"a?b.db", "a%20b#c.db", "c:d.db", " x.db", "ü.db", filepath.Join(".", "sub dir", "y&z=1.db")} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		db := open(t, path, database.Options{})
		write(t, db, "word")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", path, err)
		}
		if got := count(t, open(t, path, database.Options{})); got != 1 {
			t.Errorf("%s: %d rows", path, got)
		}
	}
	left, err := filepath.Glob("*.new-*")
	if err != nil || left != nil {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	path, copied, again := filepath.Join(dir, "words.db"), filepath.Join(dir, "copy.db"), filepath.Join(dir, "again.db")
	db := open(t, path, database.Options{})
	for _, word := range []string{"one", "two", "three"} {
		write(t, db, word)
	}
	if err := db.Backup(context.Background(), copied); err != nil {
		t.Fatal(err)
	}
	// The other way is that of a second process, while the first has it open.
	if err := database.Backup(context.Background(), path, again, words); err != nil {
		t.Fatal(err)
	}
	write(t, db, "four")
	for _, to := range []string{copied, again} {
		restored := open(t, to, database.Options{})
		if got := count(t, restored); got != 3 {
			t.Errorf("%s has %d rows", to, got)
		}
		write(t, restored, "more")
		if err := db.Backup(context.Background(), to); err == nil {
			t.Error("a backup replaced a file")
		}
	}
	if err := database.Backup(context.Background(), filepath.Join(dir, "absent"), filepath.Join(dir, "x"), words); err == nil {
		t.Error("a backup of nothing")
	}
	names, err := filepath.Glob(filepath.Join(dir, ".backup-*"))
	if err != nil || names != nil {
		t.Errorf("left over: %v, %v", names, err)
	}
}

// TestABackupBesideAForeignLog puts a backup back after a crash and leaves the
// old log there, which would be played into it.
func TestABackupBesideAForeignLog(t *testing.T) {
	dir := t.TempDir()
	path, copied, crashed := filepath.Join(dir, "words.db"), filepath.Join(dir, "copy.db"), filepath.Join(dir, "crashed.db")
	db := open(t, path, database.Options{})
	write(t, db, "one")
	if err := db.Backup(context.Background(), copied); err != nil {
		t.Fatal(err)
	}
	write(t, db, "two")
	for from, to := range map[string]string{copied: crashed, path + "-wal": crashed + "-wal"} {
		data, err := os.ReadFile(from)
		if err != nil || len(data) == 0 {
			t.Fatal(len(data), err)
		}
		if err := os.WriteFile(to, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if e := wantRefused(t, crashed, words); !strings.Contains(e.Hint, crashed+"-wal") {
		t.Error(e.Hint)
	}
	// A backup of what lies there would play it in, too.
	before, err := os.ReadFile(crashed)
	if err != nil {
		t.Fatal(err)
	}
	if err := database.Backup(context.Background(), crashed, filepath.Join(dir, "x.db"), words); !errors.Is(err, kez.CLIFile) {
		t.Errorf("a backup of it: %v", err)
	}
	if after, err := os.ReadFile(crashed); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the backup changed the file, %v", err)
	}
	if err := os.Remove(crashed + "-wal"); err != nil {
		t.Fatal(err)
	}
	if got := count(t, open(t, crashed, database.Options{})); got != 1 {
		t.Errorf("%d rows", got)
	}
}
