package session

import (
	"context"
	"encoding/json"
	"io"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
)

// exported is one line of an export.
type exported struct {
	Type    string   `json:"type"` // me, peer or message
	Me      *Me      `json:"me,omitempty"`
	Peer    *Peer    `json:"peer,omitempty"`
	Message *Message `json:"message,omitempty"`
}

// exportPage is how many messages one look at the history takes.
const exportPage = 200

// Export writes everything that was said as JSON lines, unsealed: the user, then
// every peer followed by its thread.
func (s *Session) Export(ctx context.Context, out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	write := func(line exported) error {
		if err := encoder.Encode(line); err != nil {
			return kez.Errorf(kez.CLIFile, "the export cannot be written: %w", err).WithHint("check the disk; the history is unchanged")
		}
		return nil
	}
	me, err := s.Me(ctx)
	if err != nil {
		return err
	}
	if err := write(exported{Type: "me", Me: &me}); err != nil {
		return err
	}
	var peers []Peer
	err = s.history.View(ctx, func(r *history.Reader) error {
		peers = peers[:0]
		return eachPeer(r, func(p *peerRecord) error {
			peers = append(peers, s.peer(p))
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, p := range peers {
		if err := write(exported{Type: "peer", Peer: &p}); err != nil {
			return err
		}
		for first := 0; first < p.Messages; first += exportPage {
			n := min(exportPage, p.Messages-first)
			page, err := s.Thread(ctx, p.Primary, first+n, n)
			if err != nil {
				return err
			}
			for _, m := range page {
				if err := write(exported{Type: "message", Message: &m}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
