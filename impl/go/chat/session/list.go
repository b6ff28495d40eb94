package session

import (
	"context"
	"errors"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// Listed is one row of an inbox as chat inbox prints it: opened, or refused with
// a code.
type Listed struct {
	Seq       int64  `json:"seq"`
	From      string `json:"from"` // the signed sender, "" where the row was refused
	Body      string `json:"body"`
	SentAt    string `json:"sent_at"`
	CreatedAt string `json:"created_at"`
	Code      string `json:"code"`

	Name          string `json:"name"` // of the sender, to show
	Label         string `json:"-"`    // the name with the accounts that were verified
	Reason        string `json:"reason"`
	MissingBefore int64  `json:"missing_before"`
}

// Bounds of one listing, so that a relay without an end has one here.
const (
	maxListed      = 10000
	maxListedBytes = 64 << 20 // of bodies
)

// errFull ends a listing.
var errFull = errors.New("the listing is full")

// Inbox reads the inbox of a handle, "" for the user's own, after a seq, hands on
// every row, and gives the cursor behind them. What was not taken before is
// stored as Receive does. After 10,000 rows or 64 MiB it ends, and more says that
// the relay may have others behind the cursor.
func (s *Session) Inbox(ctx context.Context, handle string, since int64, each func(Listed) error) (end relay.Cursor, more bool, err error) {
	in, kept, err := s.inbox(ctx, handle)
	if err != nil {
		return end, false, err
	}
	f := &following{s: s, server: in.server, each: func(Event) {}}
	if err := f.catchUp(ctx); err != nil {
		return end, false, err
	}
	// What lies between the kept cursor and since would be lost to Receive.
	keep := since <= kept.Seq
	// A cursor of another life of the relay says nothing (KEZ-RELAY-065).
	rows, bytes := 0, 0
	drained, err := in.Drain(ctx, relay.Cursor{Seq: since, Epoch: kept.Epoch}, func(a relay.Arrived) error {
		all, err := s.take(ctx, in.server, a, keep || a.Restarted)
		if err != nil {
			return err
		}
		if err := ours(f.settle(ctx)); err != nil {
			return err
		}
		for _, one := range all {
			l, err := s.listed(ctx, one)
			if err != nil {
				return err
			}
			if err := each(l); err != nil {
				return err
			}
			rows, bytes = rows+1, bytes+len(l.Body)
		}
		if rows >= s.maxListed || bytes >= maxListedBytes {
			end = a.Cursor
			return errFull
		}
		return nil
	})
	if errors.Is(err, errFull) {
		return end, true, nil
	}
	return drained, false, err
}

func (s *Session) listed(ctx context.Context, one outcomeOf) (Listed, error) {
	l := Listed{Seq: one.row.Seq, CreatedAt: one.row.CreatedAt, Code: string(one.refused.Code), Reason: one.refused.Reason}
	if l.Code != "" {
		return l, nil
	}
	m := one.message
	peer, err := s.Peer(ctx, m.Peer)
	l.Label = peer.Label()
	l.From, l.Name, l.Body, l.SentAt, l.MissingBefore = m.Peer.String(), peer.Name, m.Body, kez.FormatTime(m.SentAt), m.MissingBefore
	return l, err
}
