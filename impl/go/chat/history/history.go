// Package history keeps what a chat client has to remember, so that whoever
// takes the file learns how many entries it has, how large they are, and nothing
// else.
//
// # How it is sealed
//
// The file is a SQLite database with one table of slots and boxes. An entry has
// a name, such as msg/3/17. Its slot is HMAC-SHA256 of the name and its box
// AES-256-GCM of the value with a random nonce, the slot being the additional
// data. Slots are in no order and say nothing about each other. The keys and the
// name of the file are derived from the seed of the primary (KEZ-MSG-031).
//
// # What holds
//
// A write is on the disk whole when it returns. Several processes may use one
// history at once. A box that was changed, or moved to another slot, is an error
// and never shown. That an old copy of the whole file was put in place does not
// show.
package history

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"os"
	"sync"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// Purposes of the derived keys.
const (
	infoFile  = "kez-chat-history-v1-file"
	infoIndex = "kez-chat-history-v1-index"
	infoSeal  = "kez-chat-history-v1-seal"
)

// folder is where histories lie in KEZ_HOME.
const folder = "chat"

// schema has rows without numbers of their own: those would tell the order in
// which entries were made.
var schema = database.Schema{
	Application: 0x6b657a63, // "kezc"
	What:        "a chat history",
	Migrations: []string{
		`CREATE TABLE entries (slot BLOB PRIMARY KEY, box BLOB NOT NULL) WITHOUT ROWID`,
	},
}

// header is the entry that every history has; it tells the right key from a
// wrong one.
const header = "header"

// History is an open history, safe for concurrent use.
type History struct {
	home *home.Home
	name string // of the file in the folder
	file fs.FileInfo
	db   *database.DB

	mu    sync.RWMutex // guards the keys
	index []byte
	box   cipher.AEAD
}

// Open opens the history of a primary, and makes it where there is none.
func Open(h *home.Home, primary *keys.Private) (*History, error) {
	name, err := fileName(primary)
	if err != nil {
		return nil, err
	}
	o := &History{home: h, name: name}
	if err := o.derive(primary); err != nil {
		return nil, err
	}
	path, err := h.Prepare(folder+"/"+name, kez.CLIFile)
	if err != nil {
		return nil, err
	}
	// One process makes the file and the others wait.
	lock, err := h.Lock(folder+"/"+name, kez.CLIFile)
	if err != nil {
		return nil, err
	}
	defer lock.Unlock()
	o.db, err = database.Open(path, schema, database.Options{Readers: 2, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	if o.file, err = os.Lstat(path); err != nil {
		return nil, o.abandon(kez.Errorf(kez.CLIFile, "the chat history cannot be looked at: %w", err))
	}
	if err := o.checkHeader(context.Background()); err != nil {
		return nil, o.abandon(err)
	}
	return o, nil
}

func (o *History) abandon(err error) error {
	_ = o.db.Close() // the error that counts is err
	return err
}

func fileName(primary *keys.Private) (string, error) {
	derived, err := primary.Derive(infoFile)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(derived[:16]) + ".db", nil
}

func (o *History) derive(primary *keys.Private) error {
	index, err := primary.Derive(infoIndex)
	if err != nil {
		return err
	}
	seal, err := primary.Derive(infoSeal)
	if err != nil {
		return err
	}
	defer clear(seal[:])
	block, err := aes.NewCipher(seal[:])
	if err != nil {
		return kez.Errorf(kez.CLIKeyStore, "the cipher of the chat history does not take its key: %w", err)
	}
	if o.box, err = cipher.NewGCM(block); err != nil {
		return kez.Errorf(kez.CLIKeyStore, "the cipher of the chat history has no GCM mode: %w", err)
	}
	o.index = index[:]
	return nil
}

// checkHeader writes the header into a new history, and refuses one in which it
// is not to be found.
func (o *History) checkHeader(ctx context.Context) error {
	var head struct {
		Version int `json:"version"`
	}
	found := false
	err := o.View(ctx, func(r *Reader) (err error) {
		found, err = r.Get(header, &head)
		return err
	})
	if err != nil {
		return err
	}
	if found {
		if head.Version != 1 {
			return kez.Errorf(kez.CLIFile, "the chat history is of version %d, and this program knows version 1", head.Version).
				WithHint("use the program that wrote it, or a newer one; nothing was changed")
		}
		return nil
	}
	return o.Update(ctx, func(w *Writer) error {
		any := 0
		if _, err := w.tx.Get("SELECT EXISTS (SELECT 1 FROM entries)", nil, &any); err != nil {
			return broken(err)
		}
		if any != 0 {
			return kez.Errorf(kez.CLIFile, "%s was not sealed by this key, or its beginning is damaged", o.path()).
				WithHint("put the right file back, or move it away to begin anew")
		}
		head.Version = 1
		return w.Put(header, head)
	})
}

func (o *History) path() string { return o.home.Path(folder, o.name) }

// Path says where the history is kept.
func (o *History) Path() string { return o.path() }

// Lock forgets the keys: from here on nothing can be read or written.
func (o *History) Lock() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.index)
	o.index, o.box = nil, nil
}

// Close closes the file and forgets the keys.
func (o *History) Close() error {
	o.Lock()
	if err := o.db.Close(); err != nil {
		return kez.Errorf(kez.CLIFile, "the chat history could not be closed: %w", err).
			WithHint("what was written before is kept")
	}
	return nil
}

// Wipe closes the history and deletes its files. Another process that has it
// open is told at its next write.
func (o *History) Wipe() error {
	if err := o.Close(); err != nil {
		return err
	}
	return Wipe(o.home, o.name)
}

// Wipe deletes the files of a history by its name, as Name gives it.
func Wipe(h *home.Home, name string) error {
	if _, err := os.Lstat(h.Path(folder)); os.IsNotExist(err) {
		return nil
	}
	lock, err := h.Lock(folder+"/"+name, kez.CLIFile)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	// The log goes last: a database without it could be an older state.
	return h.RemoveAll(folder, []string{name, name + "-shm", name + "-wal"}, kez.CLIFile)
}

// Name gives the name of the history of a primary.
func Name(primary *keys.Private) (string, error) { return fileName(primary) }
