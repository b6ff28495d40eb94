package history

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"os"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

// Reader reads entries within one state of the history.
type Reader struct {
	tx    *database.Tx
	index []byte
	box   cipher.AEAD
}

// Writer reads and writes within one transaction.
type Writer struct{ Reader }

// View runs f on one state of the history. f is to be short.
func (o *History) View(ctx context.Context, f func(*Reader) error) error {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if o.box == nil {
		return locked()
	}
	err := o.db.Read(ctx, func(tx *database.Tx) error {
		return f(&Reader{tx, o.index, o.box})
	})
	return o.told(true, err)
}

// Update runs f in a transaction: all of what it writes is kept, or nothing when
// it fails. No other process writes in between, so that what f reads still holds
// when it writes. f may be run again, so what it hands out it sets anew.
func (o *History) Update(ctx context.Context, f func(*Writer) error) error {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if o.box == nil {
		return locked()
	}
	if now, err := os.Lstat(o.path()); err != nil || o.file != nil && !os.SameFile(now, o.file) {
		return kez.Errorf(kez.CLIFile, "the chat history was removed while it was in use, so nothing was written").
			WithHint("start again; another kez may have wiped it")
	}
	begun := false
	err := o.db.Write(ctx, func(tx *database.Tx) error {
		begun = true
		return f(&Writer{Reader{tx, o.index, o.box}})
	})
	return o.told(begun, err)
}

// told words the failures of the database for the person whose history it is.
func (o *History) told(begun bool, err error) error {
	switch {
	case errors.Is(err, kez.HTTPStorageFull):
		return kez.Errorf(kez.CLIFile, "the disk is full, so the chat history kept nothing of this").
			WithHint("free some space, and try again: what was kept before is unchanged")
	case errors.Is(err, kez.HTTPUnavailable) && !begun:
		return kez.Errorf(kez.CLILocked, "another kez is writing the chat history").
			WithHint("wait until it is done, or end it, then try again")
	case errors.Is(err, kez.HTTPUnavailable), errors.Is(err, kez.HTTPInternal):
		return kez.Errorf(kez.CLIFile, "the chat history %s cannot be read or written", o.path()).
			WithHint("check the disk; what was kept before is unchanged")
	}
	return err
}

func locked() error {
	return kez.Errorf(kez.CLIKeyStore, "the chat history is locked").WithHint("open it again with the key or its passphrase")
}

// Get reads an entry into v, and reports false where there is none.
func (r *Reader) Get(name string, v any) (bool, error) {
	slot := r.slot(name)
	var box []byte
	found, err := r.tx.Get("SELECT box FROM entries WHERE slot = ?", []any{slot}, &box)
	if err != nil {
		return false, broken(err)
	}
	if !found {
		return false, nil
	}
	size := r.box.NonceSize()
	if len(box) < size {
		return false, damaged()
	}
	value, err := r.box.Open(nil, box[:size], box[size:], slot)
	if err != nil {
		return false, damaged()
	}
	defer clear(value)
	if err := json.Unmarshal(value, v); err != nil {
		return false, kez.Errorf(kez.CLIFile, "an entry of the chat history is of a form that this program does not know").
			WithHint("use the program that wrote it, or a newer one")
	}
	return true, nil
}

// Must is Get for an entry that has to be there, since another one says so.
func (r *Reader) Must(name string, v any) error {
	found, err := r.Get(name, v)
	if err == nil && !found {
		err = damaged()
	}
	return err
}

// Has reports whether there is an entry.
func (r *Reader) Has(name string) (bool, error) {
	n := 0
	found, err := r.tx.Get("SELECT 1 FROM entries WHERE slot = ?", []any{r.slot(name)}, &n)
	if err != nil {
		return false, broken(err)
	}
	return found, nil
}

// Put writes an entry, in the place of the one that has the name.
func (w *Writer) Put(name string, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return kez.Errorf(kez.CLIFile, "an entry of the chat history cannot be written: %w", err)
	}
	defer clear(value)
	slot, size := w.slot(name), w.box.NonceSize()
	box := make([]byte, size, size+len(value)+w.box.Overhead())
	rand.Read(box) // never fails
	box = w.box.Seal(box, box[:size], value, slot)
	if _, err := w.tx.Exec("INSERT INTO entries (slot, box) VALUES (?, ?) ON CONFLICT (slot) DO UPDATE SET box = excluded.box", slot, box); err != nil {
		return broken(err)
	}
	return nil
}

// Delete removes an entry; an absent one is no failure.
func (w *Writer) Delete(name string) error {
	if _, err := w.tx.Exec("DELETE FROM entries WHERE slot = ?", w.slot(name)); err != nil {
		return broken(err)
	}
	return nil
}

// slot is where an entry lies. Without the key nobody can tell whether a name is
// there.
func (r *Reader) slot(name string) []byte {
	mac := hmac.New(sha256.New, r.index)
	mac.Write([]byte(name))
	return mac.Sum(nil)
}

func damaged() error {
	return kez.Errorf(kez.CLIFile, "the chat history is damaged: an entry is missing, or is not what was written").
		WithHint("restore the file from a backup, or wipe it with kez chat wipe and read what the relay still has")
}

// broken words a failure of the database within a transaction.
func broken(err error) error {
	return kez.Errorf(kez.CLIFile, "the chat history cannot be read or written: %w", err).
		WithHint("check the disk; what was kept before is unchanged")
}
