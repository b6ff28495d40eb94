// Package sqlite keeps the accounts and the sealed messages of a chat relay in
// one SQLite file. It implements [relay.Directory] and [relay.Mailbox].
//
// # What is stored
//
// Messages are one table (wire): a number that is never used again, the
// recipient, the envelope byte for byte, the time. Beside it stand the digests
// by which a repeated send is known, and a row per mailbox that counts what is
// in it. There is one writer, so the order of the numbers is the order in which
// messages can be read (KEZ-RELAY-062).
//
// # The life of a database
//
// A file beside the database remembers which run wrote it last and how far it
// had counted. A database that does not fit what is remembered was replaced, and
// gets a new epoch (KEZ-RELAY-064). The same file is locked, so that two relays
// never serve one database.
//
// # Damage
//
// Every account and every message has a checksum that is compared when it is
// read. A byte that the disk changed is therefore http.unavailable and is never
// handed on. [Store.Scrub] reads everything once, so that damage is found before
// someone asks for it, and what damage hides is found at all.
package sqlite

import (
	"context"
	"errors"
	"log/slog"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/relay"
)

var (
	_ relay.Directory = (*Store)(nil)
	_ relay.Mailbox   = (*Store)(nil)
)

// schema only ever grows at its end: a released migration is never changed.
var schema = database.Schema{
	Application: 0x4b455a52, // "KEZR"
	What:        "the database of a chat relay",
	Migrations: []string{`
CREATE TABLE messages (
	seq              INTEGER PRIMARY KEY AUTOINCREMENT,
	recipient_handle TEXT NOT NULL,
	envelope         BLOB NOT NULL,
	created_at       TEXT NOT NULL
) STRICT;
CREATE INDEX messages_of_recipient ON messages (recipient_handle, seq);
CREATE TABLE digests (
	seq              INTEGER PRIMARY KEY, -- of the message
	recipient_handle TEXT NOT NULL,
	hash             BLOB NOT NULL,       -- SHA-256 of the envelope
	sum              INTEGER NOT NULL     -- over the whole row of the message
) STRICT;
CREATE UNIQUE INDEX digests_of_recipient ON digests (recipient_handle, hash);
CREATE TABLE mailboxes (
	handle   TEXT PRIMARY KEY,
	messages INTEGER NOT NULL,
	bytes    INTEGER NOT NULL             -- of the envelopes
) STRICT, WITHOUT ROWID;
CREATE TABLE accounts (
	handle        TEXT PRIMARY KEY,
	owner         TEXT NOT NULL UNIQUE,   -- the primary
	registered_at TEXT NOT NULL,
	registration  BLOB NOT NULL,          -- as it was posted
	proofs        BLOB NOT NULL,          -- JSON, as were the rest
	policy        BLOB NOT NULL,
	blocks        BLOB NOT NULL,
	sum           BLOB NOT NULL           -- over the row
) STRICT;
CREATE TABLE life (
	one    INTEGER PRIMARY KEY CHECK (one = 1),
	epoch  TEXT NOT NULL,
	run    TEXT NOT NULL,                 -- the program that wrote last
	copied INTEGER NOT NULL               -- 1 in a backup that was never served
) STRICT;
INSERT INTO life VALUES (1, '', '', 0);
`},
	OnCopy: "UPDATE life SET copied = 1",
}

// Options of a store. The zero value has the defaults.
type Options struct {
	database.Options
	// NewEpoch gives the database a new epoch, for a restored image of a whole
	// disk, which nothing on that disk tells apart.
	NewEpoch bool
}

// Store is an open database of a relay, safe for concurrent use.
type Store struct {
	db     *database.DB
	log    *slog.Logger
	life   *life
	cache  cache
	damage database.Damage
}

// Open opens the database in the file at path and makes it where there is none.
// A database that another process serves is cli.locked.
func Open(path string, options Options) (*Store, error) {
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	db, err := database.Open(path, schema, options.Options)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, log: options.Logger}
	s.cache.reset()
	if err := s.checkAccounts(path); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if s.life, err = begin(path, s, options.NewEpoch); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// Close completes what was begun and closes the file.
func (s *Store) Close() error { return errors.Join(s.db.Close(), s.life.close()) }

// Backup writes a consistent copy of the database at path, which a relay may
// have open, to a new file. A relay that is started with the copy has a new
// epoch, since what came after the copy is not in it.
func Backup(ctx context.Context, path, to string) error {
	return database.Backup(ctx, path, to, schema)
}

// Epoch names the life of the database.
func (s *Store) Epoch() string { return s.life.epoch }

// damaged logs what is wrong, remembers it for Check, and gives the error for
// the client. It names numbers and never a handle.
func (s *Store) damaged(what string, details ...any) error {
	s.log.Error("the database is damaged: "+what, details...)
	err := database.Damaged()
	s.damage.Found(err)
	return err
}

// read is a read transaction in which damage that SQLite finds is remembered.
func (s *Store) read(ctx context.Context, f func(*database.Tx) error) error {
	return s.damage.Noted(s.db.Read(ctx, f))
}

// write is a write transaction in which damage that SQLite finds is remembered.
func (s *Store) write(ctx context.Context, f func(*database.Tx) error) error {
	return s.damage.Noted(s.db.Write(ctx, f))
}
