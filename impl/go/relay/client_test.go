package relay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/fakes/relayfake"
	"kez.lat/kez/impl/go/chat"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// The key pairs of the specification.
const (
	aliceSeedHex = "0000000000000000000000000000000000000000000000000000000000000000"
	bobSeedHex   = "09451c0f06588db78205e32a793536e15ae263c8f9ee6d14f5c6fd82b8bd20da"
	carolSeedHex = "9df434a2bd5dc767ee949d8ab95ca09c4ebbb88cefc3d0b1523f6b2a744ca824"
)

var clientNow = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func seedKey(t testing.TB, hex string) *keys.Private {
	t.Helper()
	key, err := keys.ParseSeedHex(hex)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// waits is a clock that stands still and lets every wait but the long ones of
// the watchdog end at once.
type waits struct {
	mu   sync.Mutex
	all  []time.Duration
	long chan struct{} // ends the waits of 45 seconds, one each
}

func (w *waits) wait(ctx context.Context, d time.Duration) error {
	if d == 45*time.Second {
		select {
		case <-w.long:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.mu.Lock()
	w.all = append(w.all, d)
	w.mu.Unlock()
	return ctx.Err()
}

func (w *waits) seen() []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

func startRelay(t *testing.T) *relayfake.Server {
	t.Helper()
	s, err := relayfake.Start("relay.test", func() time.Time { return clientNow })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		if unknown := s.Unknown(); len(unknown) > 0 {
			t.Errorf("unknown requests: %v", unknown)
		}
	})
	return s
}

func newClient(t *testing.T, base string) (*relay.Client, *waits) {
	t.Helper()
	w := &waits{long: make(chan struct{})}
	c, err := relay.NewClient(base, relay.ClientOptions{Version: "test", Now: func() time.Time { return clientNow }, Wait: w.wait})
	if err != nil {
		t.Fatal(err)
	}
	return c, w
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// sealTo makes an envelope from one key to another.
func sealTo(t *testing.T, from, to *keys.Private, body string) []byte {
	t.Helper()
	s, err := chat.NewSealer(from)
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.Seal(to.Identity(), chat.Plaintext{Body: body, SentAt: clientNow})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestClientRegistersLooksUpSendsAndPolls(t *testing.T) {
	ctx := t.Context()
	fake := startRelay(t)
	c, _ := newClient(t, fake.URL())
	alice, bob := seedKey(t, aliceSeedHex), seedKey(t, bobSeedHex)

	for range 2 { // to ask again is no error
		contact, err := c.Register(ctx, "bob", bob)
		if err != nil || contact.Handle != "bob" || contact.Server != "relay.test" || contact.Primary != bob.Identity() {
			t.Fatalf("%+v, %v", contact, err)
		}
	}
	for _, lookup := range []func() (*relay.Contact, error){
		func() (*relay.Contact, error) { return c.Lookup(ctx, "bob") },
		func() (*relay.Contact, error) { return c.LookupPrimary(ctx, bob.Identity()) },
	} {
		if contact, err := lookup(); err != nil || contact.Primary != bob.Identity() || contact.Handle != "bob" {
			t.Fatalf("%+v, %v", contact, err)
		}
	}
	if _, err := c.Lookup(ctx, "carol"); !errors.Is(err, kez.HandleUnknown) {
		t.Error(err)
	}
	if _, err := c.Lookup(ctx, "Carol"); !errors.Is(err, kez.HandleInvalid) {
		t.Error(err)
	}
	if _, err := c.Register(ctx, "bob", alice); !errors.Is(err, kez.HandleTaken) {
		t.Error(err)
	}

	envelope := sealTo(t, alice, bob, "hello")
	first := must[relay.Sent](t)(c.Send(ctx, "bob", envelope, alice))
	again := must[relay.Sent](t)(c.Send(ctx, "bob", envelope, alice))
	if first != again || first.Seq != 1 {
		t.Errorf("%+v, then %+v", first, again)
	}
	in := relay.Inbox{Client: c, Handle: "bob", Key: bob}
	page := must[*relay.Page](t)(in.Poll(ctx, 0, 0))
	if len(page.Messages) != 1 || string(page.Messages[0].Envelope) != string(envelope) || page.Next != 1 || page.Epoch == "" {
		t.Errorf("%+v", page)
	}
	if _, err := (relay.Inbox{Client: c, Handle: "bob", Key: alice}).Poll(ctx, 0, 0); !errors.Is(err, kez.AuthInvalid) {
		t.Error(err)
	}
}

func TestClientSettings(t *testing.T) {
	ctx := t.Context()
	fake := startRelay(t)
	c, _ := newClient(t, fake.URL())
	alice, bob := seedKey(t, aliceSeedHex), seedKey(t, bobSeedHex)
	must[*relay.Contact](t)(c.Register(ctx, "bob", bob))

	if err := c.SetPolicy(ctx, "bob", relay.Policy{Accept: relay.AcceptContacts}, bob); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(ctx, "bob", sealTo(t, alice, bob, "x"), alice); !errors.Is(err, kez.MessagePolicy) {
		t.Error(err)
	}
	if err := c.SetPolicy(ctx, "bob", relay.Policy{Accept: relay.AcceptContacts, Contacts: []string{alice.Identity().String()}}, bob); err != nil {
		t.Fatal(err)
	}
	must[relay.Sent](t)(c.Send(ctx, "bob", sealTo(t, alice, bob, "x"), alice)) // signed, so the relay knows who sends
	if err := c.SetBlocks(ctx, "bob", []string{alice.Identity().String()}, bob); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(ctx, "bob", sealTo(t, alice, bob, "y"), alice); !errors.Is(err, kez.MessageBlocked) {
		t.Error(err)
	}
	// The clock stands still, and a relay takes a signature of proofs once.
	for range 3 {
		if err := c.SetProofs(ctx, "bob", []json.RawMessage{json.RawMessage(`"github:bob"`)}, bob); err != nil {
			t.Fatal(err)
		}
	}
	contact := must[*relay.Contact](t)(c.Lookup(ctx, "bob"))
	if len(contact.Proofs) != 1 || string(contact.Proofs[0]) != `"github:bob"` {
		t.Errorf("%s", contact.Proofs)
	}
	if err := c.SetBlocks(ctx, "bob", nil, alice); !errors.Is(err, kez.AuthInvalid) {
		t.Error(err)
	}
}

// KEZ-RELAY-026: what a lookup shows is held against what was asked.
func TestLookupChecksTheRegistration(t *testing.T) {
	ctx := t.Context()
	fake := startRelay(t)
	c, _ := newClient(t, fake.URL())
	alice, bob := seedKey(t, aliceSeedHex), seedKey(t, bobSeedHex)
	must[*relay.Contact](t)(c.Register(ctx, "bob", bob))
	sign := func(handle, server string, key *keys.Private, at time.Time) []byte {
		return must[*relay.Registration](t)(relay.SignRegistration(handle, server, key, at)).Text
	}
	genuine := sign("bob", "relay.test", bob, clientNow)
	for name, lie := range map[string]struct {
		registration []byte
		refused      bool
	}{
		"an old one is fine":       {sign("bob", "relay.test", bob, clientNow.AddDate(-3, 0, 0)), false},
		"another handle":           {sign("robert", "relay.test", bob, clientNow), true},
		"another relay":            {sign("bob", "other.test", bob, clientNow), true},
		"another key, well signed": {sign("bob", "relay.test", alice, clientNow), false}, // seen by the pins alone
		"a changed key":            {[]byte(strings.ReplaceAll(string(genuine), bob.Identity().String(), alice.Identity().String())), true},
		"a broken signature":       {[]byte(strings.Replace(string(genuine), `"sig":"`, `"sig":"0`, 1)), true},
		"nothing":                  {[]byte(`null`), true},
	} {
		fake.Swap("bob", lie.registration)
		contact, err := c.Lookup(ctx, "bob")
		if refused := errors.Is(err, kez.ChannelBadContent); refused != lie.refused || !refused && err != nil {
			t.Errorf("%s: %+v, %v", name, contact, err)
		}
	}
	// By primary no other key can be given.
	fake.Swap("bob", sign("bob", "relay.test", alice, clientNow))
	if contact, err := c.LookupPrimary(ctx, bob.Identity()); !errors.Is(err, kez.ChannelBadContent) {
		t.Errorf("%+v, %v", contact, err)
	}
}

// Codes that only this machine gives are none of a relay.
func TestCodesOfTheClientAreNotTheRelays(t *testing.T) {
	for _, code := range []string{"cli.key_store", "cli.file", "cli.locked", "message.peer_changed"} {
		fake := startRelay(t)
		c, _ := newClient(t, fake.URL())
		alice := seedKey(t, aliceSeedHex)
		must[*relay.Contact](t)(c.Register(t.Context(), "alice", alice))
		for _, status := range []int{400, 403, 404, 503} {
			fake.ClearFaults()
			fake.Fault("/v1/messages", httpfake.Status(status).Body(`{"error":"`+code+`","message":"m","hint":"h"}`))
			fake.Fault("/v1/inbox/**", httpfake.Status(status).Body(`{"error":"`+code+`","message":"m","hint":"h"}`))
			_, sent := c.Send(t.Context(), "alice", []byte("{}"), alice)
			_, streamed := relay.Inbox{Client: c, Handle: "alice", Key: alice}.Stream(t.Context(), 0)
			for _, err := range []error{sent, streamed} {
				if !errors.Is(err, kez.ChannelBadContent) && !errors.Is(err, kez.ChannelUnreachable) {
					t.Errorf("%s, %d: %v", code, status, err)
				}
			}
		}
	}
}

func TestClientRetriesAndBounds(t *testing.T) {
	ctx := t.Context()
	alice, bob := seedKey(t, aliceSeedHex), seedKey(t, bobSeedHex)
	fake := startRelay(t)
	c, w := newClient(t, fake.URL())
	must[*relay.Contact](t)(c.Register(ctx, "bob", bob))

	fake.Fault("POST /v1/messages", httpfake.Status(503).Header("Retry-After", "1").Times(2))
	must[relay.Sent](t)(c.Send(ctx, "bob", sealTo(t, alice, bob, "x"), alice))
	if got := w.seen(); !slices.Equal(got, []time.Duration{time.Second, time.Second}) {
		t.Errorf("waited %v", got)
	}
	fake.Fault("POST /v1/messages", httpfake.Status(429).Header("Retry-After", "3600"))
	if _, err := c.Send(ctx, "bob", sealTo(t, alice, bob, "x"), alice); !errors.Is(err, kez.ChannelRateLimited) {
		t.Error(err)
	}
	// A full mailbox stays full: it is not asked again.
	fake.ClearHistory()
	fake.Fault("POST /v1/messages", httpfake.Status(429).Body(`{"error":"message.quota","message":"the mailbox is full","hint":"later"}`))
	if _, err := c.Send(ctx, "bob", sealTo(t, alice, bob, "x"), alice); !errors.Is(err, kez.MessageQuota) || fake.Count("POST /v1/messages") != 1 {
		t.Errorf("%v after %d tries", err, fake.Count("POST /v1/messages"))
	}
	fake.ClearFaults()

	for name, test := range map[string]struct {
		fault httpfake.Fault
		code  kez.Code
	}{
		"elsewhere":       {httpfake.Redirect("http://127.0.0.1:1/"), kez.ChannelBadContent},
		"a page":          {httpfake.Pass().Body("<html>"), kez.ChannelBadContent},
		"a list":          {httpfake.Pass().Body("[]"), kez.ChannelBadContent},
		"silence":         {httpfake.Drop(), kez.ChannelUnreachable},
		"a fault":         {httpfake.Status(500), kez.ChannelUnreachable},
		"too much":        {httpfake.Pass().Body(strings.Repeat(" ", 300<<10)), kez.ChannelTooLarge},
		"an unknown code": {httpfake.Status(418).Body(`{"error":"teapot.short","message":"x","hint":""}`), kez.ChannelBadContent},
	} {
		fake.Fault("GET /v1/u/bob", test.fault)
		if _, err := c.Lookup(ctx, "bob"); !errors.Is(err, test.code) {
			t.Errorf("%s: %v (%s), want %s", name, err, kez.CodeOf(err), test.code)
		}
		fake.ClearFaults()
	}
	// Text of the relay reaches no terminal as it is.
	fake.Fault("GET /v1/u/bob", httpfake.Status(404).Body(`{"error":"handle.unknown","message":"a\u001b[31mb\u202e","hint":"\u0007"}`))
	_, err := c.Lookup(ctx, "bob")
	if e, ok := errors.AsType[*kez.Error](err); !ok || e.Code != kez.HandleUnknown || strings.ContainsAny(e.Message+e.Hint, "\x1b\x07\u202e") {
		t.Errorf("%v", err)
	}
}

func TestPollRefusesOddPages(t *testing.T) {
	bob := seedKey(t, bobSeedHex)
	for name, page := range map[string]string{
		"no list":        `{"next":0,"epoch":"e"}`,
		"order":          `{"messages":[{"seq":2,"envelope":{},"created_at":""},{"seq":1,"envelope":{},"created_at":""}],"next":1,"epoch":"e"}`,
		"not after":      `{"messages":[{"seq":5,"envelope":{},"created_at":""}],"next":5,"epoch":"e"}`,
		"a far cursor":   `{"messages":[{"seq":6,"envelope":{},"created_at":""}],"next":60,"epoch":"e"}`,
		"a fold of case": `{"Messages":[],"next":5,"epoch":"e"}`,
		"no seq":         `{"messages":[{"envelope":{},"created_at":""}],"next":5,"epoch":"e"}`,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, page) }))
		c, _ := newClient(t, s.URL)
		if p, err := (relay.Inbox{Client: c, Handle: "bob", Key: bob}).Poll(t.Context(), 5, 0); !errors.Is(err, kez.ChannelBadContent) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		s.Close()
	}
}

// follow collects what Follow hands on, until want messages are there.
type follow struct {
	mu     sync.Mutex
	seqs   []int64
	states []bool
	came   chan struct{}
}

func (f *follow) each(a relay.Arrived) error {
	f.mu.Lock()
	for _, row := range a.Rows {
		f.seqs = append(f.seqs, row.Seq)
	}
	f.mu.Unlock()
	f.came <- struct{}{}
	return nil
}

func (f *follow) state(err error) {
	f.mu.Lock()
	f.states = append(f.states, err == nil)
	f.mu.Unlock()
}

func (f *follow) until(t *testing.T, ended chan error, n int) {
	t.Helper()
	for {
		f.mu.Lock()
		got := len(f.seqs)
		f.mu.Unlock()
		if got >= n {
			return
		}
		select {
		case <-f.came:
		case err := <-ended:
			t.Fatalf("%d messages, want %d: %v", got, n, err)
		}
	}
}

// Nothing is lost and nothing comes twice between poll and stream, over breaks.
func TestFollowLosesAndDoublesNothing(t *testing.T) {
	alice, bob := seedKey(t, aliceSeedHex), seedKey(t, bobSeedHex)
	fake := startRelay(t)
	c, _ := newClient(t, fake.URL())
	must[*relay.Contact](t)(c.Register(t.Context(), "bob", bob))
	const each, rounds = 20, 10
	send := func(n int) {
		for range n {
			if _, err := c.Send(t.Context(), "bob", sealTo(t, alice, bob, "x"), alice); err != nil {
				t.Error(err)
			}
		}
	}
	send(each)
	ctx, cancel := context.WithCancel(t.Context())
	f := &follow{came: make(chan struct{}, 1000)}
	ended := make(chan error, 1)
	go func() {
		ended <- relay.Inbox{Client: c, Handle: "bob", Key: bob}.Follow(ctx, relay.Cursor{}, f.each, f.state)
	}()
	for range rounds {
		send(each)
		fake.CutStreams()
	}
	send(each)
	f.until(t, ended, each*(rounds+2))
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for i, seq := range f.seqs {
		if seq != int64(i+1) {
			t.Fatalf("message %d has seq %d: %v", i, seq, f.seqs)
		}
	}
}

// KEZ-RELAY-065: another epoch makes a client read again from the start.
func TestR22_FollowRereadsAfterANewEpoch(t *testing.T) {
	alice, bob := seedKey(t, aliceSeedHex), seedKey(t, bobSeedHex)
	fake := startRelay(t)
	c, _ := newClient(t, fake.URL())
	must[*relay.Contact](t)(c.Register(t.Context(), "bob", bob))
	in := relay.Inbox{Client: c, Handle: "bob", Key: bob}
	for range 3 {
		must[relay.Sent](t)(c.Send(t.Context(), "bob", sealTo(t, alice, bob, "x"), alice))
	}
	at := must[relay.Cursor](t)(in.Drain(t.Context(), relay.Cursor{}, func(relay.Arrived) error { return nil }))
	if at.Seq != 3 {
		t.Fatalf("%+v", at)
	}
	fake.NewLife(1)
	must[relay.Sent](t)(c.Send(t.Context(), "bob", sealTo(t, alice, bob, "y"), alice))
	var seqs []int64
	after := must[relay.Cursor](t)(in.Drain(t.Context(), at, func(a relay.Arrived) error {
		if !a.Restarted {
			t.Error("the caller is not told")
		}
		for _, row := range a.Rows {
			seqs = append(seqs, row.Seq)
		}
		return nil
	}))
	if !slices.Equal(seqs, []int64{1, 2}) || after.Seq != 2 || after.Epoch == at.Epoch {
		t.Errorf("%v, %+v", seqs, after)
	}
}

// A stream that says nothing is taken for dead, and opened again.
func TestFollowNoticesSilence(t *testing.T) {
	alice, bob := seedKey(t, aliceSeedHex), seedKey(t, bobSeedHex)
	fake := startRelay(t)
	c, w := newClient(t, fake.URL())
	must[*relay.Contact](t)(c.Register(t.Context(), "bob", bob))
	fake.Fault("GET /v1/inbox/bob/stream", httpfake.Status(200).Type("text/event-stream").Body(": hello\n\n").Stall(9).Times(1))
	ctx, cancel := context.WithCancel(t.Context())
	f := &follow{came: make(chan struct{}, 10)}
	ended := make(chan error, 1)
	go func() {
		ended <- relay.Inbox{Client: c, Handle: "bob", Key: bob}.Follow(ctx, relay.Cursor{}, f.each, f.state)
	}()
	w.long <- struct{}{} // it spoke once
	w.long <- struct{}{} // and no more
	must[relay.Sent](t)(c.Send(t.Context(), "bob", sealTo(t, alice, bob, "x"), alice))
	f.until(t, ended, 1)
	cancel()
	<-ended
	if !slices.Contains(f.states, false) {
		t.Errorf("nobody was told: %v", f.states)
	}
}

func TestStreamRefusesOddEvents(t *testing.T) {
	bob := seedKey(t, bobSeedHex)
	row := `{"seq":7,"envelope":{},"created_at":"2026-06-01T00:00:00Z"}`
	for name, test := range map[string]struct {
		body string
		code kez.Code // "" where the row comes
	}{
		"well":            {": x\n\nid: 7\ndata: " + row + "\n\n", ""},
		"CRLF":            {"id: 7\r\ndata: " + row + "\r\n\r\n", ""},
		"two data lines":  {"id: 7\ndata: {\"seq\":7,\ndata: \"envelope\":{},\"created_at\":\"\"}\n\n", ""},
		"other events":    {"event: ping\ndata: {}\n\nid: 7\ndata: " + row + "\n\n", ""},
		"another id":      {"id: 8\ndata: " + row + "\n\n", kez.ChannelBadContent},
		"no JSON":         {"id: 7\ndata: hello\n\n", kez.ChannelBadContent},
		"an endless line": {"data: " + strings.Repeat("x", 300<<10), kez.ChannelBadContent},
		"endless lines":   {strings.Repeat("data: "+strings.Repeat("x", 1000)+"\n", 300), kez.ChannelBadContent},
		"cut":             {"id: 7\ndata: " + row + "\n", kez.ChannelUnreachable},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery != "" || r.Header.Get("Last-Event-ID") != "6" {
				t.Errorf("%s, Last-Event-ID %q", r.URL, r.Header.Get("Last-Event-ID"))
			}
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, test.body)
		}))
		c, _ := newClient(t, s.URL)
		stream, err := relay.Inbox{Client: c, Handle: "bob", Key: bob}.Stream(t.Context(), 6)
		if err != nil {
			t.Fatal(err)
		}
		got, err := stream.Next()
		if kez.CodeOf(err) != test.code || err == nil && got.Seq != 7 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		stream.Close()
		s.Close()
	}
}
