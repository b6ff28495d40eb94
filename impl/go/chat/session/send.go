package session

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"

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

// Send seals a text for a peer, keeps it, and sends it, after what is queued.
// Where the relay cannot be reached the message stays queued, and both the
// message and the error come back: it goes out with the next Send, Flush, Receive
// or Follow. Errors of other kinds with a message in the state failed are the
// relay's refusals.
func (s *Session) Send(ctx context.Context, primary kez.Identity, body string) (Message, error) {
	if err := s.usable(); err != nil {
		return Message{}, err
	}
	switch {
	case body == "":
		return Message{}, kez.Errorf(kez.CLIUsage, "the message is empty")
	case !utf8.ValidString(body):
		return Message{}, kez.Errorf(kez.CLIUsage, "the message is no UTF-8 text").WithHint("messages are text; publish a file elsewhere and send where it is")
	}
	peer, err := s.Peer(ctx, primary)
	if err != nil {
		return Message{}, err
	}
	if peer.Status == Blocked {
		return Message{}, blockedHere(peer.Name)
	}
	away := s.confirm(ctx, &peer)
	if away != nil && !Unreachable(away) {
		return Message{}, away
	}
	m, err := s.enqueue(ctx, peer, body)
	if err != nil {
		return Message{}, err
	}
	if away == nil {
		_, _, away = s.flush(ctx, map[kez.Identity]Peer{primary: peer}, nil)
	}
	return s.outcome(ctx, m, away)
}

// confirm asks the relay whether the handle still means this key (KEZ-CLI-072,
// KEZ-MSG-028).
func (s *Session) confirm(ctx context.Context, peer *Peer) error {
	server, err := s.serverName(ctx)
	if err != nil {
		return err
	}
	var contact *relay.Contact
	if peer.Handle != "" && peer.Server == server {
		contact, err = s.o.Relay.Lookup(ctx, peer.Handle)
	} else {
		contact, err = s.o.Relay.LookupPrimary(ctx, peer.Primary)
	}
	if err != nil {
		if Unreachable(err) && peer.Changed != nil {
			return s.changeError(*peer) // what was found before still stands
		}
		return err
	}
	*peer, err = s.meet(ctx, contact)
	return err
}

// enqueue numbers, seals and keeps a message in one transaction, so that no two
// processes take one number and nothing is sent that is not kept.
func (s *Session) enqueue(ctx context.Context, peer Peer, body string) (Message, error) {
	if peer.Server == "" {
		return Message{}, kez.Errorf(kez.ChannelUnreachable, "the relay cannot be reached, and the handle of %s is not known here, so nothing was kept", peer.Name).
			WithHint("send again when the relay answers")
	}
	var out Message
	err := s.history.Update(ctx, func(w *history.Writer) error {
		p, err := needPeer(&w.Reader, peer.Primary)
		if err != nil {
			return err
		}
		m := &messageRecord{Mine: true, State: Queued, Body: body, SentAt: s.now().UTC().Truncate(time.Second), Server: peer.Server, Dev: s.dev, Ctr: p.Ctr}
		envelope, err := s.sealer.Seal(peer.Primary, chat.Plaintext{Body: body, SentAt: m.SentAt, Dev: m.Dev, Ctr: m.Ctr})
		if err != nil {
			return err
		}
		if err := useNonce(w, envelope); err != nil {
			return err
		}
		p.Ctr++
		p.Queued++
		if p.Status != Blocked {
			p.Status = Contact // who is answered is no stranger
		}
		n, err := addMessage(w, p, m)
		if err != nil {
			return err
		}
		var q counter
		if _, err := w.Get("queue", &q); err != nil {
			return err
		}
		if err := w.Put(queueName(q.Next), queueRecord{p.Index, n, peer.Server, envelope}); err != nil {
			return err
		}
		q.Next++
		if err := w.Put("queue", q); err != nil {
			return err
		}
		out = m.message(p, n)
		return savePeer(w, p)
	})
	return out, err
}

// useNonce refuses a nonce that any client on this history used before: with the
// same peer it would give both texts away (KEZ-MSG-010).
func useNonce(w *history.Writer, envelope []byte) error {
	var e struct {
		Nonce string `json:"nonce"`
	}
	if err := json.Unmarshal(envelope, &e); err != nil {
		return err
	}
	used, err := w.Has("nonce/" + e.Nonce)
	if err != nil {
		return err
	}
	if used {
		return kez.Errorf(kez.CLIKeyStore, "the source of randomness gave a nonce that was used before, so nothing was sent").
			WithHint("do not send from this machine until its source of randomness is mended")
	}
	return w.Put("nonce/"+e.Nonce, true)
}

// outcome tells what became of a message that was just queued. away is why the
// relay was not reached.
func (s *Session) outcome(ctx context.Context, m Message, away error) (Message, error) {
	err := s.history.View(ctx, func(r *history.Reader) error {
		p, err := needPeer(r, m.Peer)
		if err == nil {
			m, err = loadMessage(r, p, m.N)
		}
		return err
	})
	switch {
	case err != nil:
		return m, err
	case m.State == Failed:
		return m, kez.Errorf(m.Code, "%s", m.Reason).WithHint("%s", failedHint(m.Code))
	case m.State == Queued && away == nil:
		away = kez.Errorf(kez.ChannelUnreachable, "what was queued before is not sent yet")
	}
	if m.State == Queued {
		return m, kez.Errorf(codeOr(away, kez.ChannelUnreachable), "the message is kept and not sent yet: %w", away).
			WithHint("it is sent with the next kez chat send, inbox or tail that reaches the relay; do not send it again")
	}
	return m, nil
}

func codeOr(err error, code kez.Code) kez.Code {
	if c := kez.CodeOf(err); c != "" {
		return c
	}
	return code
}

func failedHint(code kez.Code) string {
	switch code {
	case kez.MessageQuota:
		return "their mailbox is full; send it again when they have read it"
	case kez.MessagePolicy:
		return "they take messages from people they know: register a handle here, or ask them another way to accept you"
	case kez.MessageBlocked:
		return "they blocked you"
	case kez.MessagePeerChanged:
		return "send it again to the new key, once you know whose it is"
	}
	return "the message stays in the thread, marked as not sent"
}

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
		if done && tell != nil {
			tell(m)
		}
	}
	return sent, left, err
}

// deliver sends one entry of the queue. done is false where it is not there or
// has to stay; err is for what stops the whole queue.
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
		return m, false, err
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
		sent, refused = s.o.Relay.Send(ctx, peer.Handle, entry.Envelope, s.o.Key)
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

// final reports refusals that sending the same again does not change.
func final(err error) bool {
	for _, code := range []kez.Code{kez.MessageQuota, kez.MessagePolicy, kez.MessageBlocked, kez.MessageTooLarge, kez.MessagePeerChanged,
		kez.HandleUnknown, kez.HandleInvalid} {
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
