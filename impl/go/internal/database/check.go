package database

import (
	"context"
	"database/sql"
	"errors"

	sqlite3 "modernc.org/sqlite/lib"

	"kez.lat/kez/impl/go/kez"
)

// check refuses a file that is not ours or cannot be trusted.
func check(tx *Tx, path string, schema Schema) error {
	application, version := int32(0), 0
	if _, err := tx.Get("PRAGMA application_id", nil, &application); err != nil {
		return refused(path, schema, err)
	}
	if application != schema.Application {
		return kez.Errorf(kez.CLIFile, "%s is a database of another program, not %s", path, schema.What).
			WithHint("give the path of another file")
	}
	if _, err := tx.Get("PRAGMA user_version", nil, &version); err != nil {
		return refused(path, schema, err)
	}
	if version < 1 || version > len(schema.Migrations) {
		return kez.Errorf(kez.CLIFile, "%s is %s of version %d, and this program knows the versions 1 to %d", path, schema.What, version, len(schema.Migrations)).
			WithHint("use the program that wrote it, or a newer one; nothing was changed")
	}
	found := ""
	if _, err := tx.Get("PRAGMA quick_check(1)", nil, &found); err != nil {
		return refused(path, schema, err)
	}
	if found != "ok" {
		return damaged(path, schema, found)
	}
	is, err := tx.definitions()
	if err != nil {
		return refused(path, schema, err)
	}
	should, err := definitionsOf(schema, version)
	if err != nil {
		return refused(path, schema, err)
	}
	if is != should {
		return damaged(path, schema, "its tables are not those it was made with")
	}
	return nil
}

// CheckTables compares tables with their indexes, row by row; damaged makes the
// error of what is found. It takes time and is for start-up.
func (db *DB) CheckTables(damaged func(what string, details ...any) error, tables ...string) error {
	for _, table := range tables {
		err := db.Read(context.Background(), func(tx *Tx) error {
			found, err := tx.CheckTable(table)
			if err == nil && found != "" {
				err = damaged(found, "table", table)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// NotStarted is why a server does not start on a database whose check failed;
// where the damage lies the log says. about names what does not fit together, and
// nil stays nil.
func NotStarted(path string, schema Schema, about string, err error) error {
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, ErrDamaged):
		return kez.Errorf(kez.CLIFile, "%s, %s, cannot be read: %w", path, schema.What, err).
			WithHint("the log says why")
	}
	return kez.Errorf(kez.CLIFile, "%s, %s, is damaged: what it says about its %s does not fit together", path, schema.What, about).
		WithHint("restore it from a backup; nothing was changed")
}

// definitions is the text of all tables and indexes, which is stored as any row
// is, and no check of SQLite looks at.
func (tx *Tx) definitions() (text string, err error) {
	_, err = tx.Get(`SELECT coalesce(group_concat(type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, ''), char(0) ORDER BY name), '')
		FROM sqlite_schema`, nil, &text)
	return text, err
}

// definitionsOf is what definitions gives of a version, made in memory.
func definitionsOf(schema Schema, version int) (string, error) {
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", err
	}
	defer pool.Close()
	tx, err := connect(context.Background(), pool)
	if err != nil {
		return "", err
	}
	defer tx.close()
	schema.Migrations = schema.Migrations[:version]
	if err := upgrade(tx, schema); err != nil {
		return "", err
	}
	return tx.definitions()
}

// CheckTable compares a table with its indexes, row by row, and gives the first
// fault found, "" where there is none. It takes time and is for start-up.
func (tx *Tx) CheckTable(table string) (string, error) {
	found := ""
	_, err := tx.Get("PRAGMA integrity_check("+table+")", nil, &found)
	if found == "ok" {
		found = ""
	}
	return found, err
}

// refused says why a database cannot be opened; nil stays nil.
func refused(path string, schema Schema, err error) error {
	if err == nil {
		return nil
	}
	switch primaryCode(err) {
	case sqlite3.SQLITE_NOTADB:
		return kez.Errorf(kez.CLIFile, "%s is not %s: it is no SQLite database, or its beginning is damaged", path, schema.What).
			WithHint("give the path of another file, or restore this one from a backup; nothing was changed")
	case sqlite3.SQLITE_CORRUPT:
		return damaged(path, schema, err.Error())
	}
	return kez.Errorf(kez.CLIFile, "%s cannot be opened as %s: %w", path, schema.What, err).
		WithHint("check that the folder exists and can be written, and that the disk has room")
}

func damaged(path string, schema Schema, found string) error {
	return kez.Errorf(kez.CLIFile, "%s, %s, is damaged: %s", path, schema.What, found).
		WithHint("restore it from a backup; nothing was changed")
}
