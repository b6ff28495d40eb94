package session

import (
	"errors"
	"slices"
	"testing"
	"time"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/kez"
)

// KEZ-MSG-022, 035: a message that waited longer than a recipient takes it is sealed
// anew when it goes out, and keeps its number.
func TestLongQueueIsShown(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	send(t, alice, "bob", "0")
	w.Fault("/**", httpfake.Drop())
	if _, err := alice.Send(t.Context(), id(t, "bob"), "long ago"); !errors.Is(err, kez.ChannelUnreachable) {
		t.Fatal(err)
	}
	w.pass(9 * 24 * time.Hour)
	if _, err := alice.Send(t.Context(), id(t, "bob"), "just now"); !errors.Is(err, kez.ChannelUnreachable) {
		t.Fatal(err)
	}
	w.pass(-time.Hour) // the clock was ahead, and is set
	w.ClearFaults()
	if sent, left, err := alice.Flush(t.Context()); sent != 2 || left != 0 || err != nil {
		t.Fatalf("%d sent, %d left, %v", sent, left, err)
	}
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"0", "long ago", "just now"}) || len(refusals(t, bob)) != 0 {
		t.Errorf("%q, %v", got, refusals(t, bob))
	}
	if p, _ := bob.Peer(t.Context(), id(t, "alice")); p.Missing != 0 {
		t.Errorf("%+v", p)
	}
}

// A relay that stores by another time than the sender's makes what it took
// unreadable: the sender is told.
func TestSentByAWrongClock(t *testing.T) {
	w := newWorld(t)
	alice := w.person(t, "alice").registered()
	w.person(t, "bob").registered()
	resolve(t, alice, "bob")
	w.Fault("POST /v1/messages", httpfake.Status(201).Body(`{"seq":1,"created_at":"2026-07-01T00:00:00Z"}`))
	if m, err := alice.Send(t.Context(), id(t, "bob"), "hi"); !errors.Is(err, kez.MessageStale) || m.State != Failed {
		t.Errorf("%+v, %v", m, err)
	}
}
