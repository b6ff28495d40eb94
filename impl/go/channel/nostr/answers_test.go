package nostr_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/impl/go/kez"
)

// TestFound [KEZ-CHAN-050] [KEZ-CHAN-059]: each place, and what is asked.
func TestFound(t *testing.T) {
	public, _, err := nostrfake.Public(alice)
	if err != nil {
		t.Fatal(err)
	}
	places := `["REQ","kez",{"authors":["` + public + `"],"kinds":[0]},{"authors":["` + public + `"],"kinds":[1],"limit":200},` +
		`{"authors":["` + public + `"],"kinds":[30078],"#d":["kez"]}]`
	for kind, content := range map[int]string{0: about(t, proof(t, alice)), 1: proof(t, alice), 30078: token(t, alice)} {
		r := relay(t, nostrfake.Faults{})
		id := put(t, r, alice, kind, map[int][][]string{30078: dKEZ}[kind], content, at(10))
		got := ask(t, r.URL(), r.URL()) // named twice, asked once
		want(t, got, kez.Valid, "")
		wantPlaces(t, got, "")
		if len(got.Notes) != 0 || !strings.HasPrefix(got.Evidence, r.URL()+", event "+id) {
			t.Errorf("notes %q, evidence %s", got.Notes, got.Evidence)
		}
		deletions := `["REQ","kez-deletions",{"authors":["` + public + `"],"kinds":[5],"#e":["` + id + `"]}`
		if address := map[int]string{0: "0:" + public + ":", 30078: "30078:" + public + ":kez"}[kind]; address != "" {
			deletions += `,{"authors":["` + public + `"],"kinds":[5],"#a":["` + address + `"]}`
		}
		_ = r.Close()
		if got := sent(r); !slices.Equal(got[:2], []string{places, deletions + "]"}) {
			t.Errorf("sent %q", got)
		}
		if opening := r.History()[0].String(); opening != "conn 1 GET / User-Agent: kez/test" {
			t.Errorf("opening %s", opening)
		}
		if unknown := r.Unknown(); len(unknown) != 0 {
			t.Errorf("unknown %q", unknown)
		}
	}
}

// TestSubscriptionsAreClosed waits for the farewell, which the search does not.
func TestSubscriptionsAreClosed(t *testing.T) {
	r := relay(t, nostrfake.Faults{})
	put(t, r, alice, 1, nil, proof(t, alice), at(10))
	ask(t, r.URL())
	for limit := time.Now().Add(5 * time.Second); len(sent(r)) < 4 && time.Now().Before(limit); {
		time.Sleep(time.Millisecond)
	}
	if got := sent(r); len(got) != 4 || got[2] != `["CLOSE","kez"]` || got[3] != `["CLOSE","kez-deletions"]` {
		t.Errorf("sent %q", got)
	}
}

func TestNothing(t *testing.T) {
	r := relay(t, nostrfake.Faults{})
	got := ask(t, r.URL())
	want(t, got, kez.NotFound, kez.ChannelNotFound)
	if len(sent(r)) < 1 || got.Places[0].Seen != "no events of this key" {
		t.Errorf("places %+v", got.Places)
	}
	put(t, r, alice, 1, nil, "hello", at(10))
	put(t, r, alice, 0, nil, "no JSON", at(10))
	put(t, r, alice, 30078, dKEZ, "", at(10))
	want(t, ask(t, r.URL()), kez.NotFound, kez.ChannelNotFound)
}

// TestProfile: of a profile, about alone is searched.
func TestProfile(t *testing.T) {
	text, err := json.Marshal(proof(t, alice))
	if err != nil {
		t.Fatal(err)
	}
	for content, status := range map[string]kez.Status{
		`{"About":` + string(text) + `}`:          kez.NotFound,
		`{"website":` + string(text) + `}`:        kez.NotFound,
		`{"about":[` + string(text) + `]}`:        kez.NotFound,
		`[` + string(text) + `]`:                  kez.NotFound,
		`{"about":` + string(text) + `,"x":null}`: kez.Valid,
	} {
		r := relay(t, nostrfake.Faults{})
		put(t, r, alice, 0, nil, content, at(10))
		if got := ask(t, r.URL()); got.Status != status {
			t.Errorf("%s: %s %q", content, got.Status, got.Code)
		}
	}
}

func TestMangled(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		code kez.Code
	}{
		"cut":      {token(t, alice)[:100], kez.ChannelCorrupt},
		"ellipsis": {token(t, alice)[:100] + "…", kez.ChannelCorrupt},
		"other's":  {token(t, mallory), kez.ChannelSubjectMismatch},
	} {
		r := relay(t, nostrfake.Faults{})
		put(t, r, alice, 1, nil, test.text, at(10))
		if got := ask(t, r.URL()); got.Code != test.code {
			t.Errorf("%s: %s %q (%s)", name, got.Status, got.Code, got.Message)
		}
		put(t, r, alice, 1, nil, proof(t, alice), at(20))
		want(t, ask(t, r.URL()), kez.Valid, "") // one bad candidate hides no good one
	}
}

// TestSameEventAtTwoRelays is one candidate.
func TestSameEventAtTwoRelays(t *testing.T) {
	one, two := relay(t, nostrfake.Faults{}), relay(t, nostrfake.Faults{})
	for _, r := range []*nostrfake.Relay{one, two} {
		put(t, r, alice, 1, nil, proof(t, alice), at(10))
	}
	got := ask(t, urls(one, two)...)
	want(t, got, kez.Valid, "")
	if len(got.Candidates) != 1 {
		t.Errorf("candidates %+v", got.Candidates)
	}
}

// TestEqualTimes [KEZ-CHAN-054]
func TestEqualTimes(t *testing.T) {
	one, two := relay(t, nostrfake.Faults{}), relay(t, nostrfake.Faults{})
	with := put(t, one, alice, 0, nil, about(t, proof(t, alice)), at(10))
	without := put(t, two, alice, 0, nil, about(t, "nothing"), at(10))
	status := kez.NotFound
	if with < without {
		status = kez.Valid
	}
	for _, relays := range [][]string{urls(one, two), urls(two, one)} {
		if got := ask(t, relays...); got.Status != status {
			t.Errorf("%s %q, want %s", got.Status, got.Code, status)
		}
	}
}
