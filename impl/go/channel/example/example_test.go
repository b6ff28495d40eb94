package example_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/example"
	"kez.lat/kez/impl/go/channel/internal/worldtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// alice is a claim signed by a key for tests.
var alice = worldtest.Claim{Subject: "forge:alice", Key: 1}

// forge is a stand-in for the service.
func forge(t *testing.T, answer http.HandlerFunc) example.Channel {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return example.Channel{Client: channel.NewClient("test"), Base: s.URL}
}

// says is a profile of alice with this text.
func says(about string) http.HandlerFunc {
	return is(map[string]any{"name": "Alice", "number": 7, "about": about})
}

func is(profile map[string]any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path != "/api/users/alice" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(profile) // the client may have gone
	}
}

// TestTexts is about what stands in the one place.
func TestTexts(t *testing.T) {
	spoilt, expired, token := alice, alice, alice.Token(t)
	spoilt.Spoilt, expired.Expires = true, worldtest.Past
	for name, test := range map[string]struct {
		about string
		want  kez.Code
	}{
		"a token":               {"I am " + token + ".", ""},
		"a fence":               {alice.Markdown(t), ""},
		"one good of two":       {expired.Token(t) + " " + token, ""},
		"nothing":               {"hello", kez.ChannelNotFound},
		"no text":               {"", kez.ChannelNotFound},
		"a token cut short":     {token[:60] + "…", kez.ChannelCorrupt},
		"an expired claim":      {expired.Token(t), kez.ClaimExpired},
		"a spoilt signature":    {spoilt.Token(t), kez.SignatureInvalid},
		"somebody else's proof": {worldtest.Claim{Subject: "forge:bob", Key: 2}.Token(t), kez.ChannelSubjectMismatch},
		"more than is read":     {strings.Repeat("x", 1<<20), kez.ChannelTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			worldtest.Want(t, worldtest.Verify(t, forge(t, says(test.about)), "forge:alice"), test.want)
		})
	}
}

// TestFailures is about a place that cannot be looked at. That never reads as
// one without a proof.
func TestFailures(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	token := alice.Token(t)
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   kez.Code
	}{
		"no account":       {status(404), kez.ChannelAccountMissing},
		"too many asked":   {status(429), kez.ChannelRateLimited},
		"a private one":    {status(403), kez.ChannelUnreachable},
		"a fault":          {status(500), kez.ChannelUnreachable},
		"another status":   {status(418), kez.ChannelBadContent},
		"a web page":       {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>" + token)) }, kez.ChannelBadContent},
		"no JSON":          {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(token)) }, kez.ChannelBadContent},
		"no account in it": {is(map[string]any{"about": token}), kez.ChannelBadContent},
		"another account":  {is(map[string]any{"name": "mallory", "about": token}), kez.ChannelOwnerMismatch},
		"another host":     {redirect("https://evil.example/"), kez.ChannelBadContent},
		"the own network":  {redirect("http://127.0.0.1:22/"), kez.ChannelBadContent},
		"without end":      {says(strings.Repeat("x", 2<<20)), kez.ChannelTooLarge},
		"a hang":           {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, kez.ChannelUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if name == "a hang" {
				ctx = worldtest.Impatient(t)
			}
			r := worldtest.Ask(t, ctx, forge(t, test.answer), verify.Question{Subject: worldtest.ID(t, "forge:alice")})
			worldtest.Want(t, r, test.want)
		})
	}
}

// TestValuesAreEscaped has identities that are no plain names.
func TestValuesAreEscaped(t *testing.T) {
	var paths []string
	c := forge(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.EscapedPath()+"?"+r.URL.RawQuery)
		w.WriteHeader(http.StatusNotFound)
	})
	for _, id := range []string{"forge:../x", "forge:a?b=c#d", "forge:a%2fb"} {
		worldtest.Want(t, worldtest.Verify(t, c, id), kez.ChannelAccountMissing)
	}
	if want := []string{"/api/users/..%2Fx?", "/api/users/a%3Fb=c%23d?", "/api/users/a%252fb?"}; !slices.Equal(paths, want) {
		t.Errorf("asked %q, want %q", paths, want)
	}
}

// TestInTheRegistry is how the program finds the channel.
func TestInTheRegistry(t *testing.T) {
	registry := channel.NewRegistry(forge(t, says(alice.Token(t))))
	c, err := registry.For(worldtest.ID(t, "forge:alice"))
	if err != nil {
		t.Fatal(err)
	}
	if f := c.Verify(t.Context(), worldtest.ID(t, "forge:alice")); f.Account != "7" || len(f.Candidates) != 1 {
		t.Errorf("%+v", f)
	}
	if _, err := registry.For(worldtest.ID(t, "github:alice")); kez.CodeOf(err) != kez.ChannelUnknownSystem {
		t.Error(err)
	}
}
