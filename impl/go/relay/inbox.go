package relay

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kez.lat/kez/impl/go/internal/serverclient"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// Inbox is the mailbox of a handle with the key that opens it.
type Inbox struct {
	*Client
	Handle string
	Key    *keys.Private
}

// Cursor is how far an inbox was read: the last seq, and the life of the
// relay's database in which it counts.
type Cursor struct {
	Seq   int64  `json:"seq"`
	Epoch string `json:"epoch"`
}

// maxPage bounds the answer to a poll: DefaultLimit envelopes with what stands
// around them.
const maxPage = DefaultLimit*(MaxMessage+1024) + 64<<10

// Poll asks for the messages after a seq, at most limit of them; 0 leaves the
// number to the relay.
func (in Inbox) Poll(ctx context.Context, since int64, limit int) (*Page, error) {
	u := in.http.URL("v1", "inbox", in.Handle)
	q := url.Values{"since": {strconv.FormatInt(since, 10)}}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(min(limit, DefaultLimit)))
	}
	u.RawQuery = q.Encode()
	m, _, err := in.exchangeUpTo(ctx, serverclient.Request{Method: http.MethodGet, URL: u, Reads: true,
		Header: in.signedHeader(PollText(in.Handle, since), in.Key)}, maxPage)
	if err != nil {
		return nil, err
	}
	var rows []object
	if err := json.Unmarshal(m["messages"], &rows); err != nil {
		return nil, in.http.Odd("its page holds no list of messages")
	}
	page := &Page{Messages: make([]Row, 0, len(rows)), Next: since, Epoch: m.text("epoch")}
	for _, r := range rows {
		row, err := in.row(r)
		if err != nil {
			return nil, err
		}
		if row.Seq <= page.Next {
			return nil, in.http.Odd("its messages are not in the order of seq")
		}
		page.Messages, page.Next = append(page.Messages, row), row.Seq
	}
	if next, ok := m.number("next"); m["next"] != nil && (!ok || next != page.Next) {
		return nil, in.http.Odd("its cursor next is not the seq of the last message")
	}
	return page, nil
}

func (in Inbox) row(m object) (Row, error) {
	seq, ok := m.number("seq")
	if !ok || seq == 0 {
		return Row{}, in.http.Odd("a message has no seq")
	}
	return Row{Seq: seq, Envelope: m["envelope"], CreatedAt: m.text("created_at")}, nil
}

// maxRestarts is how often the relay may be replaced while it is read.
const maxRestarts = 3

// Drain polls until nothing is left and hands on each page that holds something,
// with the cursor to keep once the page is stored. Where the relay's database
// was replaced, everything is read again (KEZ-RELAY-065); Restarted says so to
// each.
func (in Inbox) Drain(ctx context.Context, from Cursor, each func(Arrived) error) (Cursor, error) {
	restarts := 0
	for {
		page, err := in.Poll(ctx, from.Seq, DefaultLimit)
		if err != nil {
			return from, err
		}
		if page.Epoch != from.Epoch {
			// The first page of a cursor without an epoch may be of any.
			again := from.Epoch != "" && from.Seq > 0
			from.Epoch = page.Epoch
			if again && restarts == maxRestarts {
				return from, in.http.Odd("its epoch changes again and again")
			}
			if again {
				from.Seq = 0
				restarts++
				continue
			}
		}
		if len(page.Messages) == 0 {
			return from, nil
		}
		next := Cursor{page.Next, page.Epoch}
		if err := each(Arrived{page.Messages, next, restarts > 0}); err != nil {
			return from, err
		}
		from = next
	}
}

// Arrived are messages that came, and the cursor behind them.
type Arrived struct {
	Rows      []Row
	Cursor    Cursor
	Restarted bool // the relay's numbers began anew, so known messages come again
}

// How long Follow waits after a failure, and at most after many.
const (
	firstRetry = time.Second
	pollRetry  = 5 * time.Second // where polls are answered and streams are not
	lastRetry  = time.Minute
)

// Follow hands on the messages after a cursor, those that are there and those
// that come, until ctx ends or each fails. Nothing falls between poll and stream
// and nothing comes twice: after every connection the inbox is polled from the
// last message on (KEZ-RELAY-069). state, if not nil, hears nil when the relay
// answers and the error when it does not.
func (in Inbox) Follow(ctx context.Context, from Cursor, each func(Arrived) error, state func(error)) error {
	f := &follower{Inbox: in, at: from, each: each, state: state}
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		f.polled = false
		err := f.once(ctx)
		if f.failed != nil {
			return f.failed
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if permanent(err) {
			return err
		}
		if state != nil {
			state(err)
		}
		if f.polled {
			wait = pollRetry
		}
		if f.streamed {
			wait, f.streamed = firstRetry, false
		}
		if err := in.http.Pause(ctx, wait); err != nil {
			return err
		}
	}
}

// permanent reports failures that no waiting mends.
func permanent(err error) bool {
	for _, code := range []kez.Code{kez.AuthInvalid, kez.AuthMalformed, kez.AuthMissing, kez.AuthStale, kez.AuthFuture,
		kez.HandleInvalid, kez.HandleUnknown, kez.CLIKeyStore} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

type follower struct {
	Inbox
	at               Cursor
	each             func(Arrived) error
	state            func(error)
	polled, streamed bool
	failed           error // of each
}

// once polls and streams until something breaks off.
func (f *follower) once(ctx context.Context) error {
	if err := f.drain(ctx); err != nil {
		return err
	}
	f.polled = true
	if f.state != nil {
		f.state(nil)
	}
	s, err := f.Stream(ctx, f.at.Seq)
	if err != nil {
		return err
	}
	defer s.Close()
	f.streamed = true
	// A relay that ignores Last-Event-ID streams only what comes from now on.
	if err := f.drain(ctx); err != nil {
		return err
	}
	for {
		row, err := s.Next()
		if err != nil {
			return err
		}
		if row.Seq <= f.at.Seq {
			continue // polled already
		}
		next := Cursor{row.Seq, f.at.Epoch}
		if f.failed = f.each(Arrived{Rows: []Row{row}, Cursor: next}); f.failed != nil {
			return f.failed
		}
		f.at = next
	}
}

func (f *follower) drain(ctx context.Context) (err error) {
	f.at, err = f.Drain(ctx, f.at, func(a Arrived) error {
		f.failed = f.each(a)
		return f.failed
	})
	return err
}
