package tui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"kez.lat/kez/fakes/relayfake"
	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

const (
	aliceSeed = "0000000000000000000000000000000000000000000000000000000000000000"
	bobSeed   = "09451c0f06588db78205e32a793536e15ae263c8f9ee6d14f5c6fd82b8bd20da"
	carolSeed = "9df434a2bd5dc767ee949d8ab95ca09c4ebbb88cefc3d0b1523f6b2a744ca824"
)

// patience is how long a test waits for what has to come.
const patience = 30 * time.Second

func startRelay(t *testing.T) *relayfake.Server {
	t.Helper()
	s, err := relayfake.Start("relay.test", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// opens gives a function that opens the session of a seed in a home.
func opens(t *testing.T, base, dir string) func(ctx context.Context, seed string) (Opened, error) {
	return func(ctx context.Context, seed string) (Opened, error) {
		key, err := keys.ParseSeedHex(seed)
		if err != nil {
			return Opened{}, err
		}
		h, err := home.Open(dir)
		if err != nil {
			t.Error(err)
			return Opened{}, err
		}
		client, err := relay.NewClient(base, relay.ClientOptions{Version: "test"})
		if err != nil {
			t.Error(err)
			return Opened{}, err
		}
		s, err := session.Open(ctx, session.Options{Home: h, Key: key, Relay: client})
		if err != nil {
			return Opened{}, err
		}
		return Opened{s, func() error { defer key.Erase(); return s.Close() }}, nil
	}
}

// someone is a session without a screen, registered under a handle.
func someone(t *testing.T, base, seed, handle string) *session.Session {
	t.Helper()
	opened, err := opens(t, base, filepath.Join(t.TempDir(), "home"))(t.Context(), seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	if _, _, err := opened.Session.Register(t.Context(), handle); err != nil {
		t.Fatal(err)
	}
	return opened.Session
}

// played is a program whose terminal is the test.
type played struct {
	*world
	p    *program
	msgs chan tea.Msg
	work sync.WaitGroup
}

func play(t *testing.T, base, seed string) *played {
	t.Helper()
	open := opens(t, base, filepath.Join(t.TempDir(), "home"))
	opened, err := open(t.Context(), seed)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, newModel("the seed", time.UTC)}
	r := &runner{o: Options{Unlock: open}}
	pl := &played{world: w, p: &program{w.m, r}, msgs: make(chan tea.Msg, 64)}
	ended := make(chan struct{})
	r.send = func(m tea.Msg) {
		select {
		case pl.msgs <- m:
		case <-ended:
		}
	}
	r.begin(t.Context(), opened)
	t.Cleanup(func() {
		close(ended)
		if err := r.end(); err != nil {
			t.Error(err)
		}
		pl.work.Wait()
	})
	pl.do(pl.p.Init())
	return pl
}

// do runs commands as the program would.
func (pl *played) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	pl.work.Go(func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, one := range msg {
				pl.do(one)
			}
		default:
			pl.p.r.send(msg)
		}
	})
}

// until takes in what happens until the screen shows a text.
func (pl *played) until(text string) {
	pl.Helper()
	late := time.After(patience)
	for !strings.Contains(pl.screen(), text) {
		select {
		case msg := <-pl.msgs:
			_, cmd := pl.p.Update(msg)
			pl.do(cmd)
		case <-late:
			pl.Fatalf("the screen never has %q:\n%s", text, pl.screen())
		}
	}
}

// settle takes in what happens until every text is in the history.
func (pl *played) settle() {
	pl.Helper()
	late := time.After(patience)
	for len(pl.m.outbox) > 0 {
		select {
		case msg := <-pl.msgs:
			_, cmd := pl.p.Update(msg)
			pl.do(cmd)
		case <-late:
			pl.Fatalf("%d texts are still to be sent", len(pl.m.outbox))
		}
	}
}

func (pl *played) press(names ...string) {
	pl.Helper()
	for _, name := range names {
		_, cmd := pl.p.Update(keyPress(pl.T, name))
		pl.do(cmd)
	}
}

func (pl *played) write(text string) {
	pl.Helper()
	_, cmd := pl.p.Update(tea.PasteMsg{Content: text})
	pl.do(cmd)
	pl.press("enter")
}

// bodies is what somebody got.
func bodies(t *testing.T, s *session.Session) (all []string) {
	t.Helper()
	events, err := s.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == session.EventMessage {
			all = append(all, e.Message.Body)
		}
	}
	return all
}

func say(t *testing.T, s *session.Session, to, body string) {
	t.Helper()
	peer, err := s.Resolve(t.Context(), to)
	if err == nil {
		_, err = s.Send(t.Context(), peer.Primary, body)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestConversation(t *testing.T) {
	fake := startRelay(t)
	bob := someone(t, fake.URL(), bobSeed, "bob")
	a := play(t, fake.URL(), aliceSeed)
	a.until("R registers one")
	a.press("R")
	a.write("@alice")
	a.until("you are @alice at relay.test")
	a.until(" online")
	a.press("n")
	a.write("nobody")
	a.until("(handle.unknown)")
	a.press("n")
	a.write("bob")
	a.until("> @bob")
	for _, text := range []string{"one", "two", "three"} {
		a.write(text)
	}
	a.until("three")
	a.settle()
	if got := strings.Join(bodies(t, bob), " "); got != "one two three" {
		t.Errorf("bob got %q", got)
	}
	say(t, bob, "alice", "hello alice \x1b[2J")
	a.until(`hello alice \u001b[2J`)
	a.press("esc")
	say(t, bob, "alice", "while you look elsewhere")
	a.until("1 new message")
	a.press("enter")
	a.until("elsewhere")
	for strings.Contains(a.screen(), "1 new message") {
		a.until(" online")
		_, cmd := a.p.Update(<-a.msgs)
		a.do(cmd)
	}
}

func TestStrangerGarbageAndChangedKey(t *testing.T) {
	fake := startRelay(t)
	bob := someone(t, fake.URL(), bobSeed, "bob")
	carol := someone(t, fake.URL(), carolSeed, "carol")
	a := play(t, fake.URL(), aliceSeed)
	a.until("R registers one")
	a.press("R")
	a.write("alice")
	a.until(" online")
	say(t, carol, "alice", "may I?")
	a.until("> @carol")
	a.press("enter", "b", "y")
	a.until("@carol is blocked")
	if got := fake.Settings("alice"); !strings.Contains(got, strings.TrimPrefix(carolKey(t), "ed25519:")) {
		t.Errorf("the relay heard %s", got)
	}
	fake.Deliver("alice", []byte(`{"v":1,"garbage":true}`), "2026-06-01T00:00:00Z")
	a.until("a message was refused: ")
	a.press("r")
	a.until("2026-06-01T00:00:00Z  ")
	a.press("esc")

	say(t, bob, "alice", "hi, it is bob")
	a.until("   @bob")
	a.press("up", "enter", "a")
	a.until("@bob is accepted")
	a.press("enter")
	a.write("hi bob")
	a.until("hi bob")
	other, err := relay.SignRegistration("bob", "relay.test", seed(t, carolSeed), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	fake.Swap("bob", other.Text)
	a.write("for the real bob")
	a.until("KEY CHANGED")
	a.until("(" + string(kez.MessagePeerChanged) + ")")
	a.press("v")
	a.until("With the key that the relay names now")
	a.press("esc", "t")
	a.write("yes")
	a.until("you blocked") // the relay names carol, whom alice blocked
}

func seed(t *testing.T, hex string) *keys.Private {
	t.Helper()
	key, err := keys.ParseSeedHex(hex)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func carolKey(t *testing.T) string { return seed(t, carolSeed).Identity().String() }

func TestLockEndsTheSession(t *testing.T) {
	fake := startRelay(t)
	bob := someone(t, fake.URL(), bobSeed, "bob")
	a := play(t, fake.URL(), aliceSeed)
	a.until("R registers one")
	a.press("R")
	a.write("alice")
	a.until(" online")
	a.press("n")
	a.write("bob")
	a.until("> @bob")
	a.write("before")
	a.settle()
	a.until("before")
	before := a.p.r.now.Session
	a.press("esc", "ctrl+l")
	a.until("Locked")
	for a.m.busy != "" {
		_, cmd := a.p.Update(<-a.msgs)
		a.do(cmd)
	}
	if _, err := before.Peers(t.Context()); !errors.Is(err, kez.CLIKeyStore) {
		t.Errorf("the session still answers: %v", err)
	}
	if a.p.r.do(1, loadPeers{}) != nil {
		t.Error("the runner still works for the locked session")
	}
	say(t, bob, "alice", "while you were locked")
	a.write("not a seed")
	a.until("(cli.usage)")
	a.hides("before", "bob")
	a.write(aliceSeed)
	a.until("while you were locked")
	a.until("before")
	if a.m.life != 2 || a.p.r.life != 2 {
		t.Errorf("lives %d and %d", a.m.life, a.p.r.life)
	}
}

// A long body is kept in part, and read whole.
func TestLongBody(t *testing.T) {
	fake := startRelay(t)
	bob := someone(t, fake.URL(), bobSeed, "bob")
	a := play(t, fake.URL(), aliceSeed)
	a.until("R registers one")
	a.press("R")
	a.write("alice")
	a.until(" online")
	say(t, bob, "alice", strings.Repeat("all work and no play ", 5000)+"the end")
	a.until("105,007 bytes in all: o reads it whole")
	if got := len(a.m.thread.messages[0].Body); got != maxShown {
		t.Errorf("%d bytes are kept", got)
	}
	a.press("o")
	a.until("@bob, ")
	a.press("end")
	a.until("the end")
}
