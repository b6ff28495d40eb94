package session

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// What cannot be sent waits, in order, and is sent once.
func TestQueue(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "alice")
	alice, bob := people.registered(), w.person(t, "bob").registered()
	send(t, alice, "bob", "0")
	w.Fault("/**", httpfake.Drop())
	for i := 1; i <= 3; i++ {
		p := resolve(t, alice, "bob") // known without the relay
		m, err := alice.Send(t.Context(), p.Primary, fmt.Sprint(i))
		if !errors.Is(err, kez.ChannelUnreachable) || m.State != Queued {
			t.Fatalf("%+v, %v", m, err)
		}
	}
	if p, _ := alice.Peer(t.Context(), id(t, "bob")); p.Queued != 3 {
		t.Errorf("%+v", p)
	}
	if _, err := alice.Resolve(t.Context(), "carol"); !errors.Is(err, kez.ChannelUnreachable) {
		t.Error(err)
	}
	alice.Close()
	alice = people.session() // a restart loses nothing
	// The relay stores the first and its answer is lost; then it has time for one.
	w.ClearFaults()
	w.Fault("POST /v1/messages", httpfake.Pass().Truncate(3).Times(1))
	if sent, left, err := alice.Flush(t.Context()); sent != 0 || left != 3 || err == nil {
		t.Errorf("%d sent, %d left, %v", sent, left, err)
	}
	send(t, alice, "bob", "4")
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"0", "1", "2", "3", "4"}) {
		t.Errorf("%q", got)
	}
	if p, _ := alice.Peer(t.Context(), id(t, "bob")); p.Queued != 0 {
		t.Errorf("%+v", p)
	}
	if n := len(w.Messages("bob")); n != 5 {
		t.Errorf("%d rows", n)
	}
}

// What a relay refuses for good is told, and the queue goes on.
func TestRefusalsOfTheRelay(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	for _, test := range []struct {
		fault httpfake.Fault
		code  kez.Code
	}{
		{httpfake.Status(429).Body(`{"error":"message.quota","message":"full","hint":""}`), kez.MessageQuota},
		{httpfake.Status(403).Body(`{"error":"message.policy","message":"no","hint":""}`), kez.MessagePolicy},
		{httpfake.Status(403).Body(`{"error":"message.blocked","message":"no","hint":""}`), kez.MessageBlocked},
		{httpfake.Status(413).Body(`{"error":"message.too_large","message":"no","hint":""}`), kez.MessageTooLarge},
	} {
		w.Fault("POST /v1/messages", test.fault)
		m, err := alice.Send(t.Context(), resolve(t, alice, "bob").Primary, "x")
		if !errors.Is(err, test.code) || m.State != Failed || m.Code != test.code {
			t.Errorf("%s: %+v, %v", test.code, m, err)
		}
		w.ClearFaults()
	}
	send(t, alice, "bob", "at last")
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"at last"}) {
		t.Errorf("%q", got)
	}
	// Four were never there: the gap says so.
	if p, _ := bob.Peer(t.Context(), id(t, "alice")); p.Missing != 4 {
		t.Errorf("%+v", p)
	}
}

// K-06: a nonce that was used before is refused, also after a restart.
func TestK06_NonceIsNeverUsedTwice(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "alice")
	alice := people.registered()
	w.person(t, "bob").registered()
	nonce := [12]byte{1, 2, 3}
	alice.sealer.TestOnlyFixedNonce(nonce)
	send(t, alice, "bob", "one")
	if _, err := alice.Send(t.Context(), id(t, "bob"), "two"); !errors.Is(err, kez.CLIKeyStore) {
		t.Error(err)
	}
	alice.Close()
	alice = people.session()
	alice.sealer.TestOnlyFixedNonce(nonce)
	if _, err := alice.Send(t.Context(), id(t, "bob"), "three"); !errors.Is(err, kez.CLIKeyStore) {
		t.Error(err)
	}
	if got := bodies(t, alice, "bob"); !slices.Equal(got, []string{"one"}) || len(w.Messages("bob")) != 1 {
		t.Errorf("%q, %d rows", got, len(w.Messages("bob")))
	}
}

// What is queued for a key that changed waits for the user's word, stops nobody
// else's messages, and never goes to the new key.
func TestQueueForAChangedKey(t *testing.T) {
	w := newWorld(t)
	alice := w.person(t, "alice").registered()
	w.person(t, "bob").registered()
	carol := w.person(t, "carol").registered()
	send(t, alice, "bob", "0")
	send(t, alice, "carol", "0")
	w.Fault("/**", httpfake.Drop())
	for _, peer := range []string{"bob", "carol"} {
		if m, err := alice.Send(t.Context(), id(t, peer), "1"); !errors.Is(err, kez.ChannelUnreachable) || m.State != Queued {
			t.Fatalf("%+v, %v", m, err)
		}
	}
	w.ClearFaults()
	lie, err := relay.SignRegistration("bob", "relay.test", key(t, "mall"), w.now())
	if err != nil {
		t.Fatal(err)
	}
	w.Swap("bob", lie.Text)
	if sent, left, err := alice.Flush(t.Context()); sent != 1 || left != 1 || err != nil {
		t.Errorf("%d sent, %d left, %v", sent, left, err)
	}
	receive(t, carol)
	if got := bodies(t, carol, "alice"); !slices.Equal(got, []string{"0", "1"}) {
		t.Errorf("%q", got)
	}
	if _, err := alice.AcceptChange(t.Context(), id(t, "bob")); err != nil {
		t.Fatal(err)
	}
	if sent, left, err := alice.Flush(t.Context()); sent != 0 || left != 0 || err != nil {
		t.Errorf("%d sent, %d left, %v", sent, left, err)
	}
	thread, err := alice.Thread(t.Context(), id(t, "bob"), -1, 10)
	if err != nil || thread[1].State != Failed || thread[1].Code != kez.MessagePeerChanged {
		t.Errorf("%+v, %v", thread, err)
	}
	if n := len(w.Messages("bob")); n != 1 {
		t.Errorf("%d messages at the handle", n)
	}
}
