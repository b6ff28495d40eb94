package nostr_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/impl/go/kez"
)

// TestDeleted_N18 [KEZ-CHAN-055] [N-18]
func TestDeleted_N18(t *testing.T) {
	public, _, err := nostrfake.Public(alice)
	if err != nil {
		t.Fatal(err)
	}
	for name, put1 := range map[string]func(r *nostrfake.Relay) [][]string{
		"post": func(r *nostrfake.Relay) [][]string {
			return [][]string{{"e", put(t, r, alice, 1, nil, proof(t, alice), at(20))}}
		},
		"profile": func(r *nostrfake.Relay) [][]string {
			return [][]string{{"e", put(t, r, alice, 0, nil, about(t, proof(t, alice)), at(20))}}
		},
		"data": func(r *nostrfake.Relay) [][]string {
			return [][]string{{"e", put(t, r, alice, 30078, dKEZ, proof(t, alice), at(20))}}
		},
		"data by address": func(r *nostrfake.Relay) [][]string {
			put(t, r, alice, 30078, dKEZ, proof(t, alice), at(20))
			return [][]string{{"a", "30078:" + public + ":kez"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := relay(t, nostrfake.Faults{KeepDeleted: true})
			tags := put1(r)
			put(t, r, mallory, 5, tags, "", at(5))
			want(t, ask(t, r.URL()), kez.Valid, "") // only the author deletes
			put(t, r, alice, 5, tags, "", at(10))
			got := ask(t, r.URL())
			want(t, got, kez.NotFound, kez.ChannelNotFound)
			wantNote(t, got, "was deleted by its author")
		})
	}
}

// TestAddressOfOlderVersion [KEZ-CHAN-055]: what came after the deletion counts.
func TestAddressOfOlderVersion(t *testing.T) {
	public, _, err := nostrfake.Public(alice)
	if err != nil {
		t.Fatal(err)
	}
	r := relay(t, nostrfake.Faults{})
	put(t, r, alice, 30078, dKEZ, proof(t, alice), at(10))
	put(t, r, alice, 5, [][]string{{"a", "30078:" + public + ":kez"}}, "", at(20))
	want(t, ask(t, r.URL()), kez.Valid, "")
}

// TestDeletedElsewhere [KEZ-CHAN-055]: what one relay says counts for all, if
// that relay has the event too.
func TestDeletedElsewhere(t *testing.T) {
	one, two := relay(t, nostrfake.Faults{}), relay(t, nostrfake.Faults{KeepDeleted: true})
	id := put(t, one, alice, 1, nil, proof(t, alice), at(20))
	put(t, two, alice, 1, nil, proof(t, alice), at(20))
	put(t, two, alice, 5, [][]string{{"e", id}}, "", at(10))
	want(t, ask(t, urls(one, two)...), kez.NotFound, kez.ChannelNotFound)
}

// TestForgedDeletion [KEZ-CHAN-051]
func TestForgedDeletion(t *testing.T) {
	r := relay(t, nostrfake.Faults{Again: "sig"})
	id := put(t, r, alice, 1, nil, proof(t, alice), at(20))
	forged := strings.Replace(string(sign(t, alice, 5, [][]string{{"e", id}}, "", at(10))), `"content":""`, `"content":"x"`, 1)
	if err := r.AddUnchecked([]byte(forged)); err != nil {
		t.Fatal(err)
	}
	if err := r.SetFaults(nostrfake.Faults{KeepDeleted: true}); err != nil {
		t.Fatal(err)
	}
	got := ask(t, r.URL())
	want(t, got, kez.Valid, "")
	wantNote(t, got, "sent 1 invalid event(s)")
}

// TestDeletedAtEndlessRelay [KEZ-CHAN-055] [N-09]: a relay that never says that
// it is done is still asked.
func TestDeletedAtEndlessRelay(t *testing.T) {
	r := relay(t, nostrfake.Faults{NoEOSE: true, KeepDeleted: true})
	id := put(t, r, alice, 1, nil, proof(t, alice), at(20))
	put(t, r, alice, 5, [][]string{{"e", id}}, "", at(10))
	got := askWithin(t, short, r.URL())
	want(t, got, kez.Unreachable, kez.ChannelUnreachable)
	wantNote(t, got, "was deleted by its author")
}

// TestNoAnswerAboutDeletions [KEZ-CHAN-055]: the proof counts, with a warning.
func TestNoAnswerAboutDeletions(t *testing.T) {
	after := 2 // the event and EOSE
	r := relay(t, nostrfake.Faults{DropAfter: &after})
	put(t, r, alice, 1, nil, proof(t, alice), at(20))
	got := ask(t, r.URL())
	want(t, got, kez.Valid, "")
	wantPlaces(t, got, "")
	wantNote(t, got, "did not say whether the proof was deleted")
}

// TestEarlyEndOfDeletions [KEZ-CHAN-055]: an answer that came before the question
// is none, and a deletion of something else says nothing.
func TestEarlyEndOfDeletions(t *testing.T) {
	r := relay(t, nostrfake.Faults{})
	id := put(t, r, alice, 1, nil, proof(t, alice), at(20))
	event := func(sub string, raw json.RawMessage) string { return `["EVENT","` + sub + `",` + string(raw) + `]` }
	post := event("kez", sign(t, alice, 1, nil, proof(t, alice), at(20)))
	other := event("kez-deletions", sign(t, alice, 5, [][]string{{"e", strings.Repeat("ab", 32)}, {"a", "1::"}, {"e"}}, "", at(10)))
	mine := event("kez-deletions", sign(t, alice, 5, [][]string{{"e", id}}, "", at(10)))
	early, end := `["EOSE","kez-deletions"]`, `["EOSE","kez"]`
	got := ask(t, speak(t, websocket.MessageText, websocket.CloseError{}, early, post, end, mine, early))
	want(t, got, kez.NotFound, kez.ChannelNotFound)
	got = ask(t, speak(t, websocket.MessageText, websocket.CloseError{}, post, end, other, early))
	want(t, got, kez.Valid, "")
	wantNote(t, got, "sent 1 event(s) that were not asked for")
	got = ask(t, speak(t, websocket.MessageText, websocket.CloseError{}, post, end, `["CLOSED","kez-deletions","rate-limited: later"]`))
	want(t, got, kez.Valid, "")
	wantNote(t, got, "did not say whether the proof was deleted")
}
