package nostr_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/impl/go/kez"
)

// short is for relays that make the deadline pass.
const short = 700 * time.Millisecond

// TestOtherAuthor_N01 [KEZ-CHAN-052] [N-01]
func TestOtherAuthor_N01(t *testing.T) {
	r := relay(t, nostrfake.Faults{IgnoreFilters: true})
	put(t, r, mallory, 1, nil, proof(t, alice), at(10))
	got := ask(t, r.URL())
	want(t, got, kez.NotFound, kez.ChannelNotFound)
	wantNote(t, got, "sent 1 event(s) that were not asked for")
}

// TestUnsound_N02 [KEZ-CHAN-051] [N-02]
func TestUnsound_N02(t *testing.T) {
	for _, what := range []string{"id", "sig", "both", "content"} {
		t.Run(what, func(t *testing.T) {
			r := relay(t, nostrfake.Faults{Corrupt: what})
			put(t, r, alice, 1, nil, proof(t, alice), at(10))
			put(t, r, alice, 0, nil, about(t, proof(t, alice)), at(10))
			got := ask(t, r.URL())
			want(t, got, kez.NotFound, kez.ChannelNotFound)
			wantNote(t, got, "sent 2 invalid event(s)")
		})
	}
}

// TestKnownIDAgain_N03 [KEZ-CHAN-051] [N-03]: the copy of a sound event without a
// proof has one, and the other way round.
func TestKnownIDAgain_N03(t *testing.T) {
	var sound nostrfake.Event
	if err := json.Unmarshal(sign(t, alice, 1, nil, "hello", at(10)), &sound); err != nil {
		t.Fatal(err)
	}
	sound.Content = proof(t, alice)
	forged, err := json.Marshal(map[string]any{"unchecked": sound})
	if err != nil {
		t.Fatal(err)
	}
	r := relay(t, nostrfake.Faults{Extra: []json.RawMessage{forged}})
	put(t, r, alice, 1, nil, "hello", at(10))
	got := ask(t, r.URL())
	want(t, got, kez.NotFound, kez.ChannelNotFound)
	wantNote(t, got, "sent 1 invalid event(s)")

	for _, what := range []string{"sig", "content"} {
		r := relay(t, nostrfake.Faults{Again: what})
		put(t, r, alice, 1, nil, proof(t, alice), at(10))
		got := ask(t, r.URL())
		want(t, got, kez.Valid, "")
		wantNote(t, got, "sent 1 invalid event(s)")
	}
}

// TestFuture_N04 [KEZ-CHAN-053] [N-04]
func TestFuture_N04(t *testing.T) {
	for ahead, ignored := range map[int64]bool{10 * 365 * 86400: true, 15*60 + 1: true, 15 * 60: false} {
		for _, kind := range []int{0, 30078} {
			r := relay(t, nostrfake.Faults{KeepReplaced: true})
			contents := map[int][2]string{
				0:     {about(t, proof(t, alice)), about(t, "nothing")},
				30078: {proof(t, alice), "nothing"},
			}
			tags := map[int][][]string{30078: dKEZ}
			put(t, r, alice, kind, tags[kind], contents[kind][0], at(10))
			put(t, r, alice, kind, tags[kind], contents[kind][1], at(-ahead))
			got := ask(t, r.URL())
			if ignored {
				want(t, got, kez.Valid, "")
				wantNote(t, got, "sent 1 event(s) with a time in the future")
			} else {
				want(t, got, kez.NotFound, kez.ChannelNotFound)
			}
		}
	}
}

// TestWithdrawn_N06 [KEZ-CHAN-054] [KEZ-CHAN-007] [N-06]
func TestWithdrawn_N06(t *testing.T) {
	for _, oldestFirst := range []bool{false, true} {
		r := relay(t, nostrfake.Faults{KeepReplaced: true, OldestFirst: oldestFirst})
		put(t, r, alice, 0, nil, about(t, proof(t, alice)), at(20))
		put(t, r, alice, 0, nil, about(t, "no more"), at(10))
		put(t, r, alice, 30078, dKEZ, proof(t, alice), at(20))
		put(t, r, alice, 30078, dKEZ, "no more", at(10))
		want(t, ask(t, r.URL()), kez.NotFound, kez.ChannelNotFound)
	}
}

// TestStaleRelay_N07 [KEZ-CHAN-054] [N-07]
func TestStaleRelay_N07(t *testing.T) {
	one, two := relay(t, nostrfake.Faults{}), relay(t, nostrfake.Faults{})
	put(t, one, alice, 0, nil, about(t, proof(t, alice)), at(20))
	put(t, two, alice, 0, nil, about(t, "no more"), at(10))
	got := ask(t, urls(one, two)...)
	want(t, got, kez.NotFound, kez.ChannelNotFound)
	wantNote(t, got, fmt.Sprintf("%s has the event of kind 0 of 2026-06-01T11:59:50Z, and %s one of 2026-06-01T11:59:40Z", two.URL(), one.URL()))

	one, two = relay(t, nostrfake.Faults{}), relay(t, nostrfake.Faults{})
	put(t, one, alice, 30078, dKEZ, "nothing yet", at(20))
	put(t, two, alice, 30078, dKEZ, proof(t, alice), at(10))
	got = ask(t, urls(one, two)...)
	want(t, got, kez.Valid, "")
	wantNote(t, got, "which was not taken")
	if !strings.HasPrefix(got.Evidence, two.URL()+", event ") {
		t.Errorf("evidence %s", got.Evidence)
	}
}

// TestNotAskedFor_N08 [KEZ-CHAN-052] [N-08]
func TestNotAskedFor_N08(t *testing.T) {
	r := relay(t, nostrfake.Faults{IgnoreFilters: true})
	put(t, r, alice, 7, nil, proof(t, alice), at(10))
	put(t, r, alice, 30078, [][]string{{"d", "other"}, {"d", "kez"}}, proof(t, alice), at(10))
	put(t, r, alice, 30078, nil, proof(t, alice), at(10))
	put(t, r, alice, 5, nil, proof(t, alice), at(10))
	put(t, r, mallory, 0, nil, about(t, proof(t, alice)), at(10))
	got := ask(t, r.URL())
	want(t, got, kez.NotFound, kez.ChannelNotFound)
	wantNote(t, got, "sent 5 event(s) that were not asked for")
}

// TestHang_N09 [KEZ-CHAN-056] [KEZ-CHAN-057] [N-09]
func TestHang_N09(t *testing.T) {
	endless, mute, silent := relay(t, nostrfake.Faults{NoEOSE: true}), relay(t, nostrfake.Faults{NoUpgrade: true}), relay(t, nostrfake.Faults{Hang: true})
	empty := relay(t, nostrfake.Faults{})
	started := time.Now()
	got := askWithin(t, short, urls(endless, mute, silent, empty)...)
	want(t, got, kez.Unreachable, kez.ChannelUnreachable)
	wantPlaces(t, got, kez.ChannelUnreachable, kez.ChannelUnreachable, kez.ChannelUnreachable, "")
	if took := time.Since(started); took > 5*short {
		t.Errorf("took %s", took)
	}

	put(t, empty, alice, 1, nil, proof(t, alice), at(10))
	got = askWithin(t, short, urls(endless, mute, silent, empty)...)
	want(t, got, kez.Valid, "")
	wantPlaces(t, got, kez.ChannelUnreachable, kez.ChannelUnreachable, kez.ChannelUnreachable, "")

	put(t, endless, alice, 1, nil, proof(t, alice), at(10))
	got = askWithin(t, short, urls(endless)...)
	want(t, got, kez.Valid, "")
	wantPlaces(t, got, kez.ChannelUnreachable)
	wantNote(t, got, "the answer of "+endless.URL()+" is partial; the 1 event(s) that it sent count")
}

// TestTooMuch_N11 [KEZ-CHAN-058] [N-11]
func TestTooMuch_N11(t *testing.T) {
	huge, cut := relay(t, nostrfake.Faults{HugeFrame: 16 << 20}), relay(t, nostrfake.Faults{Fragment: 1000})
	put(t, huge, alice, 1, nil, proof(t, alice), at(10))
	got := ask(t, huge.URL())
	want(t, got, kez.Unreachable, kez.ChannelTooLarge)

	put(t, cut, alice, 1, nil, proof(t, alice)+strings.Repeat("x", 80<<10), at(10))
	got = ask(t, urls(huge, cut)...)
	want(t, got, kez.Valid, "")
	wantPlaces(t, got, kez.ChannelTooLarge, "")
}

// TestLogin_N12 [KEZ-CHAN-057] [N-12]
func TestLogin_N12(t *testing.T) {
	r := relay(t, nostrfake.Faults{Auth: true})
	put(t, r, alice, 1, nil, proof(t, alice), at(10))
	got := ask(t, urls(r, relay(t, nostrfake.Faults{}))...)
	want(t, got, kez.Unreachable, kez.ChannelUnreachable)
	if !strings.Contains(got.Message, "wants a login") {
		t.Errorf("message %s", got.Message)
	}
}

// TestRefusals_N13 [KEZ-CHAN-009] [KEZ-CHAN-057] [N-13]
func TestRefusals_N13(t *testing.T) {
	limited, notice := relay(t, nostrfake.Faults{Closed: "rate-limited: slow down"}), relay(t, nostrfake.Faults{Notice: "go away"})
	hung, login, empty := relay(t, nostrfake.Faults{Hang: true}), relay(t, nostrfake.Faults{Auth: true}), relay(t, nostrfake.Faults{})
	want(t, ask(t, limited.URL()), kez.Unreachable, kez.ChannelRateLimited)
	got := askWithin(t, short, notice.URL())
	want(t, got, kez.Unreachable, kez.ChannelUnreachable)
	if !strings.Contains(got.Message, "go away") {
		t.Errorf("message %s", got.Message)
	}
	want(t, askWithin(t, short, urls(hung, limited)...), kez.Unreachable, kez.ChannelRateLimited)
	want(t, ask(t, urls(limited, login)...), kez.Unreachable, kez.ChannelUnreachable)
	want(t, ask(t, urls(limited, empty)...), kez.Unreachable, kez.ChannelRateLimited)
}

// TestQuote [N-17]
func TestQuote_N17(t *testing.T) {
	r := relay(t, nostrfake.Faults{})
	put(t, r, alice, 1, [][]string{{"e", strings.Repeat("ab", 32), "", "reply"}}, "see:\n```kez\n"+token(t, mallory)+"\n```\n", at(10))
	want(t, ask(t, r.URL()), kez.SubjectMismatch, kez.ChannelSubjectMismatch)
}

// TestRelayList_N19 [KEZ-CHAN-023] [N-19]
func TestRelayList_N19(t *testing.T) {
	inside := relay(t, nostrfake.Faults{})
	put(t, inside, alice, 1, nil, proof(t, alice), at(10))
	r := relay(t, nostrfake.Faults{IgnoreFilters: true})
	put(t, r, alice, 10002, [][]string{{"r", inside.URL()}}, "", at(10))
	put(t, r, alice, 3, nil, `{"`+inside.URL()+`": {"read": true}}`, at(10))
	put(t, r, alice, 0, nil, `{"about": "relays: `+inside.URL()+`", "relays": ["`+inside.URL()+`"]}`, at(10))
	want(t, ask(t, r.URL()), kez.NotFound, kez.ChannelNotFound)
	if history := inside.History(); len(history) != 0 {
		t.Errorf("contacted: %v", history)
	}
}
