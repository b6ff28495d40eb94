package database

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"kez.lat/kez/impl/go/kez"
)

// primaryCode is the result code of SQLite in an error, 0 where there is none.
func primaryCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// undoes reports errors after which SQLite may have rolled back everything.
func undoes(err error) bool {
	switch primaryCode(err) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_BUSY:
		return true
	}
	return false
}

// fault turns what went wrong into what callers may hear.
func (db *DB) fault(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := errors.AsType[*kez.Error](err); ok {
		return err
	}
	code := primaryCode(err)
	if code == sqlite3.SQLITE_IOERR && noRoom(filepath.Dir(db.path)) {
		code = sqlite3.SQLITE_FULL // SQLite says so only of some of its files
	}
	switch code {
	case sqlite3.SQLITE_FULL:
		db.log.Error("the database or its disk is full", "error", err)
		return kez.Errorf(kez.HTTPStorageFull, "the server has no room to store more").
			WithHint("nothing of the request was stored; try another server, or this one later")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		db.log.Error("the database is damaged", "error", err)
		return Damaged()
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		db.log.Error("another process holds the database", "error", err)
		return kez.Errorf(kez.HTTPUnavailable, "the server's database is busy").WithHint("try again in a moment")
	}
	db.log.Error("the database failed", "error", err)
	return kez.Errorf(kez.HTTPInternal, "the server could not do what was asked").
		WithHint("nothing is wrong with the request; its operator finds the cause in the log")
}

// noRoom reports whether a folder takes no more data.
func noRoom(dir string) bool {
	probe, err := os.CreateTemp(dir, ".room-*")
	if err != nil {
		return false
	}
	defer os.Remove(probe.Name())
	defer probe.Close()
	// Short writes of a disk without room are errors too, and nothing else makes
	// a write to a new file fail but the disk itself.
	n, err := probe.Write(make([]byte, 64<<10))
	return err != nil && n < 64<<10
}

// ErrDamaged is wrapped by every error that tells of a damaged database.
var ErrDamaged = errors.New("the server's database is damaged")

// Damaged is the error for what was read and cannot be right. The words are for
// clients; whoever finds the damage logs where.
func Damaged() error {
	return kez.Errorf(kez.HTTPUnavailable, "%w, and what was asked for cannot be trusted", ErrDamaged).
		WithHint("ask another server; its operator has to restore a backup")
}
