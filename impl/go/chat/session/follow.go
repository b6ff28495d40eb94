package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// EventKind says what happened.
type EventKind string

// Kinds of events.
const (
	EventMessage EventKind = "message" // Message came
	EventRefused EventKind = "refused" // Refused came
	EventSent    EventKind = "sent"    // Message, which was queued, is sent, or failed
	EventPeer    EventKind = "peer"    // Peer is known better: a name, proven accounts
	EventChanged EventKind = "changed" // the relay names another key for Peer; Err says so
	EventOnline  EventKind = "online"  // the relay answers
	EventOffline EventKind = "offline" // it does not; Err says why
)

// Event is one thing that happened.
type Event struct {
	Kind    EventKind
	Peer    Peer    // of the message, or of the news
	Message Message // Peer, Body and so on
	Refused Refused
	Err     error
}

// Receive sends what is queued and takes everything that the relay has. An error
// comes with the events before it.
func (s *Session) Receive(ctx context.Context) ([]Event, error) {
	var events []Event
	f := &following{s: s, each: func(e Event) { events = append(events, e) }}
	in, from, err := s.inbox(ctx, "")
	if err != nil {
		return nil, err
	}
	f.server = in.server
	if err := f.catchUp(ctx); err != nil {
		return events, err
	}
	rows := 0
	_, err = in.Drain(ctx, from, func(a relay.Arrived) error {
		if rows += len(a.Rows); rows > maxListed {
			return errFull // the rest comes with the next call
		}
		return f.take(ctx, a)
	})
	if errors.Is(err, errFull) {
		err = nil
	}
	return events, err
}

// queueCheck is how often Follow looks whether something waits to be sent.
const queueCheck = 15 * time.Second

// Follow tells what comes, as it comes, until ctx ends. Events come one at a
// time. What is queued is sent whenever the relay answers.
func (s *Session) Follow(ctx context.Context, each func(Event)) error {
	f := &following{s: s, each: each}
	in, from, err := s.inbox(ctx, "")
	for wait := time.Second; err != nil; wait = min(2*wait, time.Minute) {
		if !Unreachable(err) {
			return err
		}
		f.connected(err)
		if err := s.o.Relay.Pause(ctx, wait); err != nil {
			return err
		}
		in, from, err = s.inbox(ctx, "")
	}
	f.server = in.server
	ctx, cancel := context.WithCancel(ctx)
	var sender sync.WaitGroup
	defer sender.Wait()
	defer cancel()
	sender.Go(func() {
		for s.o.Relay.Pause(ctx, queueCheck) == nil {
			_ = f.catchUp(ctx) // what fails is tried again
		}
	})
	return in.Follow(ctx, from, func(a relay.Arrived) error { return f.take(ctx, a) }, func(err error) {
		f.connected(err)
		if err == nil {
			_ = f.catchUp(ctx) // what fails is tried again
		}
	})
}

// ours keeps failures of this machine and drops those of the relay: whatever it
// does not do, what came is read.
func ours(err error) error {
	if errors.Is(err, context.Canceled) || strings.HasPrefix(string(kez.CodeOf(err)), "cli.") || err != nil && kez.CodeOf(err) == "" {
		return err
	}
	return nil
}

// inboxAt is an inbox of the relay whose name is known.
type inboxAt struct {
	relay.Inbox
	server string
}

// inbox gives the inbox of a handle, "" for the user's own, and how far it was
// read.
func (s *Session) inbox(ctx context.Context, handle string) (in inboxAt, from relay.Cursor, err error) {
	me := Me{Handle: handle}
	if handle == "" {
		if me, err = s.FindMe(ctx); err != nil {
			return in, from, err
		}
	}
	server, err := s.serverName(ctx)
	if err != nil {
		return in, from, err
	}
	err = s.history.View(ctx, func(r *history.Reader) error {
		var record inboxRecord
		_, err := r.Get(s.inboxName(server), &record)
		from = record.Cursor
		return err
	})
	return inboxAt{relay.Inbox{Client: s.o.Relay, Handle: me.Handle, Key: s.o.Key}, server}, from, err
}

// following turns rows into events.
type following struct {
	s      *Session
	server string

	mu   sync.Mutex
	each func(Event)
	last EventKind // of those about the connection

	asked map[kez.Identity]time.Time // whom settle asked the relay about
}

func (f *following) tell(e Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.each(e)
}

// connected tells of a connection that came or went, once.
func (f *following) connected(err error) {
	kind := EventOnline
	if err != nil {
		kind = EventOffline
	}
	if kind != f.last {
		f.last = kind
		f.tell(Event{Kind: kind, Err: err})
	}
}

// catchUp sends what is queued and tells the relay what it has not heard of.
func (f *following) catchUp(ctx context.Context) error {
	_, _, err := f.s.flush(ctx, nil, func(m Message) {
		peer, err := f.s.Peer(ctx, m.Peer)
		if err == nil {
			f.tell(Event{Kind: EventSent, Peer: peer, Message: m})
		}
	})
	if err := ours(err); err != nil {
		return err
	}
	return ours(f.s.push(ctx))
}

// take stores rows, learns the names of their senders, and tells what is new. A
// row that another process took meanwhile is new to this one as long as nobody
// has read it.
func (f *following) take(ctx context.Context, a relay.Arrived) error {
	all, err := f.s.take(ctx, f.server, a, true)
	if err != nil {
		return err
	}
	// What is stored is told, also where the names cannot be asked for.
	if err := ours(f.settle(ctx)); err != nil && ctx.Err() == nil {
		return err
	}
	for _, one := range all {
		switch {
		case one.blocked, one.known && one.refused.Code != "":
		case one.refused.Code != "":
			f.tell(Event{Kind: EventRefused, Refused: one.refused})
		default:
			peer, err := f.s.Peer(ctx, one.message.Peer)
			if err != nil {
				return err
			}
			if unread := one.message.N >= peer.Messages-peer.Unread; one.known && (!unread || a.Restarted) {
				continue
			}
			f.tell(Event{Kind: EventMessage, Peer: peer, Message: one.message})
		}
	}
	return nil
}

// Bounds of what strangers can make a client ask.
const (
	maxLookups = 20               // a time
	lookTime   = 20 * time.Second // for the accounts of one, and for all but the last
	lookAgain  = 5 * time.Minute  // between two looks at one
)

// settle learns the names of new senders, and whether they have the accounts
// that the user asks of strangers. Who waited longest comes first, so that a
// crowd keeps nobody out.
func (f *following) settle(ctx context.Context) error {
	peers, err := f.s.Peers(ctx)
	if err != nil {
		return err
	}
	begin := f.s.now()
	var waiting []Peer
	for _, p := range slices.Backward(peers) { // the oldest message first
		nameless := p.Handle == "" && (p.Status == Request || p.Status == Contact) && p.Messages > 0
		asked, before := f.asked[p.Primary]
		if (nameless || p.Status == Held) && !(before && begin.Sub(asked) < lookAgain) {
			waiting = append(waiting, p)
		}
	}
	slices.SortStableFunc(waiting, func(a, b Peer) int { return a.AskedAt.Compare(b.AskedAt) })
	for _, p := range waiting[:min(len(waiting), maxLookups)] {
		now := f.s.now()
		if now.Sub(begin) >= lookTime {
			return nil
		}
		if f.asked == nil {
			f.asked = map[kez.Identity]time.Time{}
		}
		f.asked[p.Primary] = now
		if err := f.learn(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (f *following) learn(ctx context.Context, p Peer) error {
	_, err := f.s.change(ctx, p.Primary, func(_ *history.Writer, r *peerRecord) error {
		r.AskedAt = f.s.now().UTC()
		return nil
	})
	if err != nil {
		return err
	}
	now, err := f.s.look(ctx, p.Primary, p.Status == Held, f.s.lookTime)
	if errors.Is(err, kez.HandleUnknown) { // writes from no handle
		if p.Status != Held {
			return nil
		}
		now, err = f.s.prove(ctx, p.Primary, nil, f.s.lookTime)
	}
	switch {
	case errors.Is(err, kez.MessagePeerChanged):
		f.tell(Event{Kind: EventChanged, Peer: now, Err: err})
		return nil
	case err != nil:
		return err
	}
	if now.Label() != p.Label() || now.Status != p.Status {
		f.tell(Event{Kind: EventPeer, Peer: now})
	}
	return nil
}
