package session

import (
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"

	"kez.lat/kez/impl/go/chat"
	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

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
		// Before the message, so that an answer to it is taken.
		if err := ours(s.push(ctx)); err != nil {
			return m, err
		}
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
		if p.Status != Blocked { // who is answered is no stranger
			if err := setStatus(w, p, Contact); err != nil {
				return err
			}
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
	case kez.MessageStale:
		return "set the clock of this machine, and send it again"
	case kez.MessagePeerChanged:
		return "send it again to the new key, once you know whose it is"
	}
	return "the message stays in the thread, marked as not sent"
}
