package session

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/chat"
	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/spec"
)

func TestConversation(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	first := send(t, alice, "@Bob", "hello")
	if first.State != Sent || first.Seq != 1 || first.Ctr != 0 || first.CreatedAt.IsZero() {
		t.Errorf("%+v", first)
	}
	if second := send(t, alice, id(t, "bob").String(), "are you there?"); second.Ctr != 1 {
		t.Errorf("%+v", second)
	}
	events := receive(t, bob)
	kinds := []EventKind{}
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	if !slices.Equal(kinds, []EventKind{EventPeer, EventMessage, EventMessage}) {
		t.Fatalf("%v", kinds)
	}
	peers, err := bob.Peers(t.Context())
	if err != nil || len(peers) != 1 {
		t.Fatal(peers, err)
	}
	// Who writes first waits in requests; the relay's registration names them.
	if p := peers[0]; p.Name != "@alice" || p.Status != Request || p.Unread != 2 || p.Missing != 0 || p.Preview != "are you there?" || p.Primary != id(t, "alice") {
		t.Errorf("%+v", p)
	}
	send(t, bob, "alice", "yes")
	receive(t, alice)
	for _, s := range []*Session{alice, bob} {
		peer := map[*Session]string{alice: "bob", bob: "alice"}[s]
		if got := bodies(t, s, peer); !slices.Equal(got, []string{"hello", "are you there?", "yes"}) {
			t.Errorf("%s: %q", peer, got)
		}
		if p, err := s.Peer(t.Context(), id(t, peer)); err != nil || p.Status != Contact {
			t.Errorf("who was answered is a contact: %+v, %v", p, err)
		}
		if err := s.MarkRead(t.Context(), id(t, peer)); err != nil {
			t.Error(err)
		}
		if more := receive(t, s); len(more) > 0 {
			t.Errorf("came twice: %+v", more)
		}
	}
	if _, err := alice.Resolve(t.Context(), "alice"); !errors.Is(err, kez.MessageFromSelf) {
		t.Error(err)
	}
	if _, err := alice.Resolve(t.Context(), "bob@elsewhere.test"); !errors.Is(err, kez.HandleWrongServer) {
		t.Error(err)
	}
	if p := resolve(t, alice, "bob@relay.test"); p.Primary != id(t, "bob") {
		t.Errorf("%+v", p)
	}
	for _, body := range []string{"", "\xff"} {
		if _, err := alice.Send(t.Context(), id(t, "bob"), body); !errors.Is(err, kez.CLIUsage) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

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

// K-11: dropped messages show as gaps, and one that comes late fills its gap.
func TestK11_DroppedMessagesShowAsGaps(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	var held [][]byte
	n := 0
	w.Intercept(func(to string, envelope []byte) [][]byte {
		n++
		switch {
		case n%3 == 0: // every third is dropped
			held = append(held, envelope)
			return nil
		case n == 4: // 4 and 5 change places
			held = append(held, envelope)
			return nil
		case n == 5:
			four := held[len(held)-1]
			held = held[:len(held)-1]
			return [][]byte{envelope, four}
		}
		return [][]byte{envelope}
	})
	for i := 1; i <= 7; i++ {
		send(t, alice, "bob", fmt.Sprint(i))
	}
	receive(t, bob)
	gaps := func() map[string]int64 {
		thread, err := bob.Thread(t.Context(), id(t, "alice"), -1, 100)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]int64{}
		for _, m := range thread {
			if m.MissingBefore > 0 {
				all[m.Body] = m.MissingBefore
			}
		}
		return all
	}
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"1", "2", "5", "4", "7"}) {
		t.Errorf("%q", got)
	}
	if got := gaps(); fmt.Sprint(got) != "map[4:1 7:1]" {
		t.Errorf("gaps %v", got)
	}
	if p, _ := bob.Peer(t.Context(), id(t, "alice")); p.Missing != 2 {
		t.Errorf("%+v", p)
	}
	w.Intercept(nil)
	w.Deliver("bob", held[0], "2026-06-01T00:00:00Z")
	receive(t, bob)
	if got := gaps(); fmt.Sprint(got) != "map[7:1]" {
		t.Errorf("gaps %v", got)
	}
}

func TestGapsAreBounded(t *testing.T) {
	d := &devRecord{}
	for i := range int64(1000) {
		d.arrived(1<<52 - 2*i)
		d.arrived(3 * i)
	}
	d.arrived(1<<53 - 1)
	if len(d.Missing) > maxGaps {
		t.Errorf("%d gaps", len(d.Missing))
	}
	p := &peerRecord{}
	for i := range 1000 {
		p.count(fmt.Sprint(i), 1<<53-1)
	}
	if len(p.Devs) > maxDevs || p.missing() <= 0 {
		t.Errorf("%d clients, %d missing", len(p.Devs), p.missing())
	}
}

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

// Two processes with one history number their messages without a double.
func TestTwoProcesses(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "alice")
	a, bob := people.registered(), w.person(t, "bob").registered()
	b := people.session()
	resolve(t, a, "bob")
	const each = 15
	var wg sync.WaitGroup
	for i, s := range []*Session{a, b} {
		wg.Go(func() {
			for n := range each {
				if _, err := s.Send(t.Context(), id(t, "bob"), fmt.Sprint(i, n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	receive(t, bob)
	if p, err := bob.Peer(t.Context(), id(t, "alice")); err != nil || p.Messages != 2*each || p.Missing != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := a.Peer(t.Context(), id(t, "bob")); err != nil || p.Messages != 2*each || p.Queued != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

// The files hold no text, handle, identity or secret of a conversation.
func TestTheFilesTellNothing(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "alice")
	alice, bob := people.registered(), w.person(t, "bob").registered()
	const text = "the treasure lies below the old oak"
	send(t, alice, "bob", text)
	send(t, bob, "alice", text+", really?")
	receive(t, alice)
	w.Fault("POST /v1/messages", httpfake.Drop())
	if _, err := alice.Send(t.Context(), id(t, "bob"), text+" (queued)"); !errors.Is(err, kez.ChannelUnreachable) {
		t.Fatal(err)
	}
	look := func(when string) {
		var files int
		err := filepath.Walk(people.home.Path(), func(path string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			files++
			data, err := os.ReadFile(path)
			seed, _ := hex.DecodeString(seeds["alice"])
			public, _ := id(t, "alice").PublicKey()
			peer, _ := id(t, "bob").PublicKey()
			for what, needle := range map[string]string{"text": "treasure", "handle": "bob", "own handle": "alice", "relay": "relay.test", "key": "ed25519",
				"hex": id(t, "bob").Value(), "own hex": id(t, "alice").Value(), "bytes": string(peer[:]), "own bytes": string(public[:]),
				"seed": seeds["alice"], "URL": w.URL(), "entry": "msg/", "member": `"body"`} {
				if bytes.Contains(bytes.ToLower(data), []byte(strings.ToLower(needle))) {
					t.Errorf("%s: %s holds the %s", when, filepath.Base(path), what)
				}
			}
			if len(seed) == 32 && bytes.Contains(data, seed) && !bytes.Equal(seed, make([]byte, 32)) {
				t.Errorf("%s: the seed is in %s", when, path)
			}
			for _, part := range []string{"alice", "bob", id(t, "alice").Value()[:8], id(t, "bob").Value()[:8]} {
				if strings.Contains(info.Name(), part) {
					t.Errorf("%s: the name %s tells %s", when, info.Name(), part)
				}
			}
			return err
		})
		if err != nil || files < 1 {
			t.Errorf("%s: %d files, %v", when, files, err)
		}
	}
	look("open")
	alice.Close()
	look("closed")
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

// mustSeal seals a message outside of what the session keeps.
func mustSeal(t *testing.T, s *Session, to string, at time.Time) []byte {
	t.Helper()
	data, err := s.sealer.Seal(id(t, to), chat.Plaintext{Body: "x", SentAt: at})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Strangers without the accounts that the user asks for are held back, and the
// relay's word for the accounts counts nothing.
func TestMinProofs(t *testing.T) {
	ctx := t.Context()
	w := newWorld(t)
	people := w.person(t, "bob")
	var asked []string
	people.with = func(o *Options) {
		o.Prove = func(_ context.Context, primary kez.Identity, accounts []kez.Identity) (proven []kez.Identity) {
			for _, a := range accounts {
				asked = append(asked, a.String())
				if a.String() == "github:alice" && primary == id(t, "alice") {
					proven = append(proven, a)
				}
			}
			return proven
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

func TestResolveAccount(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "alice")
	people.with = func(o *Options) {
		o.Identify = func(_ context.Context, account kez.Identity) (kez.Identity, error) {
			if account.String() == "github:bob" {
				return id(t, "bob"), nil
			}
			return kez.Identity{}, kez.Errorf(kez.ChannelNotFound, "no proof")
		}
	}
	alice := people.registered()
	w.person(t, "bob").registered()
	if p := resolve(t, alice, "github:Bob"); p.Primary != id(t, "bob") || p.Name != "@bob" {
		t.Errorf("%+v", p)
	}
	for to, code := range map[string]kez.Code{"github:carol": kez.ChannelNotFound, "carol": kez.HandleUnknown, "a b": kez.HandleInvalid,
		"nostr:npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg": kez.CLIUsage, id(t, "carol").String(): kez.HandleUnknown} {
		if _, err := alice.Resolve(t.Context(), to); !errors.Is(err, code) {
			t.Errorf("%s: %v", to, err)
		}
	}
}

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

func TestLockWipeAndExport(t *testing.T) {
	w := newWorld(t)
	people := w.person(t, "alice")
	alice := people.registered()
	w.person(t, "bob").registered()
	send(t, alice, "bob", "<b>&\u202e")
	var out bytes.Buffer
	if err := alice.Export(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	types := []string{}
	for line := range strings.Lines(out.String()) {
		var v struct {
			Type    string
			Message struct{ Body, State string }
		}
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		types = append(types, v.Type)
		if v.Type == "message" && (v.Message.Body != "<b>&\u202e" || v.Message.State != "sent") {
			t.Errorf("%+v", v)
		}
	}
	if !slices.Equal(types, []string{"me", "peer", "message"}) || strings.Contains(out.String(), seeds["alice"]) {
		t.Errorf("%v", types)
	}
	alice.Lock()
	_, sendErr := alice.Send(t.Context(), id(t, "bob"), "x")
	_, receiveErr := alice.Receive(t.Context())
	_, peersErr := alice.Peers(t.Context())
	for _, err := range []error{sendErr, receiveErr, peersErr} {
		if !errors.Is(err, kez.CLIKeyStore) {
			t.Error(err)
		}
	}
	alice = people.session()
	if err := alice.Wipe(); err != nil {
		t.Fatal(err)
	}
	if peers, err := people.session().Peers(t.Context()); err != nil || len(peers) != 0 {
		t.Errorf("%+v, %v", peers, err)
	}
}

func TestSafetyNumber(t *testing.T) {
	a, b := SafetyNumber(id(t, "alice"), id(t, "bob")), SafetyNumber(id(t, "bob"), id(t, "alice"))
	example, ok := spec.FindExample("safety-number")
	if !ok || a != strings.TrimSpace(example.Text) {
		t.Errorf("%s, and the specification says %q", a, example.Text)
	}
	if a != b || a == SafetyNumber(id(t, "alice"), id(t, "carol")) {
		t.Errorf("%s, %s", a, b)
	}
}

// Bodies of every kind go round as they were written.
func TestCorpusNaughtyStringsAsBodies(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	peer := resolve(t, alice, "bob").Primary
	var want []string
	for _, c := range sharedtest.Corpus(t, "naughty-strings") {
		var in struct{ S string }
		c.Input(t, &in)
		if in.S == "" || len(want) == 60 {
			continue
		}
		want = append(want, in.S)
		if _, err := alice.Send(t.Context(), peer, in.S); err != nil {
			t.Fatalf("%q: %v", in.S, err)
		}
	}
	receive(t, bob)
	if got := bodies(t, bob, "alice"); !slices.Equal(got, want) || len(want) < 20 {
		t.Errorf("%d of %d came", len(got), len(want))
	}
}
