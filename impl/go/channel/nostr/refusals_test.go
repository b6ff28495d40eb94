package nostr_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// TestUpgradeRefused [KEZ-CHAN-008] [KEZ-CHAN-009] [KEZ-CHAN-010]
func TestUpgradeRefused(t *testing.T) {
	empty := relay(t, nostrfake.Faults{})
	for status, code := range map[int]kez.Code{
		429: kez.ChannelRateLimited, 503: kez.ChannelUnreachable, 401: kez.ChannelUnreachable, 403: kez.ChannelUnreachable,
		404: kez.ChannelBadContent, 200: kez.ChannelBadContent, 302: kez.ChannelBadContent,
	} {
		r := relay(t, nostrfake.Faults{Status: status})
		for _, relays := range [][]string{urls(r), urls(r, empty), urls(empty, r)} {
			if got := ask(t, relays...); got.Status != kez.Unreachable || got.Code != code {
				t.Errorf("%d: %s %q (%s)", status, got.Status, got.Code, got.Message)
			}
		}
	}
}

// TestRedirect [KEZ-CHAN-010]: a configured relay is that one and no other.
func TestRedirect(t *testing.T) {
	target := relay(t, nostrfake.Faults{})
	put(t, target, alice, 1, nil, proof(t, alice), at(10))
	s := httptest.NewServer(http.RedirectHandler("http"+strings.TrimPrefix(target.URL(), "ws"), http.StatusTemporaryRedirect))
	defer s.Close()
	want(t, ask(t, "ws"+strings.TrimPrefix(s.URL, "http")), kez.Unreachable, kez.ChannelBadContent)
	if history := target.History(); len(history) != 0 {
		t.Errorf("contacted: %v", history)
	}
}

func TestNobodyThere(t *testing.T) {
	r := relay(t, nostrfake.Faults{})
	_ = r.Close()
	want(t, ask(t, r.URL()), kez.Unreachable, kez.ChannelUnreachable)
	want(t, askWithin(t, short, "ws://relay.invalid"), kez.Unreachable, kez.ChannelUnreachable)
	want(t, ask(t), kez.Unreachable, kez.ChannelUnreachable) // no relay configured
}

// speak is a relay that answers the first message of a client with these.
func speak(t *testing.T, kind websocket.MessageType, close websocket.CloseError, messages ...string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = socket.CloseNow() }()
		if _, _, err := socket.Read(r.Context()); err != nil {
			return
		}
		for _, m := range messages {
			if socket.Write(r.Context(), kind, []byte(m)) != nil {
				return
			}
		}
		if close.Code != 0 {
			_ = socket.Close(close.Code, close.Reason)
			return
		}
		_, _, _ = socket.Read(r.Context())
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

// TestGarbage [KEZ-CHAN-010]
func TestGarbage(t *testing.T) {
	eose := `["EOSE","kez"]`
	closing := websocket.CloseError{Code: websocket.StatusPolicyViolation}
	for name, test := range map[string]struct {
		url  string
		code kez.Code
	}{
		"no JSON":               {speak(t, websocket.MessageText, websocket.CloseError{}, "hello", eose), kez.ChannelBadContent},
		"an object":             {speak(t, websocket.MessageText, websocket.CloseError{}, `{"EVENT": 1}`, eose), kez.ChannelBadContent},
		"no verb":               {speak(t, websocket.MessageText, websocket.CloseError{}, `[1,2]`, eose), kez.ChannelBadContent},
		"empty":                 {speak(t, websocket.MessageText, websocket.CloseError{}, "", eose), kez.ChannelBadContent},
		"binary":                {speak(t, websocket.MessageBinary, websocket.CloseError{}, eose), kez.ChannelBadContent},
		"no event":              {speak(t, websocket.MessageText, websocket.CloseError{}, `["EVENT","kez",7]`, `["EVENT","kez",null]`, `["EVENT","kez"]`, eose), kez.ChannelNotFound},
		"unknown verb":          {speak(t, websocket.MessageText, websocket.CloseError{}, `["COUNT","kez",{"count":7}]`, eose), kez.ChannelNotFound},
		"another's EOSE":        {speak(t, websocket.MessageText, closing, `["EOSE","other"]`), kez.ChannelUnreachable},
		"early deletions":       {speak(t, websocket.MessageText, closing, `["EOSE","kez-deletions"]`), kez.ChannelUnreachable},
		"goodbye":               {speak(t, websocket.MessageText, closing), kez.ChannelUnreachable},
		"goodbye, limited":      {speak(t, websocket.MessageText, websocket.CloseError{Code: websocket.StatusPolicyViolation, Reason: "rate-limited: later"}), kez.ChannelRateLimited},
		"CLOSED without a word": {speak(t, websocket.MessageText, websocket.CloseError{}, `["CLOSED","kez"]`), kez.ChannelUnreachable},
	} {
		if got := ask(t, test.url); got.Code != test.code {
			t.Errorf("%s: %s %q (%s)", name, got.Status, got.Code, got.Message)
		}
	}
}

// TestContextEnds: the caller's own deadline ends everything at once.
func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	id := identity(t, alice)
	c := nostr.Channel{Relays: urls(relay(t, nostrfake.Faults{}))}
	got := verify.Found(c.Verify(ctx, id), verify.Question{Subject: id, Now: now})
	want(t, got, kez.Unreachable, kez.ChannelUnreachable)
}

// TestChallengeAlone: a relay that goes on after a challenge is heard, and one
// that does not wants a login.
func TestChallengeAlone(t *testing.T) {
	got := ask(t, speak(t, websocket.MessageText, websocket.CloseError{Code: websocket.StatusPolicyViolation}, `["AUTH","x"]`))
	want(t, got, kez.Unreachable, kez.ChannelUnreachable)
	if !strings.Contains(got.Message, "wants a login") {
		t.Errorf("message %s", got.Message)
	}
	got = ask(t, speak(t, websocket.MessageText, websocket.CloseError{}, `["AUTH","x"]`, `["EOSE","kez"]`))
	want(t, got, kez.NotFound, kez.ChannelNotFound)
}
