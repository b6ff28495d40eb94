// Package database keeps one SQLite file the way servers need it: durable,
// with one writer that commits many callers at once and readers beside it.
//
// # Writing
//
// [DB.Write] queues a job. Whatever is queued when the writer is free runs in
// one transaction, and every caller is answered after the commit is on the disk.
// So one sync serves all who wait. A job that fails undoes itself alone.
//
// # Reading
//
// [DB.Read] runs a short transaction on a connection of a pool. It sees one
// state of the database and never waits for the writer.
//
// # Errors
//
// Callers get http.storage_full, http.unavailable or http.internal with a
// sentence that tells nothing about the machine (KEZ-STORE-038); the logger
// gets the true error. What a job returns itself with a registry code is handed
// on as it is.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	sqlite "modernc.org/sqlite"

	"kez.lat/kez/impl/go/kez"
)

// Schema says whose database a file is and how it came to be.
type Schema struct {
	// Application is the application_id in the header of the file.
	Application int32
	// What names the content in messages: "a store of sigchains".
	What string
	// Migrations are scripts of SQL; the first n of them make version n. They
	// are only ever added to.
	Migrations []string
	// OnCopy, if not "", is run on every backup before it gets its name, so that
	// a copy can be told from what it was copied from.
	OnCopy string
}

// Options of a database. The zero value has the defaults.
type Options struct {
	// Batch is how many jobs one transaction takes at most; 256 by default, and
	// 1 gives each its own.
	Batch int
	// Readers is how many read transactions run at once; 8 by default.
	Readers int
	// MaxBytes caps the size of the file; 0 is no cap. At the cap writes are
	// http.storage_full, and reads go on (KEZ-STORE-034).
	MaxBytes int64
	// Logger gets the true cause of what callers hear as http.internal; by
	// default slog's.
	Logger *slog.Logger
}

// pageSize is that of new databases, the default of SQLite, written down
// because MaxBytes is counted in pages.
const pageSize = 4096

// DB is an open database, safe for concurrent use.
type DB struct {
	path    string
	schema  Schema
	log     *slog.Logger
	pool    *sql.DB
	writer  *Tx
	readers chan *Tx
	jobs    chan *job
	closing chan struct{}
	stopped chan struct{}
	batch   int
	once    sync.Once
}

// Open opens the database at path, makes it where there is none, and upgrades
// an older version. It refuses a file that is damaged, is something else, or
// was written by a newer version (KEZ-STORE-003).
func Open(path string, schema Schema, options Options) (*DB, error) {
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	// Where there is no fdatasync the library stays with fsync.
	if _, err := sqlite.Fdatasync(true); err != nil && !errors.Is(err, sqlite.ErrFdatasyncUnavailable) {
		return nil, err
	}
	if err := makeIfAbsent(path, schema); err != nil {
		return nil, err
	}
	pool, err := openPool(path)
	if err != nil {
		return nil, refused(path, schema, err)
	}
	db := &DB{path: path, schema: schema, log: options.Logger, pool: pool, batch: options.Batch,
		closing: make(chan struct{}), stopped: make(chan struct{})}
	if db.batch <= 0 {
		db.batch = 256
	}
	if err := db.prepare(path, options); err != nil {
		_ = pool.Close() // the error that counts is err
		return nil, err
	}
	db.jobs = make(chan *job, db.batch)
	go db.write()
	return db, nil
}

// prepare checks the file and connects the writer and the readers.
func (db *DB) prepare(path string, options Options) error {
	ctx := context.Background()
	var err error
	if db.writer, err = connect(ctx, db.pool); err != nil {
		return refused(path, db.schema, err)
	}
	if err := check(db.writer, path, db.schema); err != nil {
		return err
	}
	if err := db.writer.pragmas("journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 4096",
		"journal_size_limit = 67108864", "cache_size = -16384"); err != nil {
		return refused(path, db.schema, err)
	}
	if err := upgrade(db.writer, db.schema); err != nil {
		return refused(path, db.schema, err)
	}
	if options.MaxBytes > 0 {
		if err := db.writer.pragmas(fmt.Sprintf("max_page_count = %d", max(1, options.MaxBytes/pageSize))); err != nil {
			return refused(path, db.schema, err)
		}
	}
	if options.Readers <= 0 {
		options.Readers = 8
	}
	db.readers = make(chan *Tx, options.Readers)
	for range options.Readers {
		reader, err := connect(ctx, db.pool)
		if err != nil {
			return refused(path, db.schema, err)
		}
		if err := reader.pragmas("query_only = 1", "cache_size = -2048"); err != nil {
			return refused(path, db.schema, err)
		}
		db.readers <- reader
	}
	return nil
}

// openPool opens a file that is there. What callers use are single connections
// of it, so that each keeps its prepared statements.
func openPool(path string) (*sql.DB, error) {
	name := url.URL{Path: filepath.ToSlash(path)}
	pool, err := sql.Open("sqlite", "file:"+name.EscapedPath()+"?mode=rw")
	if err != nil {
		return nil, err
	}
	pool.SetConnMaxLifetime(0)
	return pool, nil
}

// connect takes a connection out of the pool for good.
func connect(ctx context.Context, pool *sql.DB) (*Tx, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	tx := &Tx{conn: conn, statements: map[string]*sql.Stmt{}}
	// No mmap: a fault of the disk would then be a signal, not an error.
	return tx, tx.pragmas("busy_timeout = 5000", "foreign_keys = 1", "temp_store = 2", "mmap_size = 0",
		"trusted_schema = 0", "cell_size_check = 1")
}

// Close finishes the queued jobs, waits for running reads, moves the log into
// the file and closes it. Later calls fail with http.unavailable.
func (db *DB) Close() error {
	var err error
	db.once.Do(func() {
		close(db.closing)
		<-db.stopped
		for range cap(db.readers) {
			err = errors.Join(err, (<-db.readers).close())
		}
		close(db.readers)
		if e := db.writer.pragmas("wal_checkpoint(TRUNCATE)"); e != nil {
			db.log.Error("the write-ahead log could not be moved into the database", "error", e)
		}
		err = errors.Join(err, db.writer.close(), db.pool.Close())
	})
	return err
}

// Read runs f in a read transaction. f is to be short: while it runs the
// write-ahead log can only grow.
func (db *DB) Read(ctx context.Context, f func(*Tx) error) error {
	return db.read(ctx, true, f)
}

// ReadOne is Read for an f that runs one statement, which needs no transaction
// around it.
func (db *DB) ReadOne(ctx context.Context, f func(*Tx) error) error {
	return db.read(ctx, false, f)
}

func (db *DB) read(ctx context.Context, transaction bool, f func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var tx *Tx
	select {
	case <-db.closing:
		return stopping()
	default:
	}
	select {
	case tx = <-db.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	if tx == nil {
		return stopping()
	}
	defer func() { db.readers <- tx }()
	if !transaction {
		return db.fault(guarded(tx, f))
	}
	if err := tx.run("BEGIN"); err != nil {
		return db.fault(err)
	}
	err := guarded(tx, f)
	if e := tx.run("ROLLBACK"); e != nil && err == nil {
		err = e
	}
	return db.fault(err)
}

func exists(path string) (bool, int64, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return false, 0, nil
	case err != nil:
		return false, 0, err
	case !info.Mode().IsRegular():
		return false, 0, errors.New("it is no regular file")
	}
	return true, info.Size(), nil
}

func stopping() error {
	return kez.Errorf(kez.HTTPUnavailable, "the server is stopping").WithHint("try again in a moment")
}
