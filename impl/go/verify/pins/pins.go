// Package pins remembers who was behind a name at the last valid verification:
// the DID of a Bluesky handle, the account number of a GitHub login
// (KEZ-CHAN-064). A name that was sold or taken over then shows as such.
package pins

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/kez"
)

const (
	name  = "pins.json"
	limit = 8 << 20
)

// Pins are the accounts by identity.
type Pins struct {
	home  *home.Home
	known map[string]string
	fresh map[string]string
}

// Load reads the pins of a home; an absent file holds none.
func Load(h *home.Home) (*Pins, error) {
	p := &Pins{home: h, fresh: map[string]string{}}
	data, err := h.Read(name, limit, kez.CLIFile)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	p.known, err = parse(data, h)
	return p, err
}

func parse(data []byte, h *home.Home) (map[string]string, error) {
	var known map[string]string
	if err := json.Unmarshal(data, &known); err != nil {
		return nil, kez.Errorf(kez.CLIFile, "%s is damaged: %w", h.Path(name), err).
			WithHint("mend it, or move it away and verify again: mv %s %s", home.ShellQuote(h.Path(name)), home.ShellQuote(h.Path(name)+".old"))
	}
	return known, nil
}

// Check refuses an account that is another than the pinned one.
func (p *Pins) Check(id kez.Identity, account string) error {
	pinned := p.pinned(id)
	if pinned == "" || account == "" || pinned == account {
		return nil
	}
	return kez.Errorf(kez.ChannelOwnerMismatch, "the name %s moved: it stood for %s and now stands for %s", id, kez.Quote(pinned), kez.Quote(account)).
		WithHint("the name may have been sold or taken over; ask the person, then verify again with --repin")
}

// pinned is the account noted last.
func (p *Pins) pinned(id kez.Identity) string {
	name := id.Canonical().String()
	if account := p.fresh[name]; account != "" {
		return account
	}
	return p.known[name]
}

// Note records the account behind a valid proof, to be kept by Save.
func (p *Pins) Note(id kez.Identity, account string) {
	if account != "" && p.pinned(id) != account {
		p.fresh[id.Canonical().String()] = account
	}
}

// Save adds what was noted to the file, beside what others wrote meanwhile.
func (p *Pins) Save() error {
	if len(p.fresh) == 0 {
		return nil
	}
	err := p.home.Update(name, limit, kez.CLIFile, func(old []byte) ([]byte, error) {
		known := map[string]string{}
		if old != nil {
			var err error
			if known, err = parse(old, p.home); err != nil {
				return nil, err
			}
		}
		if known == nil {
			known = map[string]string{}
		}
		maps.Copy(known, p.fresh)
		data, err := json.MarshalIndent(known, "", "  ")
		return append(data, '\n'), err
	})
	if err == nil {
		if p.known == nil {
			p.known = map[string]string{}
		}
		maps.Copy(p.known, p.fresh)
		clear(p.fresh)
	}
	return err
}
