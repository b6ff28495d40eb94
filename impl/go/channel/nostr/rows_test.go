package nostr_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/impl/go/kez"
)

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
