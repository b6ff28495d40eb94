package ap_test

import (
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

const (
	// finger and profile are the two requests that every verification starts with.
	finger  = "a.example of alice@a.example"
	profile = "a.example/users/alice"

	alice = "-- a.example/alice.json --\n{\"summary\": \"<p>PROOF</p>\"}\n"
)

// TestRows holds a world for each hostile server, by the number of its row.
// [KEZ-CHAN-065] [KEZ-CHAN-066] [KEZ-CHAN-067] [KEZ-CHAN-071] [KEZ-CHAN-072]
func TestRows(t *testing.T) {
	for _, row := range []struct {
		name, world string
		want        kez.Code
		message     string
		asked       []string
	}{
		{"A-02 another host points back", `
-- a.example/alice.json --
{"web_host": "b.example", "summary": "PROOF"}
`, "", "", []string{finger, "b.example/users/alice", "b.example of alice@b.example"}},
		{"A-02 under another name", `
-- a.example/alice.webfinger.json --
{"subject": "acct:alice@a.example", "links": [{"rel": "self", "type": "application/activity+json", "href": "https://b.example/users/al"}]}
-- b.example/al.json --
{"summary": "PROOF"}
-- b.example/al.webfinger.json --
{"subject": "acct:alice@a.example", "links": [{"rel": "self", "type": "application/activity+json", "href": "https://b.example/users/al"}]}
`, "", "", []string{finger, "b.example/users/al", "b.example of al@b.example"}},
		{"A-03 another host does not know", `
-- a.example/alice.json --
{"web_host": "b.example", "unlinked": true, "summary": "PROOF"}
`, kez.ChannelOwnerMismatch, "does not know", []string{finger, "b.example/users/alice", "b.example of alice@b.example"}},
		{"A-03 another host means another", `
-- a.example/alice.webfinger.json --
{"subject": "acct:alice@a.example", "links": [{"rel": "self", "type": "application/activity+json", "href": "https://b.example/users/alice"}]}
-- b.example/alice.json --
{"summary": "PROOF"}
`, kez.ChannelOwnerMismatch, "another account", []string{finger, "b.example/users/alice", "b.example of alice@b.example"}},
		{"A-03 another host is down", `
-- a.example/alice.json --
{"web_host": "b.example", "summary": "PROOF"}
-- faults.json --
[{"on": "b.example/.well-known/webfinger", "status": 503}]
`, kez.ChannelUnreachable, "503", []string{finger, "b.example/users/alice", "b.example of alice@b.example"}},
		{"A-03 the subject is another", `
-- a.example/alice.json --
{"web_host": "b.example", "summary": "PROOF"}
-- a.example/alice.webfinger.json --
{"subject": "acct:mallory@a.example", "links": [{"rel": "self", "type": "application/activity+json", "href": "https://b.example/users/alice"}]}
`, kez.ChannelOwnerMismatch, "mallory", []string{finger, "b.example/users/alice"}},
		{"A-04 id on another host", `
-- a.example/alice.json --
{"id": "https://b.example/users/alice", "summary": "PROOF"}
`, kez.ChannelOwnerMismatch, "b.example", []string{finger, profile}},
		{"A-04 id at another path", `
-- a.example/alice.json --
{"id": "https://a.example/users/bob", "summary": "PROOF"}
`, kez.ChannelOwnerMismatch, "bob", []string{finger, profile}},
		{"A-04 no id", alice + `
-- faults.json --
[{"on": "a.example/users/alice", "merge": {"id": null}}]
`, kez.ChannelOwnerMismatch, "", []string{finger, profile}},
		{"A-12 two self links", alice + `
-- a.example/alice.webfinger.json --
{"subject": "acct:alice@a.example", "links": [
 {"rel": "self", "type": "application/activity+json", "href": "http://a.example/users/alice"},
 {"rel": "self", "type": "text/html", "href": "https://a.example/@alice"},
 {"rel": "self", "type": "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", "href": "https://a.example/users/alice"},
 {"rel": "self", "type": "application/activity+json", "href": "https://a.example/users/bob"}]}
`, "", "", []string{finger, profile}},
		{"A-13 gone", alice + `
-- faults.json --
[{"on": "a.example/users/alice", "status": 410}]
`, kez.ChannelAccountMissing, "410", []string{finger, profile}},
		{"A-13 signed requests, 401", alice + `
-- faults.json --
[{"on": "a.example/users/*", "status": 401}]
`, kez.ChannelUnreachable, "the server wants signed requests", []string{finger, profile}},
		{"A-13 signed requests, 403", alice + `
-- faults.json --
[{"on": "a.example/users/*", "status": 403}]
`, kez.ChannelUnreachable, "the server wants signed requests", []string{finger, profile}},
		{"A-14 bomb", alice + `
-- faults.json --
[{"on": "a.example/users/alice", "gzip_bomb": 10737418240, "type": "application/activity+json"}]
`, kez.ChannelTooLarge, "", []string{finger, profile}},
		{"A-16 moved to where the proof is", `
-- a.example/alice.json --
{"movedTo": "https://b.example/users/alice", "alsoKnownAs": ["https://b.example/users/alice"]}
-- b.example/alice.json --
{"summary": "PROOF"}
`, kez.ChannelNotFound, "", []string{finger, profile}},
		{"A-17 proof of another account", "-- a.example/alice.json --\n{\"summary\": \"<p>bob says: BOBS</p>\"}\n", kez.ChannelSubjectMismatch, "bob", []string{finger, profile}},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := start(t, row.world)
			_, r := look(t.Context(), t, server)
			wants(t, r, row.want)
			if !strings.Contains(r.Message, row.message) {
				t.Errorf("the message %q does not say %q", r.Message, row.message)
			}
			asked(t, server, row.asked...)
		})
	}
}
