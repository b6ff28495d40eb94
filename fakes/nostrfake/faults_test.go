package nostrfake

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

const everything = `["REQ","q",{}]`

func TestNeverUpgrades(t *testing.T) {
	r := faulty(t, Faults{NoUpgrade: true})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, _, err := websocket.Dial(ctx, r.URL(), nil); err == nil {
		t.Error("upgraded")
	}
	if len(r.History()) != 1 {
		t.Errorf("history: %v", r.History())
	}
	refusing := faulty(t, Faults{Status: 502})
	if _, response, err := websocket.Dial(context.Background(), refusing.URL(), nil); err == nil || response.StatusCode != 502 {
		t.Errorf("status: %v", err)
	}
}

// silent asks, and fails when the relay sends anything but what it should.
func silent(t *testing.T, r *Relay, events int) {
	t.Helper()
	c := dial(t, r)
	c.send(everything)
	for range events {
		c.until("EVENT")
	}
	ctx, cancel := context.WithTimeout(c.ctx, 100*time.Millisecond)
	defer cancel()
	if _, raw, err := c.socket.Read(ctx); err == nil {
		t.Errorf("the relay sent %s", raw)
	}
}

func TestHangs(t *testing.T) {
	for _, c := range []struct {
		faults Faults
		events int
	}{{Faults{Hang: true}, 0}, {Faults{NoEOSE: true}, 1}} {
		r := faulty(t, c.faults)
		note(t, r, alice, 1, nil, "x", 100)
		silent(t, r, c.events)
		if got := len(r.History()); got != 2 {
			t.Errorf("%d entries of history, want the opening and the REQ", got)
		}
	}
}

func TestAnswersInThePlaceOfEvents(t *testing.T) {
	for _, c := range []struct {
		faults Faults
		until  string
		want   string
	}{
		{Faults{Closed: "rate-limited: slow down"}, "CLOSED", `CLOSED "rate-limited: slow down"`},
		{Faults{Notice: "hello"}, "NOTICE", `NOTICE "hello"`},
		{Faults{Auth: true}, "CLOSED", `AUTH "challenge-1"; CLOSED "auth-required: log in first"`},
	} {
		r := faulty(t, c.faults)
		note(t, r, alice, 1, nil, "x", 100)
		client := dial(t, r)
		client.send(everything)
		if got := client.until(c.until); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestLogin(t *testing.T) {
	r := faulty(t, Faults{Auth: true})
	note(t, r, alice, 1, nil, "secret", 100)
	c := dial(t, r)
	c.until("AUTH")
	for challenge, want := range map[string]string{"another": "auth-required:", "challenge-1": `OK ""`} {
		raw, err := Sign(alice, 22242, [][]string{{"relay", r.URL() + "/"}, {"challenge", challenge}}, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		c.send(`["AUTH",` + string(raw) + `]`)
		if got := c.until("OK"); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", challenge, got, want)
		}
	}
	c.send(everything)
	if got := c.until("EOSE"); got != "secret; EOSE" {
		t.Errorf("after the login: %s", got)
	}
}

func TestEventsThatLie(t *testing.T) {
	check := func(faults Faults, want string, filters ...string) {
		t.Helper()
		r := faulty(t, faults)
		note(t, r, alice, 1, nil, "a", 200)
		note(t, r, mallory, 7, nil, "b", 100)
		if len(filters) == 0 {
			filters = []string{`{"kinds":[1]}`}
		}
		if got := ask(t, r, filters...); got != want {
			t.Errorf("%+v: got %s, want %s", faults, got, want)
		}
	}
	check(Faults{}, "a; EOSE")
	check(Faults{IgnoreFilters: true}, "a; b; EOSE")
	check(Faults{OldestFirst: true}, "b; a; EOSE", "{}")
	check(Faults{Corrupt: "id"}, "a (unsound); EOSE")
	check(Faults{Corrupt: "sig"}, "a (unsound); EOSE")
	check(Faults{Corrupt: "both"}, "a (unsound); EOSE")
	check(Faults{Corrupt: "content"}, "a  (unsound); EOSE")
	check(Faults{Again: "sig"}, "a; a (unsound); EOSE")
	check(Faults{Again: "content"}, "a; a  (unsound); EOSE")
	extra := json.RawMessage(`{"secret": "` + mallory + `", "kind": 7, "content": "extra"}`)
	check(Faults{Extra: []json.RawMessage{extra}}, "a; extra; EOSE")
	for _, wrong := range []Faults{{Corrupt: "nonsense"}, {Again: "x"}, {Extra: []json.RawMessage{[]byte(`{"kind": 1}`)}}} {
		if start(t).SetFaults(wrong) == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}

func TestAgainHasTheSameID(t *testing.T) {
	r := faulty(t, Faults{Again: "sig"})
	note(t, r, alice, 1, nil, "a", 200)
	c := dial(t, r)
	c.send(everything)
	var events [2]Event
	for i := range events {
		parts, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(parts[2], &events[i]); err != nil {
			t.Fatal(err)
		}
	}
	if events[0].ID != events[1].ID || events[0].Sig == events[1].Sig {
		t.Errorf("%+v", events)
	}
}

func TestFrames(t *testing.T) {
	huge := faulty(t, Faults{HugeFrame: 16 << 20})
	c := dial(t, huge)
	c.send(everything)
	_, raw, err := c.socket.Read(c.ctx)
	if err != nil || len(raw) != 16<<20 || !json.Valid(raw) {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
	cut := faulty(t, Faults{Fragment: 1000})
	text := strings.Repeat("long ", 20000)
	note(t, cut, alice, 1, nil, text, 100)
	if got := ask(t, cut, "{}"); got != text+"; EOSE" {
		t.Errorf("fragments came to %d bytes", len(got))
	}
}

func TestDrops(t *testing.T) {
	for after := range 3 {
		r := faulty(t, Faults{DropAfter: &after})
		for i := range 3 {
			note(t, r, alice, 1, nil, "x", int64(i))
		}
		c := dial(t, r)
		c.send(everything)
		for range after {
			c.until("EVENT")
		}
		if parts, err := c.next(); err == nil || websocket.CloseStatus(err) != -1 {
			t.Errorf("after %d: %s %v, want an end without a farewell", after, parts, err)
		}
	}
}

func TestReject(t *testing.T) {
	r := faulty(t, Faults{Reject: "blocked: no"})
	raw, err := Sign(alice, 1, nil, "x", 100)
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, r)
	c.send(`["EVENT",` + string(raw) + `]`)
	if got := c.until("OK"); got != `OK "blocked: no"` {
		t.Errorf("got %s", got)
	}
}
