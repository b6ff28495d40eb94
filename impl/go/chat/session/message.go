package session

import (
	"context"
	"time"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
)

// State says what became of a message.
type State string

// A queued message is sent as soon as the relay answers; a failed one is not.
const (
	Received State = "received"
	Queued   State = "queued"
	Sent     State = "sent"
	Failed   State = "failed"
)

// Message is one message of a thread. Its body is as the sender wrote it.
type Message struct {
	N         int          `json:"n"` // place in the thread, from 0
	Peer      kez.Identity `json:"peer"`
	Mine      bool         `json:"mine"`
	State     State        `json:"state"`
	Body      string       `json:"body"`
	SentAt    time.Time    `json:"sent_at"`
	CreatedAt time.Time    `json:"created_at,omitzero"` // by the relay
	Seq       int64        `json:"seq"`                 // at the relay, 0 while it has none
	Dev       string       `json:"dev"`                 // the sender's client, "" where it names none
	Ctr       int64        `json:"ctr"`
	Code      kez.Code     `json:"code"` // why it failed
	Reason    string       `json:"reason,omitempty"`
	// MissingBefore is how many messages of the same client should stand between
	// this one and the one before, and have not come (KEZ-MSG-016).
	MissingBefore int64 `json:"missing_before"`
}

// Thread gives at most limit messages of a peer, those before number before, or
// the last ones where it is negative; the oldest comes first.
func (s *Session) Thread(ctx context.Context, primary kez.Identity, before, limit int) ([]Message, error) {
	var thread []Message
	err := s.history.View(ctx, func(r *history.Reader) error {
		thread = []Message{}
		p, err := needPeer(r, primary)
		if err != nil {
			return err
		}
		if before < 0 || before > p.Messages {
			before = p.Messages
		}
		for n := max(0, before-limit); n < before; n++ {
			m, err := loadMessage(r, p, n)
			if err != nil {
				return err
			}
			thread = append(thread, m)
		}
		return nil
	})
	return thread, err
}

func loadMessage(r *history.Reader, p *peerRecord, n int) (Message, error) {
	var m messageRecord
	if err := r.Must(messageName(p.Index, n), &m); err != nil {
		return Message{}, err
	}
	return m.message(p, n), nil
}

func (m *messageRecord) message(p *peerRecord, n int) Message {
	out := Message{N: n, Peer: parsePrimary(p.Primary), Mine: m.Mine, State: m.State, Body: m.Body, SentAt: m.SentAt, CreatedAt: m.CreatedAt,
		Seq: m.Seq, Dev: m.Dev, Ctr: m.Ctr, Code: m.Code, Reason: m.Reason}
	if d := p.Devs[m.Dev]; !m.Mine && d != nil {
		out.MissingBefore = d.before(m.Ctr)
	}
	return out
}
