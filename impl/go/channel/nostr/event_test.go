package nostr

import (
	"encoding/json"
	"strings"
	"testing"

	"kez.lat/kez/fakes/nostrfake"
)

// TestSound compares the serialisation with the one of the fake relay, which was
// written apart from it, and changes every member.
func TestSound(t *testing.T) {
	const secret = "0000000000000000000000000000000000000000000000000000000000000003"
	for _, content := range []string{"", "plain", "\" \\ / \n\r\t\b\f", "\x00\x01\x1f\x7f", "é 漢 \U0001F511 \u2028 <>&", "\ufffd"} {
		raw, err := nostrfake.Sign(secret, 1, [][]string{{"t", content}, {}, {"", "x"}}, content, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var e event
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		if !e.sound() {
			t.Errorf("%q: refused", content)
		}
		for name, change := range map[string]func(*event){
			"id":         func(e *event) { e.ID = strings.ToUpper(e.ID) },
			"pubkey":     func(e *event) { e.PubKey = e.ID },
			"created_at": func(e *event) { e.CreatedAt++ },
			"kind":       func(e *event) { e.Kind = 0 },
			"tags":       func(e *event) { e.Tags = nil },
			"content":    func(e *event) { e.Content += "\x00" },
			"sig":        func(e *event) { e.Sig = strings.ToUpper(e.Sig) },
			"short sig":  func(e *event) { e.Sig = e.Sig[:126] },
			"long sig":   func(e *event) { e.Sig += "00" },
		} {
			changed := e
			if change(&changed); changed.sound() {
				t.Errorf("%q: taken with another %s", content, name)
			}
		}
	}
}

func TestNewer(t *testing.T) {
	a, b, c := &event{ID: "a", CreatedAt: 1}, &event{ID: "b", CreatedAt: 1}, &event{ID: "c", CreatedAt: 2}
	if newer(a, b) >= 0 || newer(c, a) >= 0 || newer(b, c) <= 0 {
		t.Error("the newest goes first, then the lowest id")
	}
}
