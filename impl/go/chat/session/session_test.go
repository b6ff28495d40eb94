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

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
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
