package examplechannel_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/examplechannel"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// now is the time of all verdicts.
var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// proof is a claim about a subject, signed by a key for tests, as JSON.
func proof(t *testing.T, subject, expires string) []byte {
	t.Helper()
	key, err := keys.FromSeed([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	n := claim.New{Subject: identity(t, subject), CreatedAt: "2026-01-02T03:04:05Z", ExpiresAt: expires}
	signed, err := claim.Sign(n, key, now)
	if err != nil {
		t.Fatal(err)
	}
	text, err := encoding.FormatJSON(signed.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// spoil changes one digit of the signature.
func spoil(envelope []byte) []byte {
	start := []byte(`"sig": "`)
	digit := bytes.Index(envelope, start) + len(start)
	envelope[digit] = '0' + (envelope[digit]-'0'+1)%8
	return envelope
}

// as puts an envelope into one of the forms.
func as[T string | []byte](t *testing.T, form func([]byte) (T, error), envelope []byte) string {
	t.Helper()
	text, err := form(envelope)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func token(t *testing.T, envelope []byte) string {
	t.Helper()
	return as(t, encoding.EncodeCompact, envelope)
}

func identity(t *testing.T, text string) kez.Identity {
	t.Helper()
	id, err := kez.ParseSigned(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// wants asks a channel and fails unless the verdict on what it found has this
// code, "" for a valid proof, and the status of that code.
func wants(t *testing.T, ctx context.Context, c channel.Channel, subject string, code kez.Code) {
	t.Helper()
	id := identity(t, subject)
	r := verify.Found(c.Verify(ctx, id), verify.Question{Subject: id, Now: now})
	status, known := kez.StatusOf(code, true)
	if code == "" {
		status, known = kez.Valid, true
	}
	if !known || r.Code != code || r.Status != status {
		t.Errorf("%s %q (%s; %s), want %s %q; places %+v", r.Status, r.Code, r.Message, r.Hint, status, code, r.Places)
	}
}

// forge is a stand-in for the service.
func forge(t *testing.T, answer http.HandlerFunc) examplechannel.Channel {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return examplechannel.Channel{Client: channel.NewClient("test"), Base: s.URL}
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
	envelope := proof(t, "forge:alice", "")
	good, expired := token(t, envelope), token(t, proof(t, "forge:alice", "2026-03-01T00:00:00Z"))
	for name, test := range map[string]struct {
		about string
		want  kez.Code
	}{
		"a token":               {"I am " + good + ".", ""},
		"a fence":               {as(t, encoding.FormatMarkdown, envelope), ""},
		"one good of two":       {expired + " " + good, ""},
		"nothing":               {"hello", kez.ChannelNotFound},
		"no text":               {"", kez.ChannelNotFound},
		"a token cut short":     {good[:60] + "…", kez.ChannelCorrupt},
		"an expired claim":      {expired, kez.ClaimExpired},
		"a spoilt signature":    {token(t, spoil(proof(t, "forge:alice", ""))), kez.SignatureInvalid},
		"somebody else's proof": {token(t, proof(t, "forge:bob", "")), kez.ChannelSubjectMismatch},
		"more than is read":     {strings.Repeat("x", 1<<20), kez.ChannelTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			wants(t, t.Context(), forge(t, says(test.about)), "forge:alice", test.want)
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
	good := token(t, proof(t, "forge:alice", ""))
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   kez.Code
	}{
		"no account":       {status(404), kez.ChannelAccountMissing},
		"too many asked":   {status(429), kez.ChannelRateLimited},
		"a private one":    {status(403), kez.ChannelUnreachable},
		"a fault":          {status(500), kez.ChannelUnreachable},
		"another status":   {status(418), kez.ChannelBadContent},
		"a web page":       {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>" + good)) }, kez.ChannelBadContent},
		"no JSON":          {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(good)) }, kez.ChannelBadContent},
		"no account in it": {is(map[string]any{"about": good}), kez.ChannelBadContent},
		"another account":  {is(map[string]any{"name": "mallory", "about": good}), kez.ChannelOwnerMismatch},
		"another host":     {redirect("https://evil.example/"), kez.ChannelBadContent},
		"the own network":  {redirect("http://127.0.0.1:22/"), kez.ChannelBadContent},
		"without end":      {says(strings.Repeat("x", 2<<20)), kez.ChannelTooLarge},
		"a hang":           {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, kez.ChannelUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if name == "a hang" {
				impatient, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
				defer cancel()
				ctx = impatient
			}
			wants(t, ctx, forge(t, test.answer), "forge:alice", test.want)
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
		wants(t, t.Context(), c, id, kez.ChannelAccountMissing)
	}
	if want := []string{"/api/users/..%2Fx?", "/api/users/a%3Fb=c%23d?", "/api/users/a%252fb?"}; !slices.Equal(paths, want) {
		t.Errorf("asked %q, want %q", paths, want)
	}
}

// TestInTheRegistry is how the program finds the channel.
func TestInTheRegistry(t *testing.T) {
	registry := channel.NewRegistry(forge(t, says(token(t, proof(t, "forge:alice", "")))))
	c, err := registry.For(identity(t, "forge:alice"))
	if err != nil {
		t.Fatal(err)
	}
	if f := c.Verify(t.Context(), identity(t, "forge:alice")); f.Account != "7" || len(f.Candidates) != 1 {
		t.Errorf("%+v", f)
	}
	if _, err := registry.For(identity(t, "github:alice")); kez.CodeOf(err) != kez.ChannelUnknownSystem {
		t.Error(err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestWithoutBase asks the service itself, with a transport in its place.
func TestWithoutBase(t *testing.T) {
	answer := says(token(t, proof(t, "forge:alice", "")))
	client := channel.NewClient("test", channel.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != "forge.example" {
			t.Errorf("asked %s", r.URL)
		}
		w := httptest.NewRecorder()
		answer(w, r)
		return w.Result(), nil
	})))
	wants(t, t.Context(), examplechannel.Channel{Client: client}, "forge:alice", "")
}
