package cli

import (
	"time"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/keys/keystore"
	"kez.lat/kez/impl/go/kez"
)

// keyStore is KEZ_HOME/keys.
func (a *app) keyStore() (*keystore.Store, error) {
	h, err := a.home()
	if err != nil {
		return nil, err
	}
	settings, err := a.settings()
	if err != nil {
		return nil, err
	}
	now, err := a.env.now()
	if err != nil {
		return nil, err
	}
	store := &keystore.Store{
		Home: h,
		Now:  func() time.Time { return now },
		Passphrases: keystore.Passphrases{
			File:   a.env.Getenv("KEZ_PASSPHRASE_FILE"),
			Prompt: a.env.Prompt,
		},
		Warn: func(message string) { a.warn("%s", message) },
	}
	if settings.Keyring.Value {
		store.Keyring = keystore.SystemKeyring{}
	}
	return store, nil
}

// storedKey gives what is known of a key without its passphrase.
func (a *app) storedKey(name string) (*keystore.Store, keystore.Entry, error) {
	store, err := a.keyStore()
	if err != nil {
		return nil, keystore.Entry{}, err
	}
	entry, err := store.Show(name)
	return store, entry, err
}

func (a *app) openKey(name string) (*keys.Private, error) {
	store, _, err := a.storedKey(name)
	if err != nil {
		return nil, err
	}
	return store.Unlock(name)
}

func (a *app) saveKey(name string, key *keys.Private) error {
	if _, err := keys.ParseSecret(name); err == nil {
		return usage("--save takes a name for the key, and this is a secret").WithHint("choose a name such as me")
	}
	store, err := a.keyStore()
	if err != nil {
		return err
	}
	return store.Add(name, key)
}

// defaultKey is the name in config.toml, or "".
func (a *app) defaultKey() (string, error) {
	settings, err := a.settings()
	if err != nil {
		return "", err
	}
	return settings.DefaultKey.Value, nil
}

// storedOwner gives the identity of a stored key without opening it: showing a
// chain needs no passphrase.
func (a *app) storedOwner(s *secretFlags) (id kez.Identity, found bool, err error) {
	if given := s.given(); len(given) > 1 || len(given) == 1 && !s.key.given ||
		len(given) == 0 && a.env.Getenv("KEZ_SECRET") != "" {
		return id, false, nil
	}
	name := s.key.value
	if name == "" {
		if name, err = a.defaultKey(); err != nil || name == "" {
			return id, false, err
		}
	}
	_, entry, err := a.storedKey(name)
	return entry.Identity, !entry.Identity.IsZero(), err
}

type keyEntry struct {
	Name      string `json:"name"`
	Primary   string `json:"primary"`
	KeyType   string `json:"key_type"`
	CreatedAt string `json:"created_at"`
}

func entryOutput(e keystore.Entry) keyEntry {
	o := keyEntry{Name: e.Name, Primary: e.Identity.String(), KeyType: e.Identity.System()}
	if !e.Created.IsZero() {
		o.CreatedAt = kez.FormatTime(e.Created)
	}
	return o
}

func (a *app) identityList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the keys of the key store",
		Example: `  kez identity list`,
		Args:    exactly(0),
		RunE: func(*cobra.Command, []string) error {
			store, err := a.keyStore()
			if err != nil {
				return err
			}
			entries, err := store.List()
			if err != nil {
				return err
			}
			list := []keyEntry{}
			for _, e := range entries {
				list = append(list, entryOutput(e))
			}
			if a.json {
				a.printJSON(struct {
					Keys []keyEntry `json:"keys"`
				}{list})
				return nil
			}
			if len(list) == 0 {
				a.note("no key is kept; make one with: kez identity new --save NAME")
			}
			for _, e := range list {
				a.printf("%-16s %s\n", e.Name, e.Primary)
			}
			return nil
		},
	}
}

func (a *app) identityShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show NAME",
		Short:   "Show the public part of a stored key",
		Example: `  kez identity show me`,
		Args:    exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			_, entry, err := a.storedKey(args[0])
			if err != nil {
				return err
			}
			o := entryOutput(entry)
			if a.json {
				a.printJSON(o)
				return nil
			}
			a.printf("Primary: %s\nPublic: %s\n", o.Primary, entry.Identity.Value())
			if o.CreatedAt != "" {
				a.printf("Created: %s\n", o.CreatedAt)
			}
			return nil
		},
	}
}
