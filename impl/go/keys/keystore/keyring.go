package keystore

import (
	"errors"

	"github.com/zalando/go-keyring"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// Keyring keeps passwords by service and user.
type Keyring interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// SystemKeyring is the keyring of the operating system: Keychain, Credential
// Manager or Secret Service.
type SystemKeyring struct{}

// Get reads a password.
func (SystemKeyring) Get(service, user string) (string, error) { return keyring.Get(service, user) }

// Set keeps a password.
func (SystemKeyring) Set(service, user, password string) error {
	return keyring.Set(service, user, password)
}

// Delete forgets a password.
func (SystemKeyring) Delete(service, user string) error { return keyring.Delete(service, user) }

// service is the name under which keyrings show the entries.
const service = "kez key passphrase"

// user names the entry of a key. The identity tells keys of one name in two
// homes apart.
func (e Entry) user() string {
	if e.Identity.IsZero() {
		return e.Name
	}
	return e.Name + " (" + e.Identity.String() + ")"
}

// Add asks for a new passphrase and saves the key under it.
func (s *Store) Add(name string, private *keys.Private) error {
	if err := checkName(name); err != nil {
		return err // before anything is asked
	}
	passphrase, err := s.Passphrases.chosen(name)
	if err != nil {
		return err
	}
	if err := s.Save(name, private, passphrase); err != nil {
		return err
	}
	s.remember(Entry{Name: name, Identity: private.Identity()}, passphrase)
	return nil
}

// Unlock opens a key with a passphrase from the keyring, the file or a prompt.
func (s *Store) Unlock(name string) (*keys.Private, error) {
	entry, err := s.Show(name)
	if err != nil {
		return nil, err
	}
	if passphrase := s.recall(entry); passphrase != "" {
		private, err := s.open(entry, passphrase)
		if !errors.Is(err, errWrongPassphrase) {
			return private, err
		}
		s.forget(entry)
	}
	passphrase, err := s.Passphrases.existing(name)
	if err != nil {
		return nil, err
	}
	private, err := s.open(entry, passphrase)
	if err == nil {
		s.remember(entry, passphrase)
	}
	return private, err
}

func (s *Store) recall(entry Entry) string {
	if s.Keyring == nil {
		return ""
	}
	passphrase, err := s.Keyring.Get(service, entry.user())
	if err != nil {
		if !errors.Is(err, keyring.ErrNotFound) {
			s.warn("the keyring of the system did not answer: " + err.Error())
		}
		return ""
	}
	return passphrase
}

func (s *Store) remember(entry Entry, passphrase string) {
	if s.Keyring == nil {
		return
	}
	if err := s.Keyring.Set(service, entry.user(), passphrase); err != nil {
		s.warn("the keyring of the system did not keep the passphrase: " + err.Error())
	}
}

// Forget drops the passphrase of a key from the keyring, so that the next use
// asks for it. Where there is no keyring nothing was kept.
func (s *Store) Forget(name string) error {
	entry, err := s.Show(name)
	if err != nil || s.Keyring == nil {
		return err
	}
	if err := s.Keyring.Delete(service, entry.user()); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return kez.Errorf(kez.CLIKeyStore, "the keyring of the system did not forget the passphrase: %w", err).
			WithHint("remove the entry %q with the keyring's own program", service)
	}
	return nil
}

// forget drops an entry that no longer opens its key.
func (s *Store) forget(entry Entry) {
	if err := s.Keyring.Delete(service, entry.user()); err != nil {
		s.warn("the keyring of the system did not forget an old passphrase: " + err.Error())
	}
}

func (s *Store) warn(message string) {
	if s.Warn != nil {
		s.Warn(message)
	}
}
