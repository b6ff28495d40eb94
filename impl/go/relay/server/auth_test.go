package server

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// TestAuthentication [KEZ-RELAY-033] … [KEZ-RELAY-042]
func TestAuthentication(t *testing.T) {
	w := start(t, nil)
	alice, bob := newKey(t, 1), newKey(t, 2)
	w.register("alice", alice)
	w.register("bobby", bob)
	inbox := relay.PollText("alice", 0)
	at := func(d time.Duration) string {
		value, err := relay.SignAuth(inbox, alice, w.time().Add(d))
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	good := at(0)
	ts, sig, _ := strings.Cut(good, ":")
	for _, c := range []struct {
		row  string
		path string
		auth []string
		want kez.Code
	}{
		{"signed well", "/v1/inbox/alice", []string{good}, ""},
		{"a poll may be repeated", "/v1/inbox/alice?since=0", []string{good}, ""},
		{"R-01 61 s old", "/v1/inbox/alice", []string{at(-61 * time.Second)}, kez.AuthStale},
		{"R-01 60 s old", "/v1/inbox/alice", []string{at(-60 * time.Second)}, ""},
		{"R-01 60 s ahead", "/v1/inbox/alice", []string{at(60 * time.Second)}, ""},
		{"R-01 61 s ahead", "/v1/inbox/alice", []string{at(61 * time.Second)}, kez.AuthFuture},
		{"no header", "/v1/inbox/alice", nil, kez.AuthMissing},
		{"an empty header", "/v1/inbox/alice", []string{""}, kez.AuthMalformed},
		{"R-03 upper case", "/v1/inbox/alice", []string{ts + ":" + strings.ToUpper(sig)}, kez.AuthMalformed},
		{"R-03 127 digits", "/v1/inbox/alice", []string{good[:len(good)-1]}, kez.AuthMalformed},
		{"R-03 three colons", "/v1/inbox/alice", []string{ts + ":" + sig[:10] + ":" + sig[10:] + ":"}, kez.AuthMalformed},
		{"R-03 two headers", "/v1/inbox/alice", []string{good, good}, kez.AuthMalformed},
		{"R-04 alice's on bob's", "/v1/inbox/bobby", []string{good}, kez.AuthInvalid},
		{"R-05 signed 0, sent 5", "/v1/inbox/alice?since=5", []string{good}, kez.AuthInvalid},
		{"R-05 since=05", "/v1/inbox/alice?since=05", []string{good}, kez.HTTPBadRequest},
		{"R-05 since twice", "/v1/inbox/alice?since=5&since=0", []string{good}, kez.HTTPBadRequest},
		{"R-05 since empty", "/v1/inbox/alice?since=", []string{good}, kez.HTTPBadRequest},
		{"limit=+1", "/v1/inbox/alice?limit=%2B1", []string{good}, kez.HTTPBadRequest},
		{"R-08 a poll's on the stream", "/v1/inbox/alice/stream", []string{good}, kez.AuthInvalid},
		{"nobody's inbox", "/v1/inbox/nobody", []string{good}, kez.HandleUnknown},
		{"nobody's inbox, stale", "/v1/inbox/nobody", []string{at(-61 * time.Second)}, kez.AuthStale},
		{"no handle and no header", "/v1/inbox/ALICE", nil, kez.HandleInvalid},
		{"R-10 lines in a handle", "/v1/inbox/alice%0Asince=0%0A1700000000", []string{good}, kez.HandleInvalid},
		{"auth in the query of a poll", "/v1/inbox/alice?auth=" + url.QueryEscape(good), nil, kez.AuthMissing},
		{"header and parameter of a stream", "/v1/inbox/alice/stream?auth=" + url.QueryEscape(good), []string{good}, kez.AuthMalformed},
		{"two parameters of a stream", "/v1/inbox/alice/stream?auth=a&auth=b", nil, kez.AuthMalformed},
	} {
		t.Run(c.row, func(t *testing.T) {
			var header []string
			for _, value := range c.auth {
				header = append(header, relay.AuthHeader, value)
			}
			if a := w.want(c.row, c.want, "GET", c.path, "", header...); a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control is %q", a.header.Get("Cache-Control"))
			}
		})
	}
	stream, proofs := w.auth(alice, relay.StreamText("alice")), w.auth(alice, relay.ProofsText("alice"))
	w.want("R-08 a stream's on proofs", kez.AuthInvalid, "PUT", "/v1/profile/alice/proofs", `{"proofs":[]}`, relay.AuthHeader, stream)
	w.want("R-08 proofs' on the stream", kez.AuthInvalid, "GET", "/v1/inbox/alice/stream", "", relay.AuthHeader, proofs)
	w.want("R-08 a stream's on a poll", kez.AuthInvalid, "GET", "/v1/inbox/alice", "", relay.AuthHeader, stream)
	w.want("proofs without a signature", kez.AuthMissing, "PUT", "/v1/profile/alice/proofs", `{"proofs":[]}`)
}

// TestReplays [KEZ-RELAY-039]: a signature that a captured request shows is of no
// use for as long as its time is good.
func TestReplays(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.register("alice", alice)
	put := func(row string, want kez.Code, auth string) {
		t.Helper()
		w.want(row, want, "PUT", "/v1/profile/alice/proofs", `{"proofs":[1]}`, relay.AuthHeader, auth)
	}
	ahead, err := relay.SignAuth(relay.ProofsText("alice"), alice, w.time().Add(60*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	put("first", "", ahead)
	put("again", kez.AuthReplayed, ahead)
	w.pass(119 * time.Second)
	put("119 s later", kez.AuthReplayed, ahead)
	w.pass(time.Second)
	put("120 s later", kez.AuthReplayed, ahead)
	w.pass(time.Second)
	put("121 s later", kez.AuthStale, ahead)
	now := w.auth(alice, relay.ProofsText("alice"))
	w.want("a body that is refused", kez.JSONType, "PUT", "/v1/profile/alice/proofs", `{"proofs":1}`, relay.AuthHeader, now)
	put("its signature was not taken", "", now)

	s := newReplays()
	for i := range replaysOfOne {
		if err := s.take([64]byte{byte(i), byte(i >> 8)}, "alice", t0); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.take([64]byte{1, 2, 3}, "alice", t0); kez.CodeOf(err) != kez.HTTPRateLimited {
		t.Errorf("one handle fills the memory: %v", err)
	}
	if err := s.take([64]byte{1, 2, 3}, "bobby", t0); err != nil {
		t.Errorf("another handle: %v", err)
	}
	if err := s.take([64]byte{}, "alice", t0.Add(121*time.Second)); err != nil || len(s.taken) != 1 || len(s.order) != 1 || len(s.counts) != 1 {
		t.Errorf("%v; %d are kept", err, len(s.taken))
	}
}

// TestR22_TheEpochIsTold [KEZ-RELAY-057] [KEZ-RELAY-064]
func TestR22_TheEpochIsTold(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.register("alice", alice)
	a := w.want("healthz", "", "GET", "/v1/healthz", "")
	if want := fmt.Sprintf(`{"server":"kez.test","epoch":%q,"status":"ok"}`+"\n", w.db.Epoch()); string(a.body) != want {
		t.Errorf("%s, want %s", a.body, want)
	}
	if page := w.poll("alice", alice, 0, ""); page.Epoch != w.db.Epoch() || page.Epoch == "" {
		t.Errorf("%+v", page)
	}
}
