package nostr_test

import (
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/impl/go/kez"
)

// short is for relays that make the deadline pass.
const short = 700 * time.Millisecond

// TestHang_N09 [KEZ-CHAN-056] [KEZ-CHAN-057] [N-09]
func TestHang_N09(t *testing.T) {
	endless, mute, silent := relay(t, nostrfake.Faults{NoEOSE: true}), relay(t, nostrfake.Faults{NoUpgrade: true}), relay(t, nostrfake.Faults{Hang: true})
	empty := relay(t, nostrfake.Faults{})
	got := askWithin(t, short, urls(endless, mute, silent, empty)...)
	want(t, got, kez.Unreachable, kez.ChannelUnreachable)
	wantPlaces(t, got, kez.ChannelUnreachable, kez.ChannelUnreachable, kez.ChannelUnreachable, "")

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
