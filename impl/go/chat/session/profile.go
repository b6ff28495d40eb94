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
	// What the relay has to hear of: the list of blocks, and the policy with the
	// list of contacts.
	BlocksDue due `json:"blocks_due"`
	PolicyDue due `json:"policy_due"`
}

// due counts the changes of a thing and those of which the relay has heard, so
// that a change made while an older one is being told is told as well.
type due struct {
	Made int64 `json:"made"`
	Told int64 `json:"told"`
}

func (d due) is() bool { return d.Told < d.Made }

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
	err := s.history.Update(ctx, func(w *history.Writer) error {
		set, err := loadSettings(&w.Reader)
		if err != nil {
			return err
		}
		set.Policy = p
		set.PolicyDue.Made++
		if err := w.Put("settings", set); err != nil {
			return err
		}
		return eachPeer(&w.Reader, func(r *peerRecord) error {
			if !r.enough(p) {
				return nil
			}
			r.Status = Request
			return savePeer(w, r)
		})
	})
	if err != nil {
		return err
	}
	return s.push(ctx)
}

// enough reports whether a peer who is held has the accounts that are asked for.
func (p *peerRecord) enough(policy Policy) bool {
	return p.Status == Held && len(p.Proven) >= policy.MinProofs
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

// blocksChanged says, in the transaction that changes who is blocked, that the
// relay has to hear of it.
func blocksChanged(w *history.Writer) error {
	set, err := loadSettings(&w.Reader)
	if err != nil {
		return err
	}
	set.BlocksDue.Made++
	return w.Put("settings", set)
}

// contactsChanged says the same of the contacts, where the relay takes from them
// alone.
func contactsChanged(w *history.Writer) error {
	set, err := loadSettings(&w.Reader)
	if err != nil || set.Policy.Accept != relay.AcceptContacts {
		return err
	}
	set.PolicyDue.Made++
	return w.Put("settings", set)
}

// push tells the relay what it has not heard of yet.
func (s *Session) push(ctx context.Context) error {
	set, err := s.settings(ctx)
	if err != nil || !set.BlocksDue.is() && !set.PolicyDue.is() {
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
	if set.BlocksDue.is() {
		if err := s.o.Relay.SetBlocks(ctx, me.Handle, blocked, s.o.Key); err != nil {
			return err
		}
	}
	if set.PolicyDue.is() {
		p := relay.Policy{Accept: set.Policy.Accept, Contacts: []string{}}
		if p.Accept == relay.AcceptContacts {
			p.Contacts = contacts // nobody else needs the list
		}
		if err := s.o.Relay.SetPolicy(ctx, me.Handle, p, s.o.Key); err != nil {
			return err
		}
	}
	return s.history.Update(ctx, func(w *history.Writer) error {
		now, err := loadSettings(&w.Reader)
		if err != nil {
			return err
		}
		now.BlocksDue.Told = max(now.BlocksDue.Told, set.BlocksDue.Made)
		now.PolicyDue.Told = max(now.PolicyDue.Told, set.PolicyDue.Made)
		return w.Put("settings", now)
	})
}
