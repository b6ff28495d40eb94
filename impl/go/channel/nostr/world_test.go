package nostr_test

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

const (
	alice   = "0000000000000000000000000000000000000000000000000000000000000003"
	mallory = "0000000000000000000000000000000000000000000000000000000000000007"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// at is a time some seconds before now, as events have it.
func at(seconds int64) int64 { return now.Unix() - seconds }

func identity(t *testing.T, secret string) kez.Identity {
	t.Helper()
	_, npub, err := nostrfake.Public(secret)
	if err != nil {
		t.Fatal(err)
	}
	id, err := kez.ParseTyped("nostr:" + npub)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// token is a claim by one primary on the key of a secret.
func token(t *testing.T, secret string) string {
	t.Helper()
	primary, err := keys.FromSeed([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	c, err := claim.Sign(claim.New{Subject: identity(t, secret), CreatedAt: "2026-05-01T00:00:00Z"}, primary, now)
	if err != nil {
		t.Fatal(err)
	}
	text, err := encoding.EncodeCompact(c.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// proof is a post with the proof of a key in it.
func proof(t *testing.T, secret string) string { return "My keys: " + token(t, secret) + "\n" }

// about is a profile with a text in the place that counts.
func about(t *testing.T, text string) string {
	t.Helper()
	raw, err := json.Marshal(map[string]string{"name": "alice", "about": text})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func relay(t *testing.T, faults nostrfake.Faults) *nostrfake.Relay {
	t.Helper()
	r, err := nostrfake.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	if err := r.SetFaults(faults); err != nil {
		t.Fatal(err)
	}
	return r
}

func sign(t *testing.T, secret string, kind int, tags [][]string, content string, created int64) json.RawMessage {
	t.Helper()
	raw, err := nostrfake.Sign(secret, kind, tags, content, created)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// put adds a sound event and gives its id.
func put(t *testing.T, r *nostrfake.Relay, secret string, kind int, tags [][]string, content string, created int64) string {
	t.Helper()
	raw := sign(t, secret, kind, tags, content, created)
	if err := r.AddEvent(raw); err != nil {
		t.Fatal(err)
	}
	var e nostrfake.Event
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	return e.ID
}

var dKEZ = [][]string{{"d", "kez"}}

// urls are the relays of a configuration.
func urls(relays ...*nostrfake.Relay) []string {
	var list []string
	for _, r := range relays {
		list = append(list, r.URL())
	}
	return list
}

// ask verifies alice at these relays. Tests here run one after the other, so that
// what a search leaves behind shows.
func ask(t *testing.T, relays ...string) *verify.Result {
	t.Helper()
	return askWithin(t, 0, relays...)
}

func askWithin(t *testing.T, deadline time.Duration, relays ...string) *verify.Result {
	t.Helper()
	c := nostr.Channel{Relays: relays, Version: "test", Now: func() time.Time { return now }, Deadline: deadline}
	id := identity(t, alice)
	r := verify.Found(c.Verify(context.Background(), id), verify.Question{Subject: id, Now: now})
	left := func() int { return strings.Count(stacks(), "nostr.(*session)") }
	for limit := time.Now().Add(2 * time.Second); left() > 0 && time.Now().Before(limit); {
		runtime.Gosched() // one that is just ending still shows
	}
	if n := left(); n > 0 {
		t.Errorf("%d goroutines outlive the search", n)
	}
	return r
}

func stacks() string {
	buffer := make([]byte, 1<<20)
	return string(buffer[:runtime.Stack(buffer, true)])
}

func want(t *testing.T, r *verify.Result, status kez.Status, code kez.Code) {
	t.Helper()
	if r.Status != status || r.Code != code {
		t.Errorf("%s %q (%s), want %s %q; places %+v, notes %q", r.Status, r.Code, r.Message, status, code, r.Places, r.Notes)
	}
}

// wantNote asks for a note, or with "!" in front for its absence.
func wantNote(t *testing.T, r *verify.Result, parts ...string) {
	t.Helper()
	for _, part := range parts {
		part, absent := strings.CutPrefix(part, "!")
		if strings.Contains(strings.Join(r.Notes, "\n"), part) == absent {
			t.Errorf("notes %q, want %q (absent: %t)", r.Notes, part, absent)
		}
	}
}

// wantPlaces asks for the code of each place, in order.
func wantPlaces(t *testing.T, r *verify.Result, codes ...kez.Code) {
	t.Helper()
	var got []kez.Code
	for _, p := range r.Places {
		got = append(got, p.Code)
	}
	if len(got) != len(codes) {
		t.Fatalf("places %+v, want %q", r.Places, codes)
	}
	for i := range codes {
		if got[i] != codes[i] {
			t.Errorf("places %+v, want %q", r.Places, codes)
		}
	}
}

// sent gives the messages of the client, without the request that opens.
func sent(r *nostrfake.Relay) []string {
	var list []string
	for _, m := range r.History() {
		if m.Header == nil {
			list = append(list, m.Text)
		}
	}
	return list
}
