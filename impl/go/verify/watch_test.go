package verify_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// script is a channel that answers as told, look by look.
type script struct {
	answers []func(*channel.Finding)
	asked   *int
}

func (script) System() string { return "github" }

func (s script) Verify(context.Context, kez.Identity) *channel.Finding {
	f := &channel.Finding{}
	s.answers[min(*s.asked, len(s.answers)-1)](f)
	*s.asked++
	return f
}

// handClock moves only when somebody waits.
type handClock struct {
	now   time.Time
	waits []time.Duration
}

func (c *handClock) Now() time.Time { return c.now }

func (c *handClock) Wait(ctx context.Context, d time.Duration) error {
	c.waits = append(c.waits, d)
	c.now = c.now.Add(d)
	return ctx.Err()
}

func TestWatchTellsOnlyChanges(t *testing.T) {
	proof := signed(t, claim.New{Subject: id(t, alice)}, key(t, 1))
	there := func(f *channel.Finding) {
		f.Add("https://gist.example/1", []encoding.Candidate{{Form: encoding.FormJSON, JSON: proof}}, nil)
	}
	gone := func(f *channel.Finding) { f.Saw("https://gist.example", "nothing") }
	down := func(f *channel.Finding) {
		f.Failed("https://gist.example", kez.Errorf(kez.ChannelUnreachable, "down"))
	}
	asked := 0
	v := &verify.Verifier{Channels: channel.NewRegistry(script{[]func(*channel.Finding){there, there, down, down, down, there, gone}, &asked})}
	targets, err := v.Targets([]kez.Identity{id(t, alice)})
	if err != nil {
		t.Fatal(err)
	}
	clock := &handClock{now: now}
	var news []string
	w := verify.Watch{Verifier: v, Clock: clock, Interval: time.Minute, Rounds: 7}
	err = w.Run(context.Background(), targets, verify.Question{}, func(c verify.Change) {
		news = append(news, string(c.Before)+">"+string(c.Status)+" "+c.StaleSince)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := ">valid |valid>unreachable 2026-06-01T00:01:00Z|valid>valid |valid>not_found "
	if got := strings.Join(news, "|"); got != want {
		t.Errorf("news %s\nwant %s", got, want)
	}
	minutes := []int{1, 1, 2, 4, 8, 1}
	for i, d := range clock.waits {
		if i < len(minutes) && d != time.Duration(minutes[i])*time.Minute {
			t.Errorf("waits %v, want minutes %v", clock.waits, minutes)
			break
		}
	}
}

// TestFindings picks one answer out of many places. [KEZ-CHAN-013] to [KEZ-CHAN-017]
func TestFindings(t *testing.T) {
	k := key(t, 1)
	proof := signed(t, claim.New{Subject: id(t, alice)}, k)
	other := signed(t, claim.New{Subject: id(t, "github:bob")}, k)
	json := func(b []byte) []encoding.Candidate {
		return []encoding.Candidate{{Form: encoding.FormJSON, JSON: b}}
	}
	fail := func(code kez.Code) func(*channel.Finding) {
		return func(f *channel.Finding) { f.Failed("place", kez.Errorf(code, "no")) }
	}
	has := func(found []encoding.Candidate) func(*channel.Finding) {
		return func(f *channel.Finding) { f.Saw("place", "text"); f.Add("place", found, nil) }
	}
	for _, test := range []struct {
		name  string
		parts []func(*channel.Finding)
		want  kez.Code
		cause kez.Code
	}{
		{"a proof", []func(*channel.Finding){has(json(proof))}, "", ""},
		{"a proof, and a place that is down", []func(*channel.Finding){fail(kez.ChannelUnreachable), has(json(proof))}, "", ""},
		{"nothing", []func(*channel.Finding){has(nil)}, kez.ChannelNotFound, ""},
		{"nothing, and a place that is down", []func(*channel.Finding){has(nil), fail(kez.ChannelRateLimited)}, kez.ChannelRateLimited, ""},
		{"no account, and a place that is down", []func(*channel.Finding){fail(kez.ChannelAccountMissing), fail(kez.ChannelBadContent)}, kez.ChannelBadContent, ""},
		{"no account", []func(*channel.Finding){fail(kez.ChannelNotFound), fail(kez.ChannelAccountMissing)}, kez.ChannelAccountMissing, ""},
		{"only other owners", []func(*channel.Finding){fail(kez.ChannelOwnerMismatch)}, kez.ChannelOwnerMismatch, ""},
		{"somebody else's", []func(*channel.Finding){has(json(other))}, kez.ChannelSubjectMismatch, ""},
		{"mangled", []func(*channel.Finding){has(json(proof[:100]))}, kez.ChannelCorrupt, kez.JSONSyntax},
		{"decoded and refused", []func(*channel.Finding){has(json([]byte(strings.Replace(string(proof), `"version":1`, `"version":2`, 1))))}, kez.ClaimVersion, ""},
		{"an empty fence", []func(*channel.Finding){has([]encoding.Candidate{{Err: kez.Errorf(kez.InputEmpty, "empty")}})}, kez.ChannelNotFound, ""},
		{"too much text", []func(*channel.Finding){func(f *channel.Finding) { f.Add("place", nil, kez.Errorf(kez.InputTooLarge, "big")) }}, kez.ChannelTooLarge, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &channel.Finding{}
			for _, part := range test.parts {
				part(f)
			}
			r := verify.Found(f, verify.Question{Subject: id(t, alice), Now: now})
			if r.Code != test.want || r.Cause != test.cause {
				t.Errorf("%q cause %q (%s), want %q cause %q", r.Code, r.Cause, r.Message, test.want, test.cause)
			}
		})
	}
}

// That a store takes events back is news, also after a look that saw nothing.
func TestWatchTellsARollback(t *testing.T) {
	s := set(t, 1)
	s.keep(chain(t, s.k, nil, "add "+alice, "add x:y"))
	asked := 0
	down := func(f *channel.Finding) {
		f.Failed("https://gist.example", kez.Errorf(kez.ChannelUnreachable, "down"))
	}
	there := func(f *channel.Finding) {
		f.Add("https://gist.example/1", []encoding.Candidate{{Form: encoding.FormJSON, JSON: s.claims[alice]}}, nil)
	}
	s.v.Channels = channel.NewRegistry(script{[]func(*channel.Finding){down, down, there, there, down}, &asked})
	targets, err := s.v.Targets([]kez.Identity{id(t, alice)})
	if err != nil {
		t.Fatal(err)
	}
	var news []string
	w := verify.Watch{Verifier: s.v, Clock: &handClock{now: now}, Interval: time.Minute, Rounds: 5}
	err = w.Run(t.Context(), targets, verify.Question{}, func(c verify.Change) { news = append(news, string(c.Code)) })
	if got := strings.Join(news, " "); err != nil || got != "channel.unreachable sigchain.rollback" {
		t.Errorf("%q, %v", got, err)
	}
}
