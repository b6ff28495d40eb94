package nostr_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/kez"
)

// fill adds posts that need no signing: their number counts, sound or not.
func fill(t *testing.T, r *nostrfake.Relay, n int) {
	t.Helper()
	public, _, err := nostrfake.Public(alice)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		post := fmt.Sprintf(`{"id": "%064d", "pubkey": %q, "created_at": %d, "kind": 1, "tags": [], "content": "", "sig": ""}`, i, public, at(int64(i)))
		if err := r.AddUnchecked([]byte(post)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestManyPosts [KEZ-CHAN-004]
func TestManyPosts(t *testing.T) {
	r := relay(t, nostrfake.Faults{})
	put(t, r, alice, 1, nil, proof(t, alice), at(1000))
	fill(t, r, nostr.MaxPosts-2)
	put(t, r, alice, 1, nil, "one more", at(500))
	want(t, ask(t, r.URL()), kez.Valid, "") // the last of 200
	put(t, r, alice, 1, nil, "and another", at(500))
	want(t, ask(t, r.URL()), kez.Unreachable, kez.ChannelTooLarge)
	put(t, r, alice, 0, nil, about(t, proof(t, alice)), at(1000))
	want(t, ask(t, r.URL()), kez.Valid, "")
}

// TestMorePostsThanAskedFor: what goes beyond the limit is not read.
func TestMorePostsThanAskedFor(t *testing.T) {
	r := relay(t, nostrfake.Faults{IgnoreFilters: true})
	fill(t, r, nostr.MaxPosts)
	put(t, r, alice, 1, nil, proof(t, alice), at(1000))
	got := ask(t, r.URL())
	want(t, got, kez.Unreachable, kez.ChannelTooLarge)
	wantNote(t, got, "sent 1 event(s) that were not asked for")
}

// TestFloods [KEZ-CHAN-004] [KEZ-CHAN-058]: the bounds of one relay.
func TestFloods(t *testing.T) {
	good := relay(t, nostrfake.Faults{})
	put(t, good, alice, 1, nil, proof(t, alice), at(10))
	pad := func(n int) string { return `["NOTICE","` + strings.Repeat("a", n-len(`["NOTICE",""]`)) + `"]` }
	for name, test := range map[string]struct {
		messages []string
		code     kez.Code
	}{
		"small messages":       {slices.Repeat([]string{`["NOTICE","x"]`}, nostr.MaxMessages), kez.ChannelTooLarge},
		"fewer small messages": {slices.Repeat([]string{`["NOTICE","x"]`}, nostr.MaxMessages-1), kez.ChannelNotFound},
		"large messages":       {slices.Repeat([]string{pad(nostr.MaxMessage)}, nostr.MaxBytes/nostr.MaxMessage), kez.ChannelTooLarge},
		"one of the limit":     {[]string{pad(nostr.MaxMessage)}, kez.ChannelNotFound},
		"one a byte over it":   {[]string{pad(nostr.MaxMessage + 1)}, kez.ChannelTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			url := speak(t, websocket.MessageText, websocket.CloseError{}, append(test.messages, `["EOSE","kez"]`)...)
			if got := ask(t, url); got.Code != test.code {
				t.Errorf("%s %q (%s)", got.Status, got.Code, got.Message)
			}
			want(t, ask(t, url, good.URL()), kez.Valid, "")
		})
	}
}
