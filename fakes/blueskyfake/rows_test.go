package blueskyfake_test

import (
	"fmt"
	"strings"
	"testing"
)

// manyPosts is a world of ten posts on five pages, with the proof on the last.
func manyPosts() string {
	world := "-- options.json --\n{\"page_size\": 2}\n-- alice.test/0.txt --\nproof\n"
	for n := 1; n < 10; n++ {
		world += fmt.Sprintf("-- alice.test/%d.txt --\nnothing\n", n)
	}
	return world
}

// rows are hostile worlds, one for each way in which an AppView goes wrong. What
// a client must make of them is for the tests of clients; here each has to load
// and to show what makes it hostile.
var rows = []struct{ name, world, query, shows string }{
	{"quoted proof", `
-- alice.test/1.json --
{"text": "look", "quote": "bob.test/1"}
-- bob.test/1.txt --
proof
`, "", `"value":{"$type":"app.bsky.feed.post","createdAt":"2026-01-01T00:00:02.000Z","langs":["en"],"text":"proof"}`},
	{"proof in the thread", `
-- alice.test/1.json --
{"text": "yes", "reply_to": "bob.test/1"}
-- bob.test/1.txt --
proof
`, "", `"reply":{"parent":{"$type":"app.bsky.feed.defs#postView"`},
	{"repost of a proof", `
-- alice.test/1.json --
{"repost": "bob.test/1"}
-- bob.test/1.txt --
proof
`, "", `"$type":"app.bsky.feed.defs#reasonRepost"`},
	{"another DID", "-- alice.test/actor.json --\n{\"did\": \"did:plc:other\"}\n-- alice.test/1.txt --\nproof\n", "", `"did":"did:plc:other"`},
	{"proof on the last page", manyPosts(), "&cursor=2026-01-01T00:00:03.000Z", `"text":"proof"`},
	{"cursor that repeats", manyPosts() + `
-- faults.json --
[{"on": "/xrpc/app.bsky.feed.getAuthorFeed?cursor=*", "merge": {"cursor": "2026-01-01T00:00:05.000Z"}}]
`, "&cursor=2026-01-01T00:00:05.000Z", `"cursor":"2026-01-01T00:00:05.000Z"`},
	{"text that was cut", `
-- alice.test/1.json --
{"text": "kez:z1:abc…", "links": [{"text": "kez:z1:abc…", "uri": "https://example.com/kez:z1:abcdef"}]}
`, "", `"uri":"https://example.com/kez:z1:abcdef"`},
	{"nobody of that name", "", "", `{"error":"InvalidRequest","message":"Profile not found"}`},
	{"rate limit", `
-- faults.json --
[{"on": "/xrpc/**", "status": 429, "headers": {"RateLimit-Remaining": "0"}, "json": {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}}]
`, "", "RateLimitExceeded"},
	{"failure behind the service", `
-- faults.json --
[{"on": "/xrpc/**", "status": 502, "json": {"error": "UpstreamFailure", "message": "Upstream Failure"}}]
`, "", "UpstreamFailure"},
	{"joiners in the token", "-- alice.test/1.txt --\nkez:z1:a\u200db\u200bc\n", "", "a\u200db\u200bc"},
}

func TestRows(t *testing.T) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			server := start(t, row.world)
			_, body := get(t, server, authorFeed+"?actor=alice.test&limit=100&filter=posts_with_replies"+row.query)
			if !strings.Contains(string(body), row.shows) {
				t.Errorf("it does not show %q: %s", row.shows, body)
			}
			if unknown := server.Unknown(); len(unknown) != 0 {
				t.Errorf("unknown: %q", unknown)
			}
		})
	}
}
