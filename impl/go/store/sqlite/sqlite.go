// Package sqlite keeps the sigchains of a store in one SQLite file. It
// implements [sigchain.Log].
//
// # What is stored
//
// Every event is a row with its canonical line and its hash; the row number is
// its number of arrival, so arrivals count from 1 without gaps and are never
// written again. Every chain has a row with its end. Every subject that a chain
// has active is a row with the arrival of the add that made it so.
//
// # Damage
//
// What is read is checked: a line by its hash and by the prev of the line that
// follows, the last one by the head that the chain's row names, every other row
// by a checksum. A byte that the disk changed is therefore an error
// (http.unavailable) and is never handed on. [Store.Scrub] reads everything
// once, so that damage is found before someone asks for it.
package sqlite

import (
	"context"
	"errors"
	"log/slog"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/sigchain"
)

var _ sigchain.Log = (*Store)(nil)

// schema only ever grows at its end: a released migration is never changed.
var schema = database.Schema{
	Application: 0x4b455a53, // "KEZS"
	What:        "a store of sigchains",
	Migrations: []string{`
CREATE TABLE chains (
	id        INTEGER PRIMARY KEY,
	name      TEXT NOT NULL UNIQUE, -- the primary
	length    INTEGER NOT NULL,
	bytes     INTEGER NOT NULL,     -- of its lines, newlines included
	head      BLOB NOT NULL,
	successor TEXT NOT NULL,        -- "" while the chain is open
	sum       BLOB NOT NULL         -- over the row
) STRICT;
CREATE TABLE events (
	n     INTEGER PRIMARY KEY,      -- the number of arrival
	chain INTEGER NOT NULL REFERENCES chains (id),
	seq   INTEGER NOT NULL,
	hash  BLOB NOT NULL,
	line  BLOB NOT NULL             -- canonical, without the newline
) STRICT;
CREATE UNIQUE INDEX events_of_chain ON events (chain, seq);
CREATE TABLE active (
	subject TEXT NOT NULL,          -- canonical
	n       INTEGER NOT NULL,       -- arrival of the add
	chain   INTEGER NOT NULL REFERENCES chains (id),
	sum     BLOB NOT NULL,          -- over the row
	PRIMARY KEY (subject, n)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX active_of_chain ON active (chain, subject);
`},
}

// Options of a store. The zero value has the defaults.
type Options struct {
	database.Options
}

// Store is an open store, safe for concurrent use.
type Store struct {
	db     *database.DB
	log    *slog.Logger
	damage database.Damage
}

// Open opens the store in the file at path and makes it where there is none.
func Open(path string, options Options) (*Store, error) {
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	db, err := database.Open(path, schema, options.Options)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, log: options.Logger}
	if err := s.checkTables(path); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// Close completes what was begun and closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Backup writes a consistent copy of the open store to a new file.
func (s *Store) Backup(ctx context.Context, to string) error { return s.db.Backup(ctx, to) }

// Backup writes a consistent copy of the store at path, which a server may have
// open, to a new file.
func Backup(ctx context.Context, path, to string) error {
	return database.Backup(ctx, path, to, schema)
}

// damaged logs what is wrong, remembers it for Check, and gives the error for
// the client.
func (s *Store) damaged(what string, details ...any) error {
	s.log.Error("the store is damaged: "+what, details...)
	err := database.Damaged()
	s.damage.Found(err)
	return err
}

// read is a read transaction in which damage that SQLite finds is noted.
func (s *Store) read(ctx context.Context, f func(*database.Tx) error) error {
	return s.damage.Noted(s.db.Read(ctx, f))
}
