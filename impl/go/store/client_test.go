package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/store"
)

func TestFetchAppendHead(t *testing.T) {
	s, c := fake(t)
	k := key(t, 1)
	id, lines := k.Identity(), chain(t, key(t, 1), "github:alice", "dns:alice.example")
	ctx := t.Context()

	empty, err := c.Fetch(ctx, id)
	if want(t, err, ""); empty.State.Length != 0 || len(empty.Lines) != 0 {
		t.Errorf("%+v", empty)
	}
	if head, err := c.Head(ctx, id); err != nil || head.Length != 0 {
		t.Errorf("%+v, %v", head, err)
	}
	first, _, _ := strings.Cut(string(lines), "\n")
	for i, step := range []struct {
		lines string
		seq   int
		new   bool
	}{{first, 0, true}, {first + "\n", 0, false}, {string(lines), 1, true}, {string(lines), 1, false}} {
		stored, err := c.Append(ctx, id, []byte(step.lines))
		if want(t, err, ""); stored.Seq != step.seq || stored.New != step.new {
			t.Errorf("step %d: %+v", i, stored)
		}
	}
	got, err := c.Fetch(ctx, id)
	want(t, err, "")
	if got.State.Length != 2 || string(got.Lines) != string(lines) || got.State.Primary != id {
		t.Errorf("%+v", got.State)
	}
	head, err := c.Head(ctx, id)
	if want(t, err, ""); head.Hash != got.State.Head.String() || head.Length != 2 || head.Seq != 1 {
		t.Errorf("%+v", head)
	}
	same, changed, err := c.FetchChanged(ctx, id, got.Head)
	if want(t, err, ""); same != nil || changed {
		t.Errorf("the same chain again: %v, %v", same, changed)
	}
	subject, _ := kez.ParseSigned("github:alice")
	primaries, next, err := c.BySubject(ctx, subject, "")
	if want(t, err, ""); len(primaries) != 1 || primaries[0] != id || next != "" {
		t.Errorf("%v %q", primaries, next)
	}
	var events []string
	last, err := c.Export(ctx, 0, func(n int64, event []byte) error {
		events = append(events, fmt.Sprintf("%d %s", n, event))
		return nil
	})
	if want(t, err, ""); last != 2 || len(events) != 2 || events[0] != "1 "+first {
		t.Errorf("%d %q", last, events)
	}
	if got := s.Count("GET /v1/export"); got != 1 {
		t.Errorf("%d exports", got)
	}
}

// TestConflictL16 shows what the store has. [KEZ-STORE-024, KEZ-CLI-066]
func TestConflictL16(t *testing.T) {
	s, c := fake(t)
	k := key(t, 1)
	s.Put(k.Identity().String(), chain(t, k, "github:a", "github:b"))
	for name, tt := range map[string]struct {
		lines []byte
		code  kez.Code
		seq   int64
	}{
		"fork": {chain(t, k, "github:a", "github:c"), kez.SigchainFork, 1},
		"gap":  {chain(t, k, "github:a", "github:b", "github:c", "github:d"), kez.SigchainGap, 1},
	} {
		lines := tt.lines
		if name == "gap" {
			lines = []byte(strings.SplitAfter(string(lines), "\n")[3])
		}
		_, err := c.Append(t.Context(), k.Identity(), lines)
		want(t, errors.Unwrap(err), tt.code)
		conflict, ok := errors.AsType[*store.Conflict](err)
		if !ok || !errors.Is(err, tt.code) {
			t.Fatalf("%s: %v", name, err)
		}
		if seq, ok := conflict.Stored(); !ok || seq != tt.seq {
			t.Errorf("%s: stored seq %d, %v", name, seq, ok)
		}
	}
}

// TestCodes maps answers to codes. [KEZ-CHAN-008, 009, 010, 081]
func TestCodes(t *testing.T) {
	const object = `{"error": "%s", "message": "why", "hint": ""}`
	for _, tt := range []struct {
		name        string
		fault       httpfake.Fault
		read, write kez.Code
	}{
		{"500", httpfake.Status(500), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"500 with its code", httpfake.Status(500).JSON(fmt.Sprintf(object, "http.internal")), kez.ChannelUnreachable, kez.HTTPInternal},
		{"507", httpfake.Status(507).JSON(fmt.Sprintf(object, "http.storage_full")), kez.ChannelUnreachable, kez.HTTPStorageFull},
		{"a code of nobody", httpfake.Status(400).JSON(fmt.Sprintf(object, "no.such_code")), kez.ChannelBadContent, kez.ChannelBadContent},
		{"a code of the registry", httpfake.Status(400).JSON(fmt.Sprintf(object, "identity.invalid")), kez.IdentityInvalid, kez.IdentityInvalid},
		{"a code in another case", httpfake.Status(400).JSON(`{"ERROR": "identity.invalid"}`), kez.ChannelBadContent, kez.ChannelBadContent},
		{"members nobody knows", httpfake.Status(422).JSON(`{"x": 1.5e3, "hint": "", "y": [null, -0], "error": "signature.invalid"}`), kez.SignatureInvalid, kez.SignatureInvalid},
		{"403", httpfake.Status(403), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"a redirect", httpfake.Redirect("http://127.0.0.1:1/"), kez.ChannelBadContent, kez.ChannelBadContent},
		{"a redirect to itself", httpfake.Redirect("/v1/healthz"), kez.ChannelBadContent, kez.ChannelBadContent},
		{"a hang-up", httpfake.Drop(), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"a teapot", httpfake.Status(418), kez.ChannelBadContent, kez.ChannelBadContent},
		{"a web page", httpfake.Status(200).Type("text/html").Body("<html>"), kez.ChannelBadContent, kez.ChannelBadContent},
		{"an endless error", httpfake.Endless().Code(400), kez.ChannelBadContent, kez.ChannelBadContent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := fake(t)
			k := key(t, 1)
			s.Fault("/**", tt.fault)
			_, err := c.Fetch(t.Context(), k.Identity())
			want(t, err, tt.read)
			_, err = c.Append(t.Context(), k.Identity(), chain(t, k, "github:a"))
			want(t, err, tt.write)
			if got := len(s.History()); got != 2 {
				t.Errorf("%d requests, want 2: %q", got, s.History())
			}
		})
	}
}

// TestHostileChains: what a store serves is verified whatever it says of it. No
// chain that is wrong gets through. [KEZ-CHAN-076, 077]
func TestHostileChains(t *testing.T) {
	k, other := key(t, 1), key(t, 2)
	two := chain(t, k, "github:a", "github:b")
	lines := strings.SplitAfter(string(two), "\n")
	fork := string(two) + strings.SplitAfter(string(chain(t, k, "github:a", "github:c")), "\n")[1]
	for _, tt := range []struct {
		name  string
		body  string
		fault *httpfake.Fault
		code  kez.Code
	}{
		{name: "another primary", body: string(chain(t, other, "github:a")), code: kez.SigchainPrimaryChanged},
		{name: "a broken line", body: lines[0] + lines[1][:200] + "\n", code: kez.JSONSyntax},
		{name: "a spoilt signature", body: lines[0] + strings.Replace(lines[1], "github:b", "github:x", 1), code: kez.SignatureInvalid},
		{name: "the beginning is missing", body: lines[1], code: kez.SigchainFirstSeq},
		{name: "a line twice", body: lines[0] + lines[0], code: kez.SigchainDuplicateSeq},
		{name: "a blank line", body: lines[0] + "\n" + lines[1], code: kez.SigchainSyntax},
		{name: "a fork", body: fork},
		{name: "white space", body: " \n\n ", code: ""},
		{name: "a web page", fault: ptr(httpfake.Pass().Type("text/html; charset=utf-8").Body("<p>")), code: kez.ChannelBadContent},
		{name: "a page that says it is a chain", fault: ptr(httpfake.Pass().Body("<!doctype html>")), code: kez.JSONSyntax},
		{name: "an endless line", fault: ptr(httpfake.Endless()), code: kez.InputTooLarge},
		{name: "endless lines", fault: ptr(httpfake.Endless().Body(string(two))), code: kez.InputTooLarge},
		{name: "a bomb", fault: ptr(httpfake.GzipBomb(8 << 30)), code: kez.InputTooLarge},
		{name: "half of it", fault: ptr(httpfake.Pass().Truncate(len(lines[0]) + 100)), code: kez.ChannelUnreachable},
		{name: "no gzip", fault: ptr(httpfake.Pass().Header("Content-Encoding", "gzip")), code: kez.ChannelBadContent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := fake(t)
			body := tt.body
			if body == "" {
				body = string(two)
			}
			s.Put(k.Identity().String(), []byte(body))
			if tt.fault != nil {
				s.Fault("/v1/**", *tt.fault)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, err := c.Fetch(t.Context(), k.Identity())
			runtime.ReadMemStats(&after)
			want(t, err, tt.code)
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 96<<20 {
				t.Errorf("%d bytes were allocated", grown)
			}
			switch {
			case err != nil && got != nil:
				t.Errorf("a chain beside an error")
			case tt.name == "a fork" && (got.State.Fork == nil || got.State.Length != 1 || lineCount(got.Lines) != 3):
				t.Errorf("%+v with %d lines", got.State, lineCount(got.Lines))
			case tt.name == "white space" && got.State.Length != 0:
				t.Errorf("%+v", got.State)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

// TestOddAnswers refuses what no store says.
func TestOddAnswers(t *testing.T) {
	k := key(t, 1)
	id := k.Identity()
	for _, body := range []string{
		`{}`, `[]`, `{"primary":"x","seq":0,"hash":"sha256:00"}`, "{\"primary\":\"" + id.String() + "\",\"seq\":-1,\"hash\":\"x\",\"length\":0}",
		"{\"primary\":\"" + id.String() + "\",\"Seq\":0,\"hash\":\"x\",\"Length\":1}", `null`, ``, `{`,
		"{\"primary\":\"" + id.String() + "\",\"seq\":1.5,\"hash\":\"x\",\"length\":2.5}",
	} {
		s, c := fake(t)
		s.Fault("/v1/**", httpfake.Status(200).JSON(body))
		_, err := c.Head(t.Context(), id)
		want(t, err, kez.ChannelBadContent)
		_, err = c.Append(t.Context(), id, chain(t, k, "github:a"))
		want(t, err, kez.ChannelBadContent)
		_, _, err = c.BySubject(t.Context(), id, "")
		want(t, err, kez.ChannelBadContent)
	}
	s, c := fake(t)
	s.Fault("/v1/by-subject/**", httpfake.Status(200).JSON(`{"next":"1","primaries":["`+strings.Repeat(id.String()+`","`, 100)+id.String()+`"]}`))
	_, _, err := c.BySubject(t.Context(), id, "")
	want(t, err, kez.ChannelBadContent)
	s.Fault("/v1/by-subject/**", httpfake.Status(200).JSON(`{"next":"1","primaries":["github:alice"]}`))
	_, _, err = c.BySubject(t.Context(), id, "")
	want(t, err, kez.ChannelBadContent)
	for _, lines := range []string{`{"n":0,"event":{}}`, `{"n":2,"event":{}}` + "\n" + `{"n":2,"event":{}}`, `{"n":1}`, `{"n":1,"event":[]}`, "\n", strings.Repeat("x", 80<<10)} {
		s, c := fake(t)
		s.Fault("/v1/export", httpfake.Status(200).Body(lines+"\n"))
		_, err := c.Export(t.Context(), 0, func(int64, []byte) error { return nil })
		want(t, err, kez.ChannelBadContent)
	}
}

func TestNew(t *testing.T) {
	for _, base := range []string{"", "sig.kez.lat", "ftp://x.test", "https://user:hunter2@x.test", "https://x.test?a", "https://x.test#a", "https://"} {
		_, err := store.New(base, "test")
		if want(t, err, kez.CLIUsage); strings.Contains(err.Error(), "hunter2") {
			t.Error("the error shows a password")
		}
	}
	if c := client(t, "https://x.test/kez/"); c.URL(key(t, 1).Identity()) != "https://x.test/kez/v1/sigchains/ed25519/"+key(t, 1).Identity().Value() {
		t.Errorf("%s", c.URL(key(t, 1).Identity()))
	}
}

// TestPatience tries again as long as the store says it makes sense, and counts
// no time but that of the clock it is given. [KEZ-CHAN-009]
func TestPatience(t *testing.T) {
	k := key(t, 1)
	busy, limited := httpfake.Status(503), httpfake.Status(429).JSON(`{"error":"http.rate_limited","message":"slow down","hint":""}`)
	for _, tt := range []struct {
		name  string
		fault httpfake.Fault
		code  kez.Code
		waits []time.Duration
		tries int
	}{
		{"twice busy", busy.Times(2), "", []time.Duration{100 * time.Millisecond, 200 * time.Millisecond}, 3},
		{"busy for a second", busy.Header("Retry-After", "1").Times(1), "", []time.Duration{time.Second}, 2},
		{"busy until a date", busy.Header("Retry-After", now.Add(2*time.Second).Format("Mon, 02 Jan 2006 15:04:05 GMT")).Times(1), "", []time.Duration{2 * time.Second}, 2},
		{"busy for ever", busy, kez.ChannelUnreachable, []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond}, 5},
		{"limited for an hour", limited.Header("Retry-After", "3600"), kez.ChannelRateLimited, nil, 1},
		{"limited for a while", limited.Header("Retry-After", "2"), kez.ChannelRateLimited, []time.Duration{2 * time.Second, 2 * time.Second}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := fake(t)
			s.Put(k.Identity().String(), chain(t, k, "github:a"))
			s.Fault("/v1/**", tt.fault)
			var waits []time.Duration
			c.Now = func() time.Time { return now }
			c.Wait = func(_ context.Context, d time.Duration) error {
				waits = append(waits, d)
				return nil
			}
			got, err := c.Fetch(t.Context(), k.Identity())
			if want(t, err, tt.code); err == nil && got.State.Length != 1 {
				t.Errorf("%+v", got.State)
			}
			if fmt.Sprint(waits) != fmt.Sprint(tt.waits) || len(s.History()) != tt.tries {
				t.Errorf("waited %v with %d tries, want %v with %d", waits, len(s.History()), tt.waits, tt.tries)
			}
		})
	}
}

// TestWaitEnds gives the store's own reason when time is up while waiting.
func TestWaitEnds(t *testing.T) {
	s, c := fake(t)
	s.Fault("/v1/**", httpfake.Status(503))
	ctx, cancel := context.WithCancel(t.Context())
	c.Wait = func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}
	_, err := c.Fetch(ctx, key(t, 1).Identity())
	want(t, err, kez.ChannelUnreachable)
	if len(s.History()) != 1 {
		t.Errorf("%q", s.History())
	}
}

// TestTooMuch sends nothing that no store takes.
func TestTooMuch(t *testing.T) {
	s, c := fake(t)
	_, err := c.Append(t.Context(), key(t, 1).Identity(), make([]byte, kez.MaxChain+1))
	want(t, err, kez.InputTooLarge)
	if len(s.History()) != 0 {
		t.Errorf("%q", s.History())
	}
}
