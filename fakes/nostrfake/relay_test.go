package nostrfake

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestFilters(t *testing.T) {
	r := start(t)
	note(t, r, alice, 1, nil, "first", 100)
	second := note(t, r, alice, 1, [][]string{{"t", "kez"}}, "second", 200)
	note(t, r, mallory, 1, nil, "other", 150)
	note(t, r, alice, 30078, [][]string{{"d", "kez"}}, "proof", 120)
	note(t, r, alice, 30078, [][]string{{"d", "kez-sigchain"}}, "chain", 130)
	note(t, r, alice, 0, nil, "about", 110)
	a := key(t, alice)
	for filters, want := range map[string]string{
		`{}`:                                      "second; other; chain; proof; about; first; EOSE",
		`{"kinds":[1]}`:                           "second; other; first; EOSE",
		`{"kinds":[1],"limit":2}`:                 "second; other; EOSE",
		`{"kinds":[1],"limit":0}`:                 "EOSE",
		`{"kinds":[]}`:                            "EOSE",
		`{"kinds":[1],"authors":["` + a + `"]}`:   "second; first; EOSE",
		`{"ids":["` + second + `"]}`:              "second; EOSE",
		`{"#t":["kez","x"]}`:                      "second; EOSE",
		`{"#d":["kez"]}`:                          "proof; EOSE",
		`{"since":130}`:                           "second; other; chain; EOSE",
		`{"until":110}`:                           "about; first; EOSE",
		`{"kinds":[0]},{"kinds":[1],"limit":1}`:   "second; about; EOSE",
		`{"kinds":[1]},{"kinds":[1],"limit":1}`:   "second; other; first; EOSE",
		`{"authors":["` + key(t, mallory) + `"]}`: "other; EOSE",
		fmt.Sprintf(`{"kinds":[0],"authors":[%q]},{"kinds":[1],"limit":200,"authors":[%q]},{"kinds":[30078],"#d":["kez"],"authors":[%q]}`, a, a, a): "second; proof; about; first; EOSE",
	} {
		if got := ask(t, r, filters); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", filters, got, want)
		}
	}
	if unknown := r.Unknown(); len(unknown) != 0 {
		t.Errorf("unknown: %v", unknown)
	}
}

func TestReplaceable(t *testing.T) {
	r := start(t)
	note(t, r, alice, 0, nil, "new", 200)
	note(t, r, alice, 0, nil, "old", 100)
	note(t, r, alice, 30078, [][]string{{"d", "kez"}}, "kez old", 50)
	note(t, r, alice, 30078, [][]string{{"d", "kez"}}, "kez new", 60)
	note(t, r, alice, 30078, [][]string{{"d", "else"}}, "else", 40)
	note(t, r, mallory, 0, nil, "hers", 30)
	if got, want := ask(t, r, "{}"), "new; kez new; else; hers; EOSE"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := r.SetFaults(Faults{KeepReplaced: true}); err != nil {
		t.Fatal(err)
	}
	if got, want := ask(t, r, "{}"), "new; old; kez new; kez old; else; hers; EOSE"; got != want {
		t.Errorf("keep_replaced: got %s, want %s", got, want)
	}
}

func TestEqualTimesLowestID(t *testing.T) {
	r := start(t)
	ids := []string{note(t, r, alice, 0, nil, "x", 100), note(t, r, alice, 0, nil, "y", 100)}
	want := "x"
	if ids[1] < ids[0] {
		want = "y"
	}
	if got := ask(t, r, "{}"); got != want+"; EOSE" {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDeletion(t *testing.T) {
	r := start(t)
	id := note(t, r, alice, 1, nil, "proof", 100)
	note(t, r, alice, 30078, [][]string{{"d", "kez"}}, "by address", 100)
	note(t, r, mallory, 5, [][]string{{"e", id}}, "not hers", 110)
	if got, want := ask(t, r, "{}"), "not hers; "; !strings.HasPrefix(got, want) || !strings.Contains(got, "proof") {
		t.Errorf("another's deletion counted: %s", got)
	}
	note(t, r, alice, 5, [][]string{{"e", id}, {"a", "30078:" + key(t, alice) + ":kez"}}, "gone", 120)
	if got, want := ask(t, r, "{}"), "gone; not hers; EOSE"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := r.SetFaults(Faults{KeepDeleted: true}); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, r, `{"kinds":[1]}`); got != "proof; EOSE" {
		t.Errorf("keep_deleted: %s", got)
	}
	if got := ask(t, r, fmt.Sprintf(`{"kinds":[5],"authors":[%q],"#e":[%q]}`, key(t, alice), id)); got != "gone; EOSE" {
		t.Errorf("the deletion itself: %s", got)
	}
}

func TestPublishAndSubscribe(t *testing.T) {
	r := start(t)
	reader, writer := dial(t, r), dial(t, r)
	reader.send(`["REQ","live",{"kinds":[1]}]`)
	reader.until("EOSE")
	sound, err := Sign(alice, 1, nil, "hello", 100)
	if err != nil {
		t.Fatal(err)
	}
	writer.send(`["EVENT",` + string(sound) + `]`)
	if got := writer.until("OK"); got != `OK ""` {
		t.Errorf("sound event: %s", got)
	}
	if got := reader.until("EVENT"); got != "hello" {
		t.Errorf("subscription got %s", got)
	}
	writer.send(`["EVENT",` + string(sound) + `]`)
	if got := writer.until("OK"); !strings.Contains(got, "duplicate:") {
		t.Errorf("the same event again: %s", got)
	}
	writer.send(`["EVENT",` + strings.Replace(string(sound), "hello", "hullo", 1) + `]`)
	if got := writer.until("OK"); !strings.Contains(got, "invalid:") {
		t.Errorf("changed content: %s", got)
	}
	reader.send(`["CLOSE","live"]`)
	reader.send(`["REQ","fence",{"kinds":[7]}]`) // answered after the CLOSE
	reader.until("EOSE")
	note(t, r, alice, 1, nil, "unheard", 300)
	note(t, r, alice, 7, nil, "heard", 300)
	if got := reader.until("EVENT"); got != "heard" {
		t.Errorf("after CLOSE: %s", got)
	}
}

func TestUnknownAndHistory(t *testing.T) {
	r := start(t)
	c := dial(t, r)
	for _, text := range []string{`["COUNT","q",{}]`, `nonsense`, `["REQ","q",{"search":"x"}]`, `["REQ","",{}]`, `["REQ","q",{"authors":["ab"]}]`} {
		c.send(text)
		if got := c.until("NOTICE"); !strings.Contains(got, "invalid:") {
			t.Errorf("%s: %s", text, got)
		}
	}
	for _, path := range []string{"/", "/other"} {
		response, err := http.Get("http" + strings.TrimPrefix(r.URL(), "ws") + path)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil || response.StatusCode < 400 {
			t.Errorf("%s: %s %v", path, response.Status, err)
		}
	}
	if got := len(r.Unknown()); got != 7 {
		t.Errorf("%d unknown, want 7: %v", got, r.Unknown())
	}
	history := r.History()
	if len(history) != 8 || !strings.HasPrefix(history[0].String(), "conn 1 GET / ") || history[0].Header.Get("User-Agent") == "" {
		t.Errorf("history: %v", history)
	}
	if got := history[1].String(); !strings.HasPrefix(got, `conn 1 ["COUNT","q",{}] (`) {
		t.Errorf("a message: %s", got)
	}
}
