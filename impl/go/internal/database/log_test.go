package database_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/internal/database"
)

// crashed gives the bytes of a database and of its log, of which nothing was
// moved, after so many single writes.
func crashed(t *testing.T, path string, db *database.DB, from, writes int) (file, log []byte) {
	t.Helper()
	for i := range writes {
		write(t, db, fmt.Sprint(from+i, strings.Repeat("w", 500)))
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if log, err = os.ReadFile(path + "-wal"); err != nil {
		t.Fatal(err)
	}
	return file, log
}

// reopen opens these bytes as after a crash, and gives the rows, or false where
// it is refused.
func reopen(t *testing.T, path string, file, log []byte) (rows int, opened bool) {
	t.Helper()
	for name, data := range map[string][]byte{path: file, path + "-wal": log} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := database.Open(path, words, database.Options{Logger: quiet})
	if err != nil {
		return 0, false
	}
	rows = count(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return rows, true
}

// TestH22_FlippedBytesOfTheLog changes a byte of the log that a killed program
// left: what had been confirmed is there, or the start is refused. Only in the
// last transaction it looks like the crash that it may be.
func TestH22_FlippedBytesOfTheLog(t *testing.T) {
	const writes = 40
	dir := t.TempDir()
	path := filepath.Join(dir, "words.db")
	file, log := crashed(t, path, open(t, path, database.Options{}), 0, writes)
	flips := 200
	if os.Getenv("KEZ_SOAK") == "1" {
		flips = 20000
	}
	random := rand.New(rand.NewPCG(22, 22))
	met := map[string]int{}
	for i := range flips + 64 {
		at := i // the header and that of the first frame, byte by byte
		if i >= 64 {
			at = random.IntN(len(log))
		}
		damaged := bytes.Clone(log)
		damaged[at] ^= byte(1 + random.IntN(255))
		rows, opened := reopen(t, filepath.Join(dir, "copy.db"), file, damaged)
		switch {
		case !opened:
			met["refused"]++
		case rows == writes:
			met["harmless"]++
		case rows == writes-1:
			met["the last transaction"]++
		default:
			t.Errorf("byte %d of %d: %d rows of %d", at, len(log), rows, writes)
		}
	}
	t.Logf("of %d flips: %v", flips+64, met)
	if met["refused"] < flips/2 {
		t.Errorf("%v", met)
	}
}

// A log that a crash cut off anywhere is no damage, whatever an older log has
// left behind its end.
func TestALogThatWasCutOffIsNoDamage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "words.db")
	db := open(t, path, database.Options{})
	_, older := crashed(t, path, db, 0, 30)
	restart(t, path)
	file, log := crashed(t, path, db, 30, 10)
	if len(log) != len(older) || bytes.Equal(log[:32], older[:32]) {
		t.Fatal("the log was not begun anew over the older one")
	}
	copied := filepath.Join(dir, "copy.db")
	if rows, opened := reopen(t, copied, file, log); !opened || rows != 40 {
		t.Fatalf("opened %t, %d rows", opened, rows)
	}
	const frame = 24 + 4096
	for n := 0; n < len(log)/frame; n += 5 {
		for _, more := range []int{0, 10, 24, 2000} { // the rest is what was there before
			cut := append(bytes.Clone(log[:32+n*frame+more]), older[32+n*frame+more:]...)
			if rows, opened := reopen(t, copied, file, cut); !opened || rows < 30 || rows > 40 {
				t.Errorf("cut within frame %d after %d bytes: opened %t, %d rows", n, more, opened, rows)
			}
			if rows, opened := reopen(t, copied, file, log[:32+n*frame+more]); !opened || rows < 30 || rows > 40 {
				t.Errorf("ended within frame %d after %d bytes: opened %t, %d rows", n, more, opened, rows)
			}
		}
	}
}

// restart moves the log into the database, so that it is begun anew.
func restart(t *testing.T, path string) {
	t.Helper()
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var busy, frames, moved int
	if err := other.QueryRow("PRAGMA wal_checkpoint(RESTART)").Scan(&busy, &frames, &moved); err != nil || busy != 0 {
		t.Fatal(busy, err)
	}
}
