package session

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"kez.lat/kez/impl/go/chat"
	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// queueRecord is a message that is still to be sent, sealed already.
type queueRecord struct {
	Peer     int             `json:"peer"`
	N        int             `json:"n"`
	Server   string          `json:"server"`
	Envelope json.RawMessage `json:"envelope"`
}

func queueName(k int) string { return "queue/" + strconv.Itoa(k) }

// Flush sends what is queued for this relay, in order. err is why it stopped
// before the end.
func (s *Session) Flush(ctx context.Context) (sent, left int, err error) {
	return s.flush(ctx, nil, nil)
}

// flush empties the queue. confirmed are peers whose key the relay was asked for
// just now; tell, if not nil, hears of what went out or failed for good.
func (s *Session) flush(ctx context.Context, confirmed map[kez.Identity]Peer, tell func(Message)) (sent, left int, err error) {
	s.sending.Lock()
	defer s.sending.Unlock()
	var q counter
	if err := s.history.View(ctx, func(r *history.Reader) error {
		_, err := r.Get("queue", &q)
		return err
	}); err != nil || q.First == q.Next {
		return 0, 0, err
	}
	server, err := s.serverName(ctx)
	if err != nil {
		return 0, q.Next - q.First, err
	}
	if confirmed == nil {
		confirmed = map[kez.Identity]Peer{}
	}
	for k := q.First; k < q.Next; k++ {
		m, done, failed := s.deliver(ctx, k, server, confirmed)
		if failed != nil && (Unreachable(failed) || ctx.Err() != nil || errors.Is(failed, kez.CLIFile) || errors.Is(failed, kez.CLILocked)) {
			return sent, q.Next - k, failed
		}
		if failed != nil && err == nil {
			err = failed // of one peer, and the others go on
		}
		switch {
		case !done:
			left++
		case m.State == Sent:
			sent++
		}
		if done && m.State != "" && tell != nil {
			tell(m)
		}
	}
	return sent, left, err
}

// deliver sends one entry of the queue. done is false where it has to stay; one
// that is gone already is done, without a message.
func (s *Session) deliver(ctx context.Context, k int, server string, confirmed map[kez.Identity]Peer) (m Message, done bool, err error) {
	var entry queueRecord
	var peer Peer
	found, former := false, ""
	err = s.history.View(ctx, func(r *history.Reader) error {
		if found, err = r.Get(queueName(k), &entry); err != nil || !found {
			return err
		}
		p, err := loadPeer(r, entry.Peer)
		if err == nil {
			peer, former = s.peer(p), p.Former
		}
		return err
	})
	if err != nil || !found || entry.Server != server {
		return m, err == nil && !found, err
	}
	var sent relay.Sent
	var refused error
	if known, ok := confirmed[peer.Primary]; ok {
		peer = known
	} else if former != "" {
		refused = kez.Errorf(kez.MessagePeerChanged, "the handle has another key now, which was accepted, and this message was sealed for the old one")
	} else if refused = s.confirm(ctx, &peer); refused == nil {
		confirmed[peer.Primary] = peer
	}
	if refused == nil {
		var sentAt time.Time
		if sentAt, err = s.freshen(ctx, k, &entry, peer.Primary); err != nil {
			return m, false, err
		}
		sent, refused = s.o.Relay.Send(ctx, peer.Handle, entry.Envelope, s.o.Key)
		// What the recipient will refuse is not sent, whatever the relay says.
		if at, ok := kez.ParseTime(sent.CreatedAt); refused == nil && ok && chat.Stale(sentAt, at) {
			refused = kez.Errorf(kez.MessageStale, "the message says that it was sent at %s, and the relay stored it at %s, so it is refused where it is read",
				kez.FormatTime(sentAt), sent.CreatedAt)
		}
	}
	switch {
	case refused == nil:
	case ctx.Err() != nil:
		return m, false, ctx.Err()
	case errors.Is(refused, kez.MessagePeerChanged) && former == "":
		return m, false, nil // it waits for the user's word
	case !final(refused):
		return m, false, refused
	}
	m, err = s.settleQueued(ctx, k, entry, sent, refused)
	return m, err == nil, err
}

// maxQueued is how long a message may wait with the time that it was sealed with: a
// recipient refuses what was sent more than 7 days before it was stored (KEZ-MSG-035).
const maxQueued = 6 * 24 * time.Hour

// freshen seals a message anew that waited too long, or was sealed under a clock
// that was ahead, with its number and the time of now. An entry that is gone stays
// as it was read: the relay knows it. Had the relay taken the old one without its
// answer arriving, days ago, the message shows twice, which is better than never.
func (s *Session) freshen(ctx context.Context, k int, entry *queueRecord, to kez.Identity) (sentAt time.Time, err error) {
	now := s.now().UTC().Truncate(time.Second)
	var m messageRecord
	if err := s.history.View(ctx, func(r *history.Reader) error { return r.Must(messageName(entry.Peer, entry.N), &m) }); err != nil {
		return sentAt, err
	}
	fresh := func() bool { return m.SentAt.After(now.Add(-maxQueued)) && !m.SentAt.After(now.Add(time.Minute)) }
	if fresh() {
		return m.SentAt, nil
	}
	err = s.history.Update(ctx, func(w *history.Writer) error {
		found, err := w.Get(queueName(k), entry)
		if err != nil || !found {
			return err
		}
		if err := w.Must(messageName(entry.Peer, entry.N), &m); err != nil || fresh() {
			return err // another process was faster
		}
		m.SentAt = now
		if entry.Envelope, err = s.sealer.Seal(to, chat.Plaintext{Body: m.Body, SentAt: now, Dev: m.Dev, Ctr: m.Ctr}); err != nil {
			return err
		}
		if err := useNonce(w, entry.Envelope); err != nil {
			return err
		}
		if err := w.Put(messageName(entry.Peer, entry.N), m); err != nil {
			return err
		}
		return w.Put(queueName(k), *entry)
	})
	return m.SentAt, err
}

// final reports refusals that sending the same again does not change.
func final(err error) bool {
	for _, code := range []kez.Code{kez.MessageQuota, kez.MessagePolicy, kez.MessageBlocked, kez.MessageTooLarge, kez.MessagePeerChanged,
		kez.HandleUnknown, kez.HandleInvalid, kez.MessageStale} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// settleQueued takes an entry out of the queue and writes what became of it.
func (s *Session) settleQueued(ctx context.Context, k int, entry queueRecord, sent relay.Sent, refused error) (Message, error) {
	var out Message
	err := s.history.Update(ctx, func(w *history.Writer) error {
		var m messageRecord
		if err := w.Must(messageName(entry.Peer, entry.N), &m); err != nil {
			return err
		}
		p, err := loadPeer(&w.Reader, entry.Peer)
		if err != nil {
			return err
		}
		if m.State == Queued { // else another process was faster
			p.Queued--
			if refused != nil {
				m.State, m.Code, m.Reason = Failed, codeOr(refused, kez.ChannelBadContent), refused.Error()
			} else {
				m.State, m.Seq = Sent, sent.Seq
				m.CreatedAt, _ = kez.ParseTime(sent.CreatedAt)
			}
		}
		if err := w.Put(messageName(entry.Peer, entry.N), m); err != nil {
			return err
		}
		out = m.message(p, entry.N)
		if err := savePeer(w, p); err != nil {
			return err
		}
		return dequeue(w, k)
	})
	return out, err
}

// dequeue removes an entry, and moves the begin of the queue over all that are
// gone.
func dequeue(w *history.Writer, k int) error {
	if err := w.Delete(queueName(k)); err != nil {
		return err
	}
	var q counter
	if _, err := w.Get("queue", &q); err != nil {
		return err
	}
	for q.First < q.Next {
		there, err := w.Has(queueName(q.First))
		if err != nil {
			return err
		}
		if there {
			break
		}
		q.First++
	}
	return w.Put("queue", q)
}
