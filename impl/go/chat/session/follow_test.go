package session

import (
	"context"
	"errors"
	"slices"
	"testing"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/kez"
)

// Follow tells messages as they come, sends what waits, and says when the relay
// is away.
func TestFollow(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "bob")
	alice, bob := w.person(t, "alice").registered(), people.registered()
	send(t, bob, "alice", "0")
	w.Fault("POST /v1/messages", httpfake.Drop().Times(1))
	if _, err := bob.Send(t.Context(), id(t, "alice"), "queued"); !errors.Is(err, kez.ChannelUnreachable) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	events := make(chan Event, 100)
	ended := make(chan error, 1)
	go func() { ended <- bob.Follow(ctx, func(e Event) { events <- e }) }()
	until := func(kind EventKind, body string) {
		t.Helper()
		for {
			select {
			case e := <-events:
				if e.Kind == kind && e.Message.Body == body {
					return
				}
			case err := <-ended:
				t.Fatalf("waiting for %s: %v", kind, err)
			}
		}
	}
	until(EventOnline, "")
	until(EventSent, "queued")
	send(t, alice, "bob", "live")
	until(EventMessage, "live")
	w.CutStreams()
	until(EventOffline, "")
	send(t, alice, "bob", "after the break")
	until(EventMessage, "after the break")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"0", "queued", "live", "after the break"}) {
		t.Errorf("%q", got)
	}
}
