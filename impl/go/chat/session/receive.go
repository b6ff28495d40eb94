package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"kez.lat/kez/impl/go/chat"
	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// Refused is a message that did not pass the checks of the table in
// spec/message.md. Who sent it is not known: what is not verified is not shown.
type Refused struct {
	Seq       int64    `json:"seq"`
	CreatedAt string   `json:"created_at"`
	Code      kez.Code `json:"code"`
	Reason    string   `json:"reason"`
}

// refusedRecord is one place in the list of refused rows.
type refusedRecord struct {
	Refused
	Mark string `json:"mark"` // the entry that tells it from a new one
}

// maxRefused is how many refused messages are remembered.
const maxRefused = 200

// Refusals lists the last refused messages, the newest first.
func (s *Session) Refusals(ctx context.Context) ([]Refused, error) {
	var list []Refused
	err := s.history.View(ctx, func(r *history.Reader) error {
		list = []Refused{}
		var all counter
		if _, err := r.Get("refused", &all); err != nil {
			return err
		}
		for k := all.Next - 1; k >= max(0, all.Next-maxRefused); k-- {
			var one refusedRecord
			if err := r.Must("refused/"+strconv.Itoa(k%maxRefused), &one); err != nil {
				return err
			}
			list = append(list, one.Refused)
		}
		return nil
	})
	return list, err
}

// opened is a row after all checks but the one for replays, which belongs to the
// transaction that stores it.
type opened struct {
	row     relay.Row
	message *chat.Message
	at      time.Time
	hash    string // of the canonical envelope, or of the bytes of a refused one
	err     error
}

func (s *Session) open(row relay.Row) opened {
	at, ok := kez.ParseTime(row.CreatedAt)
	if !ok {
		sum := sha256.Sum256(row.Envelope)
		return opened{row: row, hash: hex.EncodeToString(sum[:]), err: kez.Errorf(kez.MessageStale, "the relay gives no time at which it stored the message")}
	}
	m, err := chat.Open(s.o.Key, row.Envelope, at, nil)
	if err != nil {
		sum := sha256.Sum256(row.Envelope)
		return opened{row: row, at: at, hash: hex.EncodeToString(sum[:]), err: err}
	}
	return opened{row: row, at: at, message: m, hash: hex.EncodeToString(m.Hash[:])}
}

// outcomeOf tells what became of one row.
type outcomeOf struct {
	row     relay.Row
	message Message // Peer is zero where the row was refused
	refused Refused // Code is "" where it was not
	known   bool    // it was taken before
	blocked bool
}

// take stores rows with the cursor behind them, in one transaction. keep says
// whether the cursor may be moved.
func (s *Session) take(ctx context.Context, server string, a relay.Arrived, keep bool) ([]outcomeOf, error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	rows := make([]opened, len(a.Rows))
	for i, row := range a.Rows {
		rows[i] = s.open(row)
		if errors.Is(rows[i].err, kez.CLIKeyStore) {
			return nil, rows[i].err // the key is gone: that is no fault of the message
		}
	}
	var all []outcomeOf
	err := s.history.Update(ctx, func(w *history.Writer) error {
		all = make([]outcomeOf, 0, len(rows))
		var in inboxRecord
		if _, err := w.Get(s.inboxName(server), &in); err != nil {
			return err
		}
		t := &taking{s, w, server, a.Cursor.Epoch, in.Cursor}
		for _, o := range rows {
			one, err := t.row(o)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		if !keep {
			return nil
		}
		if in.Cursor.Epoch == a.Cursor.Epoch && in.Cursor.Seq >= a.Cursor.Seq {
			return nil // another process is further
		}
		in.Cursor = a.Cursor
		return w.Put(s.inboxName(server), in)
	})
	return all, err
}

// taking is one transaction that stores rows.
type taking struct {
	s      *Session
	w      *history.Writer
	server string
	epoch  string
	from   relay.Cursor // how far the inbox was read before
}

func (t *taking) row(o opened) (outcomeOf, error) {
	if o.err != nil {
		return t.refuse(o, o.err)
	}
	var seen seenRecord
	found, err := t.w.Get("seen/"+o.hash, &seen)
	if err != nil {
		return outcomeOf{}, err
	}
	if !found {
		return t.store(o)
	}
	sameLife := seen.Server == t.server && seen.Epoch == t.epoch
	if seen.Server != t.server || sameLife && seen.Seq != o.row.Seq {
		return t.refuse(o, kez.Errorf(kez.MessageReplayed, "the message was seen before"))
	}
	if !sameLife { // the relay counts anew, and this is its new number
		seen.Epoch, seen.Seq = t.epoch, o.row.Seq
		if err := t.w.Put("seen/"+o.hash, seen); err != nil {
			return outcomeOf{}, err
		}
	}
	return t.again(o, seen)
}

// again gives a message that was stored before.
func (t *taking) again(o opened, seen seenRecord) (outcomeOf, error) {
	p, err := loadPeer(&t.w.Reader, seen.Peer)
	if err != nil {
		return outcomeOf{}, err
	}
	if seen.N < 0 {
		return t.withheld(o, p, true), nil
	}
	m, err := loadMessage(&t.w.Reader, p, seen.N)
	return outcomeOf{row: o.row, message: m, known: true}, err
}

// withheld is a message of somebody who is blocked.
func (t *taking) withheld(o opened, p *peerRecord, known bool) outcomeOf {
	return outcomeOf{row: o.row, known: known, blocked: true,
		refused: Refused{o.row.Seq, o.row.CreatedAt, kez.MessageBlocked, "you blocked " + t.s.nameOf(p)}}
}

// store puts a new message into the thread of its signed sender (KEZ-MSG-026).
func (t *taking) store(o opened) (outcomeOf, error) {
	set, err := loadSettings(&t.w.Reader)
	if err != nil {
		return outcomeOf{}, err
	}
	status := Request
	if set.Policy.MinProofs > 0 {
		status = Held
	}
	p, err := makePeer(t.w, o.message.From, status)
	if err != nil {
		return outcomeOf{}, err
	}
	seen := seenRecord{t.server, t.epoch, o.row.Seq, p.Index, -1}
	if p.Status == Blocked {
		return t.withheld(o, p, false), t.w.Put("seen/"+o.hash, seen)
	}
	m := &messageRecord{State: Received, Body: o.message.Body, SentAt: o.message.SentAt.UTC(), CreatedAt: o.at.UTC(), Server: t.server, Seq: o.row.Seq,
		Dev: o.message.Dev, Ctr: o.message.Ctr}
	p.count(m.Dev, m.Ctr)
	if p.Status != Declined {
		p.Unread++
	}
	if seen.N, err = addMessage(t.w, p, m); err != nil {
		return outcomeOf{}, err
	}
	if err := t.w.Put("seen/"+o.hash, seen); err != nil {
		return outcomeOf{}, err
	}
	return outcomeOf{row: o.row, message: m.message(p, seen.N)}, savePeer(t.w, p)
}

// refuse lists a refused row once: not again where the row was read before, and,
// of the rows that the list still has, not again where the relay counts anew.
func (t *taking) refuse(o opened, reason error) (outcomeOf, error) {
	one := outcomeOf{row: o.row, refused: Refused{o.row.Seq, o.row.CreatedAt, codeOr(reason, kez.MessageUndecryptable), reason.Error()}}
	mark := "row/" + o.hash
	if errors.Is(reason, kez.MessageReplayed) { // the first row has the same hash
		mark = "row/" + t.server + "/" + t.epoch + "/" + strconv.FormatInt(o.row.Seq, 10)
	}
	marked, err := t.w.Has(mark)
	if err != nil {
		return one, err
	}
	if one.known = marked || t.from.Epoch == t.epoch && o.row.Seq <= t.from.Seq; one.known {
		return one, nil
	}
	var all counter
	if _, err := t.w.Get("refused", &all); err != nil {
		return one, err
	}
	// A place is used again, and its old mark goes with it: what a relay invents
	// does not fill the disk.
	place := "refused/" + strconv.Itoa(all.Next%maxRefused)
	var old refusedRecord
	if found, err := t.w.Get(place, &old); err != nil {
		return one, err
	} else if found {
		if err := t.w.Delete(old.Mark); err != nil {
			return one, err
		}
	}
	if err := t.w.Put(mark, true); err != nil {
		return one, err
	}
	if err := t.w.Put(place, refusedRecord{one.refused, mark}); err != nil {
		return one, err
	}
	all.Next++
	return one, t.w.Put("refused", all)
}
