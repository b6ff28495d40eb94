package database

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// makeIfAbsent makes a new database beside its place and moves it there in one
// step, so that a file which is there is always a whole one: an empty file is
// damage, not a beginning.
func makeIfAbsent(path string, schema Schema) error {
	there, size, err := exists(path)
	if err != nil {
		return refused(path, schema, err)
	}
	if there && size == 0 {
		return damaged(path, schema, "the file is empty")
	}
	if there {
		if err := checkHeader(path, schema); err != nil {
			return err
		}
		found, err := logDamaged(path + "-wal")
		if err == nil && found {
			return damaged(path, schema, "its write-ahead log was changed since it was written")
		}
		return refused(path, schema, err)
	}
	if left, _, err := exists(path + "-wal"); err == nil && left {
		return damaged(path, schema, "the file is gone, and its write-ahead log is still there")
	}
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return refused(path, schema, err)
	}
	defer os.Remove(part.Name())
	if err := part.Close(); err != nil {
		return refused(path, schema, err)
	}
	if err := makeNew(part.Name(), schema); err != nil {
		return refused(path, schema, err)
	}
	// Where another process was faster its file counts.
	if err := place(part.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return refused(path, schema, err)
	}
	return nil
}

// place gives a finished file its name, which must not be taken, for good.
func place(part, path string) error {
	err := os.Link(part, path)
	if err != nil && !errors.Is(err, os.ErrExist) {
		// There are file systems without hard links.
		if there, _, e := exists(path); there || e != nil {
			return os.ErrExist
		}
		err = os.Rename(part, path)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// checkHeader looks at what SQLite takes as it comes. What is missing of the last
// page it reads as zeros, and a write-ahead log it plays into whatever database
// lies beside it, as into a backup that was put back.
func checkHeader(path string, schema Schema) error {
	f, err := os.Open(path)
	if err != nil {
		return refused(path, schema, err)
	}
	defer f.Close()
	var header [32]byte
	if _, err := io.ReadFull(f, header[:]); err != nil || string(header[:16]) != "SQLite format 3\x00" {
		return nil // SQLite says what it is not
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		if header[18] == 1 { // never opened since it was copied, so the log is another's
			return kez.Errorf(kez.CLIFile, "%s, %s, is a fresh copy, and the write-ahead log of another database lies beside it", path, schema.What).
				WithHint("move %s-wal and %s-shm away; they belong to the file that was here before", path, path)
		}
		return nil // and the file may have any size
	}
	// The size is looked at last: whoever has the database open may just have
	// moved its log into it.
	info, err := f.Stat()
	if err != nil {
		return refused(path, schema, err)
	}
	size := info.Size()
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if page == 1 {
		page = 64 << 10
	}
	if pages := int64(binary.BigEndian.Uint32(header[28:])); size < pages*page {
		return damaged(path, schema, fmt.Sprintf("it has %d bytes of %d", size, pages*page))
	}
	return nil
}

func makeNew(path string, schema Schema) error {
	pool, err := openPool(path)
	if err != nil {
		return err
	}
	defer pool.Close()
	tx, err := connect(context.Background(), pool)
	if err != nil {
		return err
	}
	if err := tx.pragmas(fmt.Sprintf("page_size = %d", pageSize), "synchronous = FULL",
		fmt.Sprintf("application_id = %d", schema.Application)); err != nil {
		return err
	}
	if err := upgrade(tx, schema); err != nil {
		return err
	}
	return tx.close()
}

// upgrade runs the migrations that a file has not seen, each in a transaction.
func upgrade(tx *Tx, schema Schema) error {
	version := 0
	if _, err := tx.Get("PRAGMA user_version", nil, &version); err != nil {
		return err
	}
	for ; version < len(schema.Migrations); version++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA user_version = %d; COMMIT", strings.TrimRight(schema.Migrations[version], "; \n\t"), version+1)
		if _, err := tx.conn.ExecContext(context.Background(), script); err != nil {
			_, _ = tx.conn.ExecContext(context.Background(), "ROLLBACK")
			return fmt.Errorf("upgrade to version %d: %w", version+1, err)
		}
	}
	return nil
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // which has no such thing
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return ignoreUnsupported(d.Sync())
}
