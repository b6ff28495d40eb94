package session

import (
	"context"
	"errors"
	"slices"
	"testing"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// K-12: the second lookup names another primary.
func TestK12_ChangedPeerStopsLoudly(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "alice")
	rotated := false
	people.with = func(o *Options) {
		o.Successor = func(_ context.Context, primary kez.Identity) (kez.Identity, error) {
			if rotated && primary == id(t, "bob") {
				return id(t, "mall"), nil
			}
			return kez.Identity{}, nil
		}
	}
	alice := people.registered()
	w.person(t, "bob").registered()
	send(t, alice, "bob", "for Bob")
	lie, err := relay.SignRegistration("bob", "relay.test", key(t, "mall"), w.now())
	if err != nil {
		t.Fatal(err)
	}
	w.Swap("bob", lie.Text)

	_, err = alice.Resolve(t.Context(), "bob")
	if !errors.Is(err, kez.MessagePeerChanged) {
		t.Fatal(err)
	}
	if _, err := alice.Send(t.Context(), id(t, "bob"), "a secret"); !errors.Is(err, kez.MessagePeerChanged) {
		t.Fatal(err)
	}
	if n := len(w.Messages("bob")); n != 1 {
		t.Errorf("%d messages went out", n)
	}
	p, err := alice.Peer(t.Context(), id(t, "bob"))
	if err != nil || p.Name != "@bob" || p.Changed == nil || p.Changed.New != id(t, "mall") || p.Changed.Rotated {
		t.Fatalf("%+v, %v", p, err)
	}
	// The stop outlives the process, and the chain's word for it is told.
	rotated = true
	alice.Close()
	alice = people.session()
	if _, err = alice.Resolve(t.Context(), "bob"); !errors.Is(err, kez.MessagePeerChanged) {
		t.Fatal(err)
	}
	if p, _ := alice.Peer(t.Context(), id(t, "bob")); p.Changed == nil || !p.Changed.Rotated {
		t.Errorf("%+v", p)
	}
	// Offline it stands as well.
	w.Fault("GET /v1/**", httpfake.Drop())
	if _, err := alice.Send(t.Context(), id(t, "bob"), "a secret"); !errors.Is(err, kez.MessagePeerChanged) {
		t.Error(err)
	}
	w.ClearFaults()
	// The relay names the old key again: nothing was wrong with that one.
	w.Swap("bob", nil)
	send(t, alice, "bob", "back")
	w.Swap("bob", lie.Text)
	if _, err = alice.Resolve(t.Context(), "bob"); !errors.Is(err, kez.MessagePeerChanged) {
		t.Fatal(err)
	}
	// Taken knowingly, the new key has a thread of its own.
	fresh, err := alice.AcceptChange(t.Context(), id(t, "bob"))
	if err != nil || fresh.Primary != id(t, "mall") || fresh.Name != "@bob" || fresh.Messages != 0 {
		t.Fatalf("%+v, %v", fresh, err)
	}
	if m := send(t, alice, "bob", "to the new key"); m.Peer != id(t, "mall") {
		t.Errorf("%+v", m)
	}
	if old, _ := alice.Peer(t.Context(), id(t, "bob")); old.Name != "former @bob" || old.Messages != 2 {
		t.Errorf("%+v", old)
	}
}

// K-12: a relay that changes the new key between the comparing and the accepting
// does not have the wrong one taken.
func TestK12_TheKeyComparedIsTheKeyTaken(t *testing.T) {
	for name, between := range map[string]bool{"at once": false, "by way of the old key": true} {
		w := newWorld(t)
		alice := w.person(t, "alice").registered()
		w.person(t, "bob").registered()
		send(t, alice, "bob", "for Bob")
		swap := func(who string) {
			t.Helper()
			lie, err := relay.SignRegistration("bob", "relay.test", key(t, who), w.now())
			if err != nil {
				t.Fatal(err)
			}
			w.Swap("bob", lie.Text)
			if _, err := alice.Resolve(t.Context(), "bob"); !errors.Is(err, kez.MessagePeerChanged) {
				t.Fatal(err)
			}
		}
		swap("carol")
		if between {
			w.Swap("bob", nil)
			resolve(t, alice, "bob")
		}
		swap("mall")
		if _, err := alice.AcceptChange(t.Context(), id(t, "bob")); !errors.Is(err, kez.MessagePeerChanged) {
			t.Errorf("%s: %v", name, err)
		}
		if p, _ := alice.Peer(t.Context(), id(t, "bob")); p.Name != "@bob" || p.Changed == nil {
			t.Errorf("%s: %+v", name, p)
		}
		if p, err := alice.AcceptChange(t.Context(), id(t, "bob")); err != nil || p.Primary != id(t, "mall") {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

// Of a peer with two handles, the one that has another key is the one that goes.
func TestK12_OnlyTheHandleThatChangedGoes(t *testing.T) {
	w := newWorld(t)
	alice := w.person(t, "alice").registered()
	bob := w.person(t, "bob").registered()
	w.person(t, "mall").registered()
	send(t, alice, "bob", "for Bob")
	second, err := relay.SignRegistration("bob2", "relay.test", bob.o.Key, w.now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alice.meet(t.Context(), &relay.Contact{Handle: second.Handle, Server: second.Server, Primary: second.Primary}); err != nil {
		t.Fatal(err)
	}
	lie, err := relay.SignRegistration("bob", "relay.test", key(t, "mall"), w.now())
	if err != nil {
		t.Fatal(err)
	}
	w.Swap("bob", lie.Text)
	if _, err := alice.Resolve(t.Context(), "bob"); !errors.Is(err, kez.MessagePeerChanged) {
		t.Fatal(err)
	}
	if p, err := alice.AcceptChange(t.Context(), id(t, "bob")); err != nil || p.Primary != id(t, "mall") || p.Name != "@bob" {
		t.Errorf("%+v, %v", p, err)
	}
	if p, found, err := alice.pinned(t.Context(), "bob2", "relay.test"); err != nil || !found || p.Primary != id(t, "bob") || p.Name != "@bob2" {
		t.Errorf("%+v, %t, %v", p, found, err)
	}
}

// A relay that takes another name could give another key for a handle, since
// handles are pinned by the name: it is stopped until the user says otherwise.
func TestK12_RenamedRelayStopsToo(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "alice")
	alice := people.registered()
	w.person(t, "bob").registered()
	send(t, alice, "bob", "for Bob")
	alice.Close()
	lie, err := relay.SignRegistration("bob", "renamed.test", key(t, "mall"), w.now())
	if err != nil {
		t.Fatal(err)
	}
	w.Rename("renamed.test")
	w.Swap("bob", lie.Text)
	alice = people.session()
	for what, try := range map[string]func() error{
		"resolve":  func() error { _, err := alice.Resolve(t.Context(), "bob"); return err },
		"send":     func() error { _, err := alice.Send(t.Context(), id(t, "bob"), "a secret"); return err },
		"register": func() error { _, _, err := alice.Register(t.Context(), "alice"); return err },
		"receive":  func() error { _, err := alice.Receive(t.Context()); return err },
	} {
		if err := try(); !errors.Is(err, kez.HandleWrongServer) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := len(w.Messages("bob")); n != 1 {
		t.Errorf("%d messages went out", n)
	}
	if name, err := alice.AcceptRelay(t.Context()); err != nil || name != "renamed.test" {
		t.Fatalf("%s, %v", name, err)
	}
	if p := resolve(t, alice, "bob"); p.Primary != id(t, "mall") {
		t.Errorf("%+v", p) // met anew, by the user's word
	}
}

func TestRequestsBlocksAndPolicy(t *testing.T) {
	ctx := t.Context()
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	carol := w.person(t, "carol").registered()
	send(t, alice, "bob", "hi")
	send(t, carol, "bob", "buy this")
	receive(t, bob)
	if err := errors.Join(bob.Accept(ctx, id(t, "alice")), bob.Decline(ctx, id(t, "carol"))); err != nil {
		t.Fatal(err)
	}
	send(t, carol, "bob", "really, buy this")
	receive(t, bob)
	if p, _ := bob.Peer(ctx, id(t, "carol")); p.Status != Declined || p.Unread != 0 || p.Messages != 2 {
		t.Errorf("%+v", p)
	}
	if err := bob.Block(ctx, id(t, "carol")); err != nil {
		t.Fatal(err)
	}
	if m, err := carol.Send(ctx, id(t, "bob"), "hello?"); !errors.Is(err, kez.MessageBlocked) || m.State != Failed {
		t.Errorf("%+v, %v", m, err)
	}
	// A relay that does not obey delivers what nobody sees.
	w.Deliver("bob", mustSeal(t, carol, "bob", w.now()), "2026-06-01T00:00:00Z")
	if events := receive(t, bob); len(events) != 0 {
		t.Errorf("%+v", events)
	}
	var listed []Listed
	if _, _, err := bob.Inbox(ctx, "", 0, func(l Listed) error { listed = append(listed, l); return nil }); err != nil || listed[len(listed)-1].Code != "message.blocked" || listed[len(listed)-1].Body != "" {
		t.Errorf("%+v, %v", listed, err)
	}
	if _, err := bob.Send(ctx, id(t, "carol"), "x"); !errors.Is(err, kez.MessageBlocked) {
		t.Error(err)
	}
	// The relay hears of a block later where it does not answer.
	w.Fault("PUT /v1/**", httpfake.Drop())
	if err := bob.Unblock(ctx, id(t, "carol")); !Unreachable(err) {
		t.Error(err)
	}
	w.ClearFaults()
	receive(t, bob)
	send(t, carol, "bob", "thanks")

	if err := bob.SetPolicy(ctx, Policy{Accept: relay.AcceptContacts}); err != nil {
		t.Fatal(err)
	}
	send(t, alice, "bob", "still a contact")
	if _, err := carol.Send(ctx, id(t, "bob"), "no contact"); !errors.Is(err, kez.MessagePolicy) {
		t.Error(err)
	}
	if err := bob.Accept(ctx, id(t, "carol")); err != nil {
		t.Fatal(err)
	}
	send(t, carol, "bob", "a contact now")
	if err := bob.SetPolicy(ctx, Policy{Accept: "nobody"}); !errors.Is(err, kez.CLIUsage) {
		t.Error(err)
	}
}

// Strangers without the accounts that the user asks for are held back, and the
// relay's word for the accounts counts nothing.
func TestMinProofs(t *testing.T) {
	ctx := t.Context()
	w := newWorld(t)
	people := w.person(t, "bob")
	var asked []string
	people.with = func(o *Options) {
		o.Prove = func(_ context.Context, primary kez.Identity, accounts []kez.Identity) (p Proofs) {
			for _, a := range accounts {
				asked = append(asked, a.String())
				if a.String() == "github:alice" && primary == id(t, "alice") {
					p.Proven = append(p.Proven, a)
				}
			}
			return p
		}
	}
	bob := people.registered()
	alice, carol := w.person(t, "alice").registered(), w.person(t, "carol").registered()
	github, _ := kez.ParseTyped("github:alice")
	web, _ := kez.ParseTyped("web:alice.example")
	if err := errors.Join(bob.SetPolicy(ctx, Policy{Accept: relay.AcceptAnyone, MinProofs: 1}),
		alice.SetProofs(ctx, []kez.Identity{github, web}), carol.SetProofs(ctx, []kez.Identity{github})); err != nil {
		t.Fatal(err)
	}
	send(t, alice, "bob", "hi")
	send(t, carol, "bob", "hi")
	receive(t, bob)
	if p, _ := bob.Peer(ctx, id(t, "alice")); p.Status != Request || len(p.Proven) != 1 || p.Proven[0] != github {
		t.Errorf("%+v", p)
	}
	if p, _ := bob.Peer(ctx, id(t, "carol")); p.Status != Held || len(p.Proven) != 0 {
		t.Errorf("%+v", p)
	}
	if !slices.Equal(asked, []string{"github:alice", "github:alice"}) && len(asked) != 3 {
		t.Errorf("%v", asked)
	}
}
