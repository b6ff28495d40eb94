package session

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/fakes/relayfake"
	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// The key pairs of the specification, and a third one.
var seeds = map[string]string{
	"alice": "0000000000000000000000000000000000000000000000000000000000000000",
	"bob":   "09451c0f06588db78205e32a793536e15ae263c8f9ee6d14f5c6fd82b8bd20da",
	"carol": "9df434a2bd5dc767ee949d8ab95ca09c4ebbb88cefc3d0b1523f6b2a744ca824",
	"mall":  "1111111111111111111111111111111111111111111111111111111111111111",
}

func key(t testing.TB, name string) *keys.Private {
	t.Helper()
	k, err := keys.ParseSeedHex(seeds[name])
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// world is a relay with a clock that only the test moves.
type world struct {
	*relayfake.Server
	mu    sync.Mutex
	clock time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{clock: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
	var err error
	if w.Server, err = relayfake.Start("relay.test", w.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.Close()
		if unknown := w.Unknown(); len(unknown) > 0 {
			t.Errorf("unknown requests: %v", unknown)
		}
	})
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

// person opens sessions on one home, one a process.
type person struct {
	t    testing.TB
	w    *world
	name string
	home *home.Home
	with func(*Options)
}

func (w *world) person(t testing.TB, name string) *person {
	t.Helper()
	h, err := home.Open(filepath.Join(t.TempDir(), name))
	if err != nil {
		t.Fatal(err)
	}
	return &person{t: t, w: w, name: name, home: h}
}

func (p *person) session() *Session {
	p.t.Helper()
	client, err := relay.NewClient(p.w.URL(), relay.ClientOptions{Version: "test", Now: p.w.now, Patience: time.Millisecond,
		Wait: func(ctx context.Context, d time.Duration) error {
			if d < queueCheck { // the waits of patience and of Follow
				return ctx.Err()
			}
			<-ctx.Done() // the long ones are no part of these tests
			return ctx.Err()
		}})
	if err != nil {
		p.t.Fatal(err)
	}
	o := Options{Home: p.home, Key: key(p.t, p.name), Relay: client}
	if p.with != nil {
		p.with(&o)
	}
	s, err := Open(p.t.Context(), o)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { s.Close() })
	return s
}

// registered opens a session with a handle of the person's name.
func (p *person) registered() *Session {
	p.t.Helper()
	s := p.session()
	if _, _, err := s.Register(p.t.Context(), p.name); err != nil {
		p.t.Fatal(err)
	}
	return s
}

func id(t testing.TB, name string) kez.Identity { return key(t, name).Identity() }

func resolve(t testing.TB, s *Session, to string) Peer {
	t.Helper()
	p, err := s.Resolve(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func send(t testing.TB, s *Session, to, body string) Message {
	t.Helper()
	m, err := s.Send(t.Context(), resolve(t, s, to).Primary, body)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func receive(t testing.TB, s *Session) []Event {
	t.Helper()
	events, err := s.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// bodies are what a thread shows.
func bodies(t testing.TB, s *Session, peer string) []string {
	t.Helper()
	thread, err := s.Thread(t.Context(), id(t, peer), -1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range thread {
		all = append(all, m.Body)
	}
	return all
}

func refusals(t testing.TB, s *Session) []kez.Code {
	t.Helper()
	list, err := s.Refusals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []kez.Code
	for _, r := range list {
		all = append(all, r.Code)
	}
	return all
}
