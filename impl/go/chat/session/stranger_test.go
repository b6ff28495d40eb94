package session

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

func account(t testing.TB, text string) kez.Identity {
	t.Helper()
	id, err := kez.ParseTyped(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Who is written to can answer, also where the relay takes from contacts alone.
func TestContactsHearOfWhoIsWrittenTo(t *testing.T) {
	ctx := t.Context()
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	carol := w.person(t, "carol").registered()
	if err := bob.SetPolicy(ctx, Policy{Accept: relay.AcceptContacts}); err != nil {
		t.Fatal(err)
	}
	if _, err := alice.Send(ctx, resolve(t, alice, "bob").Primary, "hi"); !errors.Is(err, kez.MessagePolicy) {
		t.Fatal(err)
	}
	send(t, bob, "alice", "write to me")
	send(t, alice, "bob", "here I am")
	// The list of contacts goes with the block and comes back as a request.
	if err := errors.Join(bob.Block(ctx, id(t, "alice")), bob.Unblock(ctx, id(t, "alice"))); err != nil {
		t.Fatal(err)
	}
	if _, err := alice.Send(ctx, id(t, "bob"), "again"); !errors.Is(err, kez.MessagePolicy) {
		t.Error(err)
	}
	// A relay that does not answer hears of it later.
	resolve(t, bob, "carol")
	w.Fault("PUT /v1/**", httpfake.Drop())
	if _, err := bob.Send(ctx, id(t, "carol"), "hi"); err != nil {
		t.Fatal(err)
	}
	w.ClearFaults()
	receive(t, bob)
	send(t, carol, "bob", "hi")
}

// An account that could not be looked at is what it was before.
func TestUnseenAccountsStay(t *testing.T) {
	ctx := t.Context()
	w := newWorld(t)
	people := w.person(t, "bob")
	var answer Proofs
	people.with = func(o *Options) {
		o.Prove = func(context.Context, kez.Identity, []kez.Identity) Proofs { return answer }
	}
	bob := people.registered()
	w.person(t, "alice").registered()
	primary := resolve(t, bob, "alice").Primary
	github, dns, web := account(t, "github:alice"), account(t, "dns:alice.example"), account(t, "web:alice.example")
	for _, c := range []struct {
		answer Proofs
		want   []kez.Identity
	}{
		{Proofs{Proven: []kez.Identity{github, dns}}, []kez.Identity{github, dns}},
		{Proofs{Unseen: []kez.Identity{github, dns, web}}, []kez.Identity{github, dns}},
		{Proofs{Unseen: []kez.Identity{dns}}, []kez.Identity{dns}},
		{Proofs{Proven: []kez.Identity{github}}, []kez.Identity{github}},
		{Proofs{}, []kez.Identity{}},
	} {
		answer = c.answer
		if p, err := bob.Look(ctx, primary, true); err != nil || !slices.Equal(p.Proven, c.want) {
			t.Errorf("%+v: %v, %v", c.answer, p.Proven, err)
		}
	}
}

// An account that led to somebody is known of them from then on.
func TestTypedAccountIsKept(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "alice")
	people.with = func(o *Options) {
		o.Identify = func(context.Context, kez.Identity) (kez.Identity, error) { return id(t, "bob"), nil }
	}
	alice := people.registered()
	w.person(t, "bob").registered()
	for range 2 {
		if p := resolve(t, alice, "github:bob"); p.Label() != "@bob (github:bob)" {
			t.Errorf("%q", p.Label())
		}
	}
}

// K-12, KEZ-MSG-034: an account that leads to another key stops, until a look at the one
// who had it says that it is theirs no more, or their chain hands over.
func TestK12_AccountOfAnotherKeyStops(t *testing.T) {
	ctx := t.Context()
	w := newWorld(t)
	people := w.person(t, "alice")
	owner, handsOver := "bob", false
	var failure error
	people.with = func(o *Options) {
		o.Identify = func(context.Context, kez.Identity) (kez.Identity, error) {
			if failure != nil {
				return kez.Identity{}, failure
			}
			return id(t, owner), nil
		}
		o.Prove = func(_ context.Context, primary kez.Identity, _ []kez.Identity) (p Proofs) {
			if primary == id(t, owner) {
				p.Proven = append(p.Proven, account(t, "github:bob"))
			}
			return p
		}
		o.Successor = func(_ context.Context, primary kez.Identity) (next kez.Identity, err error) {
			if handsOver && primary == id(t, "carol") {
				next = id(t, "bob")
			}
			return next, nil
		}
	}
	alice := people.registered()
	w.person(t, "bob").registered()
	w.person(t, "carol").registered()
	resolve(t, alice, "github:bob")
	owner = "carol"
	for range 2 {
		if _, err := alice.Resolve(ctx, "github:bob"); !errors.Is(err, kez.MessagePeerChanged) {
			t.Fatal(err)
		}
	}
	if p, err := alice.Look(ctx, id(t, "bob"), true); err != nil || p.Label() != "@bob" {
		t.Fatalf("%+v, %v", p, err)
	}
	if p := resolve(t, alice, "github:bob"); p.Label() != "@carol (github:bob)" {
		t.Errorf("%q", p.Label())
	}
	owner, handsOver = "bob", true
	if p := resolve(t, alice, "github:bob"); p.Label() != "@bob (github:bob)" {
		t.Errorf("%q", p.Label())
	}
	label := func() string {
		p, err := alice.Peer(ctx, id(t, "bob"))
		if err != nil {
			t.Fatal(err)
		}
		return p.Label()
	}
	// "Could not look" takes nothing from anybody, "not there" does.
	for _, code := range []kez.Code{kez.ChannelUnreachable, kez.ChannelBadContent, kez.SigchainRollback} {
		failure = kez.Errorf(code, "no look")
		if _, err := alice.Resolve(ctx, "github:bob"); !errors.Is(err, code) || label() != "@bob (github:bob)" {
			t.Errorf("%s: %v, %q", code, err, label())
		}
	}
	failure = kez.Errorf(kez.ClaimRevoked, "revoked")
	if _, err := alice.Resolve(ctx, "github:bob"); !errors.Is(err, kez.ClaimRevoked) || label() != "@bob" {
		t.Errorf("%v, %q", err, label())
	}
}

// Hosts that strangers name may never answer: nothing ends by that, and nobody is
// asked about twice in a row.
func TestSlowProofsEndNothing(t *testing.T) {
	ctx := t.Context()
	w := newWorld(t)
	people := w.person(t, "bob")
	asked := map[kez.Identity]int{}
	people.with = func(o *Options) {
		o.Prove = func(ctx context.Context, primary kez.Identity, accounts []kez.Identity) Proofs {
			asked[primary]++
			<-ctx.Done() // a host that never answers
			return Proofs{Unseen: accounts}
		}
	}
	bob := people.registered()
	alice := w.person(t, "alice").registered()
	if err := bob.SetPolicy(ctx, Policy{Accept: relay.AcceptAnyone, MinProofs: 1}); err != nil {
		t.Fatal(err)
	}
	bob.lookTime = time.Nanosecond
	send(t, alice, "bob", "one")
	if events := receive(t, bob); len(events) == 0 || events[len(events)-1].Message.Body != "one" {
		t.Errorf("%+v", events)
	}
	f := &following{s: bob, each: func(Event) {}}
	asked = map[kez.Identity]int{}
	for range 3 {
		if err := f.settle(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if n := asked[id(t, "alice")]; n != 1 {
		t.Errorf("asked %d times in a row", n)
	}
	w.pass(lookAgain)
	if err := f.settle(ctx); err != nil || asked[id(t, "alice")] != 2 {
		t.Errorf("asked %d times, %v", asked[id(t, "alice")], err)
	}
	// Who asks for no accounts any more holds nobody back.
	if err := bob.SetPolicy(ctx, Policy{Accept: relay.AcceptAnyone}); err != nil {
		t.Fatal(err)
	}
	if p, _ := bob.Peer(ctx, id(t, "alice")); p.Status != Request {
		t.Errorf("%+v", p)
	}
}

// A crowd of strangers, who write again and again, does not keep one of them from
// being asked about; and who has no handle can have accounts all the same.
func TestNobodyIsCrowdedOut(t *testing.T) {
	ctx := t.Context()
	w := newWorld(t)
	people := w.person(t, "bob")
	asked := map[kez.Identity]int{}
	people.with = func(o *Options) {
		o.Prove = func(_ context.Context, primary kez.Identity, _ []kez.Identity) (p Proofs) {
			if asked[primary]++; primary == id(t, "carol") {
				p.Proven = append(p.Proven, account(t, "github:carol"))
			}
			return p
		}
	}
	bob := people.registered()
	if err := bob.SetPolicy(ctx, Policy{Accept: relay.AcceptAnyone, MinProofs: 1}); err != nil {
		t.Fatal(err)
	}
	stranger := func(k *keys.Private, body string) {
		t.Helper()
		w.Deliver("bob", sealBy(t, k, id(t, "bob"), body, w.now()), kez.FormatTime(w.now()))
	}
	stranger(key(t, "carol"), "hi")
	crowd := make([]*keys.Private, 2*maxLookups)
	for i := range crowd {
		k, err := keys.FromSeed([32]byte{1, byte(i)})
		if err != nil {
			t.Fatal(err)
		}
		crowd[i] = k
	}
	for round := range 3 {
		w.pass(time.Second)
		for i, k := range crowd {
			stranger(k, strconv.Itoa(round*100+i))
		}
		receive(t, bob)
	}
	if p, err := bob.Peer(ctx, id(t, "carol")); err != nil || p.Status != Request || p.Label() != "github:carol" {
		t.Errorf("%+v, %v", p, err)
	}
	for i, k := range crowd {
		if asked[k.Identity()] == 0 {
			t.Errorf("stranger %d was never asked about", i)
		}
	}
}
