package database

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"kez.lat/kez/impl/go/kez"
)

// Backup writes a consistent copy of the database at path, which may be in use
// by other processes, to a new file. The copy holds everything that was
// committed when it began, and is put in its place whole or not at all.
func Backup(ctx context.Context, path, to string, schema Schema) error {
	there, _, err := exists(path)
	if err != nil {
		return refused(path, schema, err)
	}
	if !there {
		return kez.Errorf(kez.CLIFile, "there is no database at %s", path).WithHint("give the path that the server was started with")
	}
	if err := checkHeader(path, schema); err != nil {
		return err
	}
	pool, err := openPool(path)
	if err != nil {
		return refused(path, schema, err)
	}
	defer pool.Close()
	tx, err := connect(ctx, pool)
	if err != nil {
		return refused(path, schema, err)
	}
	defer tx.close()
	if err := check(tx, path, schema); err != nil {
		return err
	}
	return copyTo(ctx, tx, to, schema)
}

// Backup is the function Backup on an open database.
func (db *DB) Backup(ctx context.Context, to string) error {
	select {
	case <-db.closing:
		return stopping()
	default:
	}
	tx, err := connect(ctx, db.pool)
	if err != nil {
		return db.fault(err)
	}
	defer tx.close()
	return copyTo(ctx, tx, to, db.schema)
}

func copyTo(ctx context.Context, tx *Tx, to string, schema Schema) error {
	if _, err := os.Lstat(to); err == nil {
		return kez.Errorf(kez.CLIFile, "%s is there already, and a backup replaces nothing", to).WithHint("give the path of a new file")
	}
	dir, err := os.MkdirTemp(filepath.Dir(to), ".backup-*")
	if err != nil {
		return notWritten(to, err)
	}
	defer os.RemoveAll(dir)
	part := filepath.Join(dir, "copy")
	if _, err := tx.conn.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return notWritten(to, err)
	}
	if err := mark(ctx, part, schema); err != nil {
		return notWritten(to, err)
	}
	if err := syncFile(part); err != nil {
		return notWritten(to, err)
	}
	if err := place(part, to); err != nil {
		return notWritten(to, err)
	}
	return nil
}

// mark runs OnCopy on a finished copy.
func mark(ctx context.Context, path string, schema Schema) error {
	if schema.OnCopy == "" {
		return nil
	}
	pool, err := openPool(path)
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, schema.OnCopy)
	return errors.Join(err, pool.Close())
}

func notWritten(to string, err error) error {
	return kez.Errorf(kez.CLIFile, "the backup %s could not be written: %w", to, err).
		WithHint("check that the folder exists and that the disk has room; the database is unchanged")
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// ignoreUnsupported drops the refusal of file systems that cannot sync folders.
func ignoreUnsupported(err error) error {
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}
