package session

import (
	"context"
	"encoding/json"
	"slices"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
)

// maxHints is how many accounts are looked at for one peer.
const maxHints = 16

// Look asks the relay about a peer: its handle and, where proofs is set, which
// accounts to verify. Those that verified are kept with the peer. Error:
// message.peer_changed where the handle belonged to another key before.
func (s *Session) Look(ctx context.Context, primary kez.Identity, proofs bool) (Peer, error) {
	contact, err := s.o.Relay.LookupPrimary(ctx, primary)
	if err != nil {
		return Peer{}, err
	}
	peer, err := s.meet(ctx, contact)
	if err != nil || !proofs || s.o.Prove == nil {
		return peer, err
	}
	proven := s.o.Prove(ctx, primary, readHints(contact.Proofs))
	return s.change(ctx, primary, func(_ *history.Writer, p *peerRecord) error {
		p.Proven, p.ProvenAt = nil, s.now().UTC()
		for _, id := range proven {
			p.Proven = append(p.Proven, id.String())
		}
		return nil
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
