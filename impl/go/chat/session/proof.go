package session

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
)

// maxHints is how many accounts are looked at for one peer.
const maxHints = 16

// Look asks the relay about a peer: its handle and, where proofs is set, which
// accounts to verify; see Prove. Error: message.peer_changed where the handle
// belonged to another key before.
func (s *Session) Look(ctx context.Context, primary kez.Identity, proofs bool) (Peer, error) {
	return s.look(ctx, primary, proofs, 0)
}

// look bounds the look at the accounts where bound is not 0.
func (s *Session) look(ctx context.Context, primary kez.Identity, proofs bool, bound time.Duration) (Peer, error) {
	contact, err := s.o.Relay.LookupPrimary(ctx, primary)
	if err != nil {
		return Peer{}, err
	}
	peer, err := s.meet(ctx, contact)
	if err != nil || !proofs {
		return peer, err
	}
	return s.prove(ctx, primary, readHints(contact.Proofs), bound)
}

// Prove verifies accounts of a known peer: those that the peer's chain names, and
// those that verified before. Which ones verify is kept with the peer; one that
// could not be looked at stays what it was. Who was held for want of accounts
// and has enough is a request then.
func (s *Session) Prove(ctx context.Context, primary kez.Identity) (Peer, error) {
	return s.prove(ctx, primary, nil, 0)
}

func (s *Session) prove(ctx context.Context, primary kez.Identity, hints []kez.Identity, bound time.Duration) (Peer, error) {
	peer, err := s.Peer(ctx, primary)
	if err != nil || s.o.Prove == nil {
		return peer, err
	}
	asked := slices.Clone(peer.Proven)
	for _, id := range hints {
		if !slices.Contains(asked, id) {
			asked = append(asked, id)
		}
	}
	// The bound is the network's alone: what came out is kept in any case.
	looking, cancel := ctx, context.CancelFunc(func() {})
	if bound > 0 {
		looking, cancel = context.WithTimeout(ctx, bound)
	}
	found := s.o.Prove(looking, primary, asked)
	cancel()
	return s.change(ctx, primary, func(w *history.Writer, p *peerRecord) error {
		var now []string
		for _, text := range p.Proven {
			if id := parsePrimary(text); slices.Contains(found.Proven, id) || slices.Contains(found.Unseen, id) {
				now = append(now, text)
			}
		}
		for _, id := range found.Proven {
			if !slices.Contains(now, id.String()) {
				now = append(now, id.String())
			}
		}
		p.Proven = now
		if len(found.Unseen) == 0 || len(found.Proven) > 0 {
			p.ProvenAt = s.now().UTC()
		}
		set, err := loadSettings(&w.Reader)
		if err == nil && p.enough(set.Policy) {
			p.Status = Request
		}
		return err
	})
}

// readHints takes the accounts out of what a relay shows: identities, or claims
// that name a subject. They say nothing before they are verified (KEZ-RELAY-027).
func readHints(proofs []json.RawMessage) []kez.Identity {
	var hints []kez.Identity
	for _, raw := range proofs {
		text := ""
		if json.Unmarshal(raw, &text) != nil {
			var claim struct {
				Subject string `json:"subject"`
				Payload struct {
					Subject string `json:"subject"`
				} `json:"payload"`
			}
			if json.Unmarshal(raw, &claim) != nil {
				continue
			}
			if text = claim.Subject; text == "" {
				text = claim.Payload.Subject
			}
		}
		id, err := kez.ParseTyped(text)
		if err != nil || id.IsKey() || slices.Contains(hints, id) {
			continue
		}
		if hints = append(hints, id); len(hints) == maxHints {
			break
		}
	}
	return hints
}
