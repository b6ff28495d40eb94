package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/chat"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// K-09: the same envelope in another row is shown once.
func TestK09_ReplayIsShownOnce(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	send(t, alice, "bob", "pay 5")
	envelope := w.Messages("bob")[0].Envelope
	spaced := append([]byte(" "), envelope...) // other bytes, the same envelope
	receive(t, bob)
	w.Deliver("bob", envelope, "2026-06-01T00:00:00Z")
	w.Deliver("bob", spaced, "2026-06-01T00:00:00Z")
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"pay 5"}) {
		t.Errorf("%q", got)
	}
	if got := refusals(t, bob); !slices.Equal(got, []kez.Code{kez.MessageReplayed, kez.MessageReplayed}) {
		t.Errorf("%v", got)
	}
	// Reading the inbox again refuses the same rows and no others.
	var codes []string
	if _, _, err := bob.Inbox(t.Context(), "", 0, func(l Listed) error { codes = append(codes, l.Code); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(codes, []string{"", "message.replayed", "message.replayed"}) || len(refusals(t, bob)) != 2 {
		t.Errorf("%q, %v", codes, refusals(t, bob))
	}
}

// K-10: mail that is read late is judged by the time at which it was stored.
func TestK10_MailReadLateIsShown(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	send(t, alice, "bob", "hello")
	w.pass(8 * 24 * time.Hour)
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"hello"}) {
		t.Errorf("%q", got)
	}
	// Stored late it is refused, and stops nothing (KEZ-MSG-022, 027).
	w.Intercept(func(to string, envelope []byte) [][]byte { return nil })
	send(t, alice, "bob", "held back")
	w.Intercept(nil)
	late := mustSeal(t, alice, "bob", w.now())
	w.pass(7*24*time.Hour + time.Second)
	w.Deliver("bob", late, kez.FormatTime(w.now()))
	send(t, alice, "bob", "after it")
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"hello", "after it"}) || !slices.Equal(refusals(t, bob), []kez.Code{kez.MessageStale}) {
		t.Errorf("%q, %v", got, refusals(t, bob))
	}
}

// What a relay invents without end neither ends up in memory nor fills the disk.
func TestEndlessRelay(t *testing.T) {
	w := newWorld(t)
	bob := w.person(t, "bob").registered()
	const most, more = 500, 250
	bob.maxListed = most
	for i := range most + more {
		w.Deliver("bob", fmt.Appendf(nil, `{"v":%d}`, i+2), "2026-06-01T00:00:00Z")
	}
	n := 0
	end, left, err := bob.Inbox(t.Context(), "", 0, func(Listed) error { n++; return nil })
	if err != nil || !left || n != most || end.Seq != most {
		t.Errorf("%d rows, %+v, %v, %v", n, end, left, err)
	}
	end, left, err = bob.Inbox(t.Context(), "", end.Seq, func(Listed) error { n++; return nil })
	if err != nil || left || n != most+more || end.Seq != most+more {
		t.Errorf("%d rows, %+v, %v, %v", n, end, left, err)
	}
	if info, err := os.Stat(bob.history.Path()); err != nil || info.Size() > 1<<20 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
	if len(refusals(t, bob)) != maxRefused {
		t.Errorf("%d are listed", len(refusals(t, bob)))
	}
}

// A relay that knows no policies, as other builds have none, is read all the same.
func TestRelayWithoutPolicies(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	w.Fault("PUT /v1/**", httpfake.Status(404))
	if err := bob.SetPolicy(t.Context(), Policy{Accept: relay.AcceptRegistered}); err == nil {
		t.Error("it is said to be set at the relay")
	}
	send(t, alice, "bob", "hello")
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"hello"}) {
		t.Errorf("%q", got)
	}
}

// A relay that is another one each time it is asked is not read for ever.
func TestFlappingEpochs(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	for _, body := range []string{"1", "2"} {
		send(t, alice, "bob", body)
	}
	receive(t, bob)
	polls := 0
	w.OnPoll(func() { polls++; w.NewLife(2) })
	if _, err := bob.Receive(t.Context()); !errors.Is(err, kez.ChannelBadContent) || polls > 20 {
		t.Errorf("%d polls, %v", polls, err)
	}
	w.OnPoll(nil)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("%q", got)
	}
}

// A relay that sends a message back to its sender, opens for another, or gives
// anything at all is refused, and what follows is read.
func TestHostileRelay(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	carol := w.person(t, "carol").registered()
	send(t, alice, "bob", "one")
	send(t, alice, "carol", "for Carol")
	mine, hers := w.Messages("bob")[0].Envelope, w.Messages("carol")[0].Envelope
	var m map[string]any
	if err := json.Unmarshal(mine, &m); err != nil {
		t.Fatal(err)
	}
	m["from"] = id(t, "carol").String()
	forged, _ := json.Marshal(m)
	for _, bad := range [][]byte{hers, forged, []byte(`null`), []byte(`[]`), []byte(`"x"`), []byte(`{"v":2}`), []byte(`{}`), []byte(strings.Repeat("[", 9000) + strings.Repeat("]", 9000))} {
		w.Deliver("bob", bad, "2026-06-01T00:00:00Z")
	}
	w.Deliver("bob", mine, "yesterday")
	send(t, alice, "bob", "two")
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("%q", got)
	}
	want := []kez.Code{kez.MessageStale, kez.JSONDepth, kez.MessageVersion, kez.MessageVersion, kez.JSONType, kez.JSONType, kez.JSONType, kez.SignatureInvalid, kez.MessageNotForMe}
	if got := refusals(t, bob); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	w.Deliver("alice", mine, "2026-06-01T00:00:00Z")
	receive(t, alice)
	if got := refusals(t, alice); !slices.Equal(got, []kez.Code{kez.MessageNotForMe}) {
		t.Errorf("%v", got)
	}
	reflected := mustSeal(t, carol, "bob", w.now()) // from Carol, to Bob
	w.Deliver("carol", reflected, "2026-06-01T00:00:00Z")
	receive(t, carol)
	if got := refusals(t, carol); !slices.Equal(got, []kez.Code{kez.MessageNotForMe}) {
		t.Errorf("%v", got)
	}
	if got := bodies(t, carol, "alice"); !slices.Equal(got, []string{"for Carol"}) {
		t.Errorf("%q", got)
	}
}

// R-22, KEZ-RELAY-065: after a new epoch everything is read again, and nothing
// is shown twice.
func TestR22_NewEpochIsReadWithoutDoubles(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	for _, body := range []string{"1", "2", "3"} {
		send(t, alice, "bob", body)
	}
	receive(t, bob)
	w.Deliver("bob", []byte(`{"v":2}`), "2026-06-01T00:00:00Z")
	receive(t, bob)
	w.NewLife(2) // the third and the odd one are gone
	send(t, alice, "bob", "4")
	w.Deliver("bob", []byte(`{"v":2}`), "2026-06-01T00:00:00Z")
	events := receive(t, bob)
	if len(events) != 1 || events[0].Message.Body != "4" {
		t.Errorf("%+v", events)
	}
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"1", "2", "3", "4"}) || len(refusals(t, bob)) != 1 {
		t.Errorf("%q, %v", got, refusals(t, bob))
	}
}

// mustSeal seals a message outside of what the session keeps.
func mustSeal(t *testing.T, s *Session, to string, at time.Time) []byte {
	t.Helper()
	return sealBy(t, s.o.Key, id(t, to), "x", at)
}

func sealBy(t *testing.T, from *keys.Private, to kez.Identity, body string, at time.Time) []byte {
	t.Helper()
	sealer, err := chat.NewSealer(from)
	if err != nil {
		t.Fatal(err)
	}
	data, err := sealer.Seal(to, chat.Plaintext{Body: body, SentAt: at})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A key that was erased meanwhile refuses nothing: the messages are read later.
func TestErasedKeyLosesNothing(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "bob")
	alice, bob := w.person(t, "alice").registered(), people.registered()
	send(t, alice, "bob", "hello")
	rows := w.Messages("bob")
	bob.o.Key.Erase()
	page := relay.Arrived{Rows: []relay.Row{{Seq: rows[0].Seq, Envelope: rows[0].Envelope, CreatedAt: rows[0].CreatedAt}}, Cursor: relay.Cursor{Seq: 1, Epoch: "life-1"}}
	if all, err := bob.take(t.Context(), "relay.test", page, true); !errors.Is(err, kez.CLIKeyStore) {
		t.Errorf("%+v, %v", all, err)
	}
	bob.Close()
	bob = people.session()
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"hello"}) || len(refusals(t, bob)) != 0 {
		t.Errorf("%q, %v", got, refusals(t, bob))
	}
}

// Another relay that takes the name of the first, and its epoch, moves no cursor
// of it and changes no key.
func TestRelayOfTheSameName(t *testing.T) {
	w, evil := newWorld(t), newWorld(t)
	people := w.person(t, "bob")
	alice, bob := w.person(t, "alice").registered(), people.registered()
	send(t, bob, "alice", "hi")
	people.w = evil
	there := people.registered()
	for range 50 {
		evil.Deliver("bob", []byte(`{"v":2}`), "2026-06-01T00:00:00Z")
	}
	receive(t, there)
	lie, err := relay.SignRegistration("alice", "relay.test", key(t, "mall"), w.now())
	if err != nil {
		t.Fatal(err)
	}
	evil.person(t, "alice").registered()
	evil.Swap("alice", lie.Text)
	if _, err := there.Resolve(t.Context(), "alice"); !errors.Is(err, kez.MessagePeerChanged) {
		t.Error(err)
	}
	there.Close()
	send(t, alice, "bob", "seq 2 here")
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"hi", "seq 2 here"}) {
		t.Errorf("%q", got)
	}
}
