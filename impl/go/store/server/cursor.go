package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"kez.lat/kez/impl/go/kez"
)

// cursor is how far another store was read.
type cursor struct {
	From string `json:"from"`
	N    int64  `json:"n"`    // the last arrival that was looked at
	Hash string `json:"hash"` // of that event
	// The last event that was stored on the way, by which a database that was
	// restored from an older copy is known.
	Primary string `json:"primary,omitempty"`
	Seq     int    `json:"seq,omitempty"`
	Stored  string `json:"stored,omitempty"`
}

// cursorFile keeps the cursor of one mirrored store beside the database. To lose
// it costs work and nothing else, so it is replaced whole, and not synced.
type cursorFile struct{ from, path string }

// cursorOf gives the file for a database and the store that it mirrors.
func cursorOf(db, from string) cursorFile {
	sum := sha256.Sum256([]byte(from))
	return cursorFile{from, fmt.Sprintf("%s-mirror-%s.json", db, hex.EncodeToString(sum[:4]))}
}

func (f cursorFile) load() (cursor, error) {
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return cursor{}, nil
	}
	var c cursor
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil || c.From != f.from || c.N < 0 || c.Seq < 0 {
		return cursor{}, errors.Join(err)
	}
	return c, nil
}

func (f cursorFile) save(c cursor) error {
	c.From = f.from
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	failed := func(err error) error {
		return kez.Errorf(kez.CLIFile, "the cursor of the mirror cannot be written: %w", err).
			WithHint("check that the folder of the database can be written, and that the disk has room")
	}
	temp, err := os.CreateTemp(filepath.Dir(f.path), ".mirror-*")
	if err != nil {
		return failed(err)
	}
	defer os.Remove(temp.Name()) // of no effect once it is renamed
	_, err = temp.Write(append(data, '\n'))
	if err := errors.Join(err, temp.Close()); err != nil {
		return failed(err)
	}
	if err := os.Rename(temp.Name(), f.path); err != nil {
		return failed(err)
	}
	return nil
}
