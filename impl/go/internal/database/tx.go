package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
)

// Tx is a running transaction. Its statements are prepared once a connection.
type Tx struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

// Exec runs a statement that gives no rows.
func (tx *Tx) Exec(query string, args ...any) (sql.Result, error) {
	s, err := tx.statement(query)
	if err != nil {
		return nil, err
	}
	return s.Exec(args...)
}

// Query runs a statement that gives rows; they are to be closed before the
// transaction ends.
func (tx *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	s, err := tx.statement(query)
	if err != nil {
		return nil, err
	}
	return s.Query(args...)
}

// Get reads the one row of a statement into dest, and reports false where there
// is none.
func (tx *Tx) Get(query string, args []any, dest ...any) (bool, error) {
	s, err := tx.statement(query)
	if err != nil {
		return false, err
	}
	err = s.QueryRow(args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// GetRaw reads the one row of a statement and hands its columns to read in the
// memory of the library, which is valid only until read returns. It spares a copy
// of what is large. False is returned where there is no row.
func (tx *Tx) GetRaw(query string, args []any, columns int, read func(columns []sql.RawBytes) error) (found bool, err error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if !rows.Next() {
		return false, rows.Err()
	}
	raw, dest := make([]sql.RawBytes, columns), make([]any, columns)
	for i := range raw {
		dest[i] = &raw[i]
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	return true, read(raw)
}

// statement prepares each text once. The texts are the constants of a program,
// so there are few.
func (tx *Tx) statement(query string) (*sql.Stmt, error) {
	if s := tx.statements[query]; s != nil {
		return s, nil
	}
	s, err := tx.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	tx.statements[query] = s
	return s, nil
}

func (tx *Tx) run(query string) error {
	_, err := tx.Exec(query)
	return err
}

func (tx *Tx) pragmas(settings ...string) error {
	for _, s := range settings {
		rows, err := tx.conn.QueryContext(context.Background(), "PRAGMA "+s)
		if err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
		for rows.Next() { // some only take effect when they are stepped
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func (tx *Tx) close() error {
	var err error
	for _, s := range tx.statements {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, tx.conn.Close())
}

// panicked is a panic of a job as an error.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// guarded runs f; a panic is its error.
func guarded(tx *Tx, f func(*Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &panicked{r, debug.Stack()}
		}
	}()
	return f(tx)
}
