package chat

import (
	"encoding/json"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

// FuzzOpen holds that nothing but the message of the specification, in whatever
// spelling, opens, and that every refusal has a code.
func FuzzOpen(f *testing.F) {
	data := sealedHello(f)
	hash := hashOf(data)
	f.Add(data)
	for _, change := range []func(members){
		func(m members) { m["v"] = 2 }, func(m members) { delete(m, "sig") }, func(m members) { m["x"] = 0 },
		func(m members) { m["to"] = m["from"] }, func(m members) { m["from"] = m["to"] }, func(m members) { m["ct"] = "" },
	} {
		m := parsed(f, data)
		change(m)
		f.Add(m.text(f))
	}
	for _, text := range []string{"", "[]", `{"v":1}`, "\xff"} {
		f.Add([]byte(text))
	}
	bob := key(f, bobSeed)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Open(bob, data, sentAt, nil)
		if err != nil {
			if kez.CodeOf(err) == "" || m != nil {
				t.Fatalf("%+v, %v", m, err)
			}
			return
		}
		if m.Hash != hash || m.Plaintext != hello {
			t.Fatalf("forged: %+v", m)
		}
	})
}

// FuzzPlaintext holds that what a sender puts inside opens as a message, is
// message.undecryptable or message.stale, and that a message seals to itself.
func FuzzPlaintext(f *testing.F) {
	f.Add(hello.bytes())
	for _, text := range []string{"", "{}", "[]", `{"body":"","sent_at":"2026-01-02T03:04:05Z"}`,
		`{"body":"\ud83d\ude00\u0000","sent_at":"2026-01-02T03:04:05.5+01:00","x":[{}]}`,
		`{"body":"","sent_at":"2026-01-02T03:04:05Z","dev":"0123456789abcdef","ctr":9007199254740991}`} {
		f.Add([]byte(text))
	}
	bob := key(f, bobSeed)
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > MaxEnvelope/2-1024 {
			return
		}
		m, err := Open(bob, sealRaw(t, text), sentAt, nil)
		if err != nil {
			wantCode(t, "opening", err, kez.MessageUndecryptable, kez.MessageStale)
			return
		}
		if !json.Valid(text) {
			t.Fatalf("no JSON: %q", text)
		}
		again, err := readPlaintext(m.bytes())
		if err != nil {
			t.Fatal(err)
		}
		if again.Body != m.Body || again.Dev != m.Dev || again.Ctr != m.Ctr || again.SentAt.Unix() != m.SentAt.Unix() {
			t.Fatalf("%+v reads back as %+v", m.Plaintext, again)
		}
	})
}
