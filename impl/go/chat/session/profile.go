package session

import (
	"context"
	"encoding/json"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// Policy says who may write to the user.
type Policy struct {
	// Accept is what the relay takes: anyone, registered or contacts.
	Accept string `json:"accept"`
	// MinProofs holds unknown senders until so many of their accounts verified
	// here; 0 holds nobody.
	MinProofs int `json:"min_proofs"`
}

// settingsRecord is the entry "settings".
type settingsRecord struct {
	Policy Policy `json:"policy"`
	// BlocksDue and PolicyDue say that the relay has not heard of the last change.
	BlocksDue bool `json:"blocks_due,omitempty"`
	PolicyDue bool `json:"policy_due,omitempty"`
}

func loadSettings(r *history.Reader) (settingsRecord, error) {
	set := settingsRecord{Policy: Policy{Accept: relay.AcceptAnyone}}
	_, err := r.Get("settings", &set)
	return set, err
}

func (s *Session) settings(ctx context.Context) (set settingsRecord, err error) {
	err = s.history.View(ctx, func(r *history.Reader) error {
		set, err = loadSettings(r)
		return err
	})
	return set, err
}

func (s *Session) setSettings(ctx context.Context, f func(*settingsRecord)) error {
	return s.history.Update(ctx, func(w *history.Writer) error {
		set, err := loadSettings(&w.Reader)
		if err != nil {
			return err
		}
		f(&set)
		return w.Put("settings", set)
	})
}

// Policy gives the policy as it was set here.
func (s *Session) Policy(ctx context.Context) (Policy, error) {
	set, err := s.settings(ctx)
	return set.Policy, err
}

// SetPolicy sets who may write, here and at the relay. An error of the relay
// leaves it set here, and due there.
func (s *Session) SetPolicy(ctx context.Context, p Policy) error {
	switch p.Accept {
	case relay.AcceptAnyone, relay.AcceptRegistered, relay.AcceptContacts:
	default:
		return kez.Errorf(kez.CLIUsage, "a policy is anyone, registered or contacts")
	}
	if p.MinProofs < 0 || p.MinProofs > maxHints {
		return kez.Errorf(kez.CLIUsage, "the number of proven accounts is from 0 to %d", maxHints)
	}
	if err := s.setSettings(ctx, func(set *settingsRecord) { set.Policy, set.PolicyDue = p, true }); err != nil {
		return err
	}
	return s.push(ctx)
}

// SetProofs shows others, by the relay, which accounts to verify.
func (s *Session) SetProofs(ctx context.Context, accounts []kez.Identity) error {
	me, err := s.FindMe(ctx)
	if err != nil {
		return err
	}
	proofs := make([]json.RawMessage, len(accounts))
	for i, id := range accounts {
		if proofs[i], err = json.Marshal(id.String()); err != nil {
			return err
		}
	}
	return s.o.Relay.SetProofs(ctx, me.Handle, proofs, s.o.Key)
}

func (s *Session) pushBlocks(ctx context.Context) error {
	if err := s.setSettings(ctx, func(set *settingsRecord) { set.BlocksDue = true }); err != nil {
		return err
	}
	return s.push(ctx)
}

// pushContacts tells the relay of the contacts where it takes from them alone.
func (s *Session) pushContacts(ctx context.Context) error {
	set, err := s.settings(ctx)
	if err != nil || set.Policy.Accept != relay.AcceptContacts {
		return err
	}
	if err := s.setSettings(ctx, func(set *settingsRecord) { set.PolicyDue = true }); err != nil {
		return err
	}
	return s.push(ctx)
}

// push tells the relay what it has not heard of yet.
func (s *Session) push(ctx context.Context) error {
	set, err := s.settings(ctx)
	if err != nil || !set.BlocksDue && !set.PolicyDue {
		return err
	}
	me, err := s.FindMe(ctx)
	if err != nil {
		return err
	}
	blocked, contacts := []string{}, []string{}
	err = s.history.View(ctx, func(r *history.Reader) error {
		blocked, contacts = blocked[:0], contacts[:0]
		return eachPeer(r, func(p *peerRecord) error {
			switch p.Status {
			case Blocked:
				blocked = append(blocked, p.Primary)
			case Contact:
				contacts = append(contacts, p.Primary)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	if set.BlocksDue {
		if err := s.o.Relay.SetBlocks(ctx, me.Handle, blocked, s.o.Key); err != nil {
			return err
		}
	}
	if set.PolicyDue {
		p := relay.Policy{Accept: set.Policy.Accept, Contacts: []string{}}
		if p.Accept == relay.AcceptContacts {
			p.Contacts = contacts // nobody else needs the list
		}
		if err := s.o.Relay.SetPolicy(ctx, me.Handle, p, s.o.Key); err != nil {
			return err
		}
	}
	return s.setSettings(ctx, func(now *settingsRecord) {
		now.BlocksDue = now.BlocksDue && !set.BlocksDue
		now.PolicyDue = now.PolicyDue && !set.PolicyDue
	})
}
