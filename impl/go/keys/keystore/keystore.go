// Package keystore keeps secret keys in files that only a passphrase opens.
//
// # Files
//
// KEZ_HOME/keys/NAME.age is an armored age file with one scrypt recipient, so
// that `age -d` opens it where there is no kez. NAME.pub beside it holds the
// public identity, which lets keys be listed without a passphrase. It is a
// label: Load trusts the secret alone and refuses a label that disagrees.
//
// # Passphrases
//
// They come from a file or a terminal prompt, and where the user turned that
// on, from the keyring of the operating system, which is a cache: without it,
// or when it fails, the passphrase is asked for.
package keystore

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"time"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

const (
	dir      = "keys/"
	ageSize  = 64 << 10
	pubSize  = 4 << 10
	maxName  = 64
	ageFile  = ".age"
	pubFile  = ".pub"
	nameHint = "a name has at most 64 of a-z, 0-9, - and _, and starts with a letter or digit"
)

// Store is the keys of one home.
type Store struct {
	Home *home.Home
	// Now gives the time that Save notes.
	Now func() time.Time
	// Passphrases is where Add and Unlock get passphrases from.
	Passphrases Passphrases
	// Keyring caches passphrases; nil for none.
	Keyring Keyring
	// Warn is told of a keyring that failed; nil for nobody.
	Warn func(message string)

	workFactor int
}

// Entry is what is known of a key without its passphrase.
type Entry struct {
	Name string
	// Identity is zero, and Created too, where the label is missing.
	Identity kez.Identity
	Created  time.Time
}

// label is the content of a .pub file.
type label struct {
	Identity  string `json:"identity"`
	CreatedAt string `json:"created_at"`
}

// TestOnlyWorkFactor lowers the cost of passphrases to 2^logN, for tests that
// cannot wait. Production code never calls it.
func (s *Store) TestOnlyWorkFactor(logN int) { s.workFactor = logN }

// Save keeps a key under a new name; it never replaces one.
func (s *Store) Save(name string, private *keys.Private, passphrase string) error {
	if err := checkName(name); err != nil {
		return err
	}
	sealed, err := seal(private, passphrase, s.workFactor)
	if err != nil {
		return err
	}
	labelText, err := json.Marshal(label{private.Identity().String(), kez.FormatTime(s.Now())})
	if err != nil {
		return kez.Errorf(kez.CLIKeyStore, "cannot write the label of the key: %w", err)
	}
	locked, err := s.Home.Lock(dir+name+ageFile, kez.CLIKeyStore)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	if _, err := locked.Read(ageSize); !errors.Is(err, fs.ErrNotExist) {
		return kez.Errorf(kez.CLIKeyStore, "there is a key named %s already", name).
			WithHint("choose another name; keys are never overwritten")
	}
	// The label comes first: a key is there once its .age file is, so a crash in
	// between leaves nothing but a label that the next Save replaces.
	if err := s.Home.Write(dir+name+pubFile, append(labelText, '\n'), kez.CLIKeyStore); err != nil {
		return err
	}
	return locked.Write(sealed)
}

// Load opens a key with its passphrase.
func (s *Store) Load(name, passphrase string) (*keys.Private, error) {
	entry, err := s.Show(name)
	if err != nil {
		return nil, err
	}
	return s.open(entry, passphrase)
}

func (s *Store) open(entry Entry, passphrase string) (*keys.Private, error) {
	path := s.Home.Path("keys", entry.Name+ageFile)
	sealed, err := s.Home.Read(dir+entry.Name+ageFile, ageSize, kez.CLIKeyStore)
	if err != nil {
		return nil, err
	}
	private, err := unseal(sealed, path, passphrase)
	if err != nil {
		return nil, err
	}
	if !entry.Identity.IsZero() && entry.Identity != private.Identity() {
		private.Erase()
		return nil, kez.Errorf(kez.CLIKeyStore, "the key %s is not the key of %s, which its label names", entry.Name, entry.Identity).
			WithHint("files were exchanged; compare %s with a backup", s.Home.Path("keys", entry.Name+pubFile))
	}
	return private, nil
}

// Show gives one entry.
func (s *Store) Show(name string) (Entry, error) {
	if err := checkName(name); err != nil {
		return Entry{}, err
	}
	_, err := s.Home.Read(dir+name+ageFile, ageSize, kez.CLIKeyStore)
	if errors.Is(err, fs.ErrNotExist) {
		// The name is not repeated: a secret could stand in its place.
		return Entry{}, kez.Errorf(kez.CLIKeyStore, "there is no key of that name: %w", fs.ErrNotExist).
			WithHint("kez identity list shows the names")
	}
	if err != nil {
		return Entry{}, err
	}
	return s.entry(name)
}

// List gives all entries in the order of their names.
func (s *Store) List() ([]Entry, error) {
	files, err := s.Home.List(strings.TrimSuffix(dir, "/"), kez.CLIKeyStore)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, file := range files {
		name, isKey := strings.CutSuffix(file, ageFile)
		if !isKey || checkName(name) != nil {
			continue
		}
		entry, err := s.entry(name)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// entry reads the label, which may be missing, as where somebody restored the
// .age file alone.
func (s *Store) entry(name string) (Entry, error) {
	entry := Entry{Name: name}
	data, err := s.Home.Read(dir+name+pubFile, pubSize, kez.CLIKeyStore)
	if errors.Is(err, fs.ErrNotExist) {
		return entry, nil
	}
	if err != nil {
		return entry, err
	}
	var text label
	err = json.Unmarshal(data, &text)
	if err == nil {
		entry.Identity, err = kez.ParseSigned(text.Identity)
	}
	created, ok := kez.ParseTime(text.CreatedAt)
	if err != nil || !ok {
		path := s.Home.Path("keys", name+pubFile)
		return entry, kez.Errorf(kez.CLIKeyStore, "%s is damaged", path).
			WithHint("delete it; the key itself lies beside it and works without")
	}
	entry.Created = created
	return entry, nil
}

func checkName(name string) error {
	for i := range len(name) {
		b := name[i]
		alnum := 'a' <= b && b <= 'z' || '0' <= b && b <= '9'
		if !alnum && (i == 0 || b != '-' && b != '_') {
			return kez.Errorf(kez.CLIUsage, "this is no name for a key").WithHint(nameHint)
		}
	}
	if name == "" || len(name) > maxName {
		return kez.Errorf(kez.CLIUsage, "this is no name for a key").WithHint(nameHint)
	}
	return nil
}
