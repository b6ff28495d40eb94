package bluesky_test

import (
	"fmt"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

// manyPosts is a world of n posts on pages of size, with the proof in the oldest.
func manyPosts(n, size int) string {
	world := fmt.Sprintf("-- options.json --\n{\"page_size\": %d}\n-- alice.test/0.txt --\nPROOF\n", size)
	for i := 1; i < n; i++ {
		world += fmt.Sprintf("-- alice.test/%d.txt --\nnothing\n", i)
	}
	return world
}

// cursorOf is the cursor of the page that ends with the n-th post from the oldest.
func cursorOf(n int) string { return fmt.Sprintf("2026-01-01T00:00:%02d.000Z", n) }

// TestRows holds a world for each hostile AppView or feed, by the number of its
// row. Where more is read than the first page, its cursors are listed.
// [KEZ-CHAN-005] [KEZ-CHAN-006] [KEZ-CHAN-060] [KEZ-CHAN-061] [KEZ-CHAN-062] [KEZ-CHAN-063]
func TestRows(t *testing.T) {
	for _, row := range []struct {
		name, world string
		want        kez.Code
		message     string
		cursors     []string
	}{
		{"B-02 quoted proof", `
-- alice.test/1.json --
{"text": "look", "quote": "bob.test/1"}
-- bob.test/1.txt --
PROOF
`, kez.ChannelNotFound, "", []string{cursorOf(1)}},
		{"B-02 quoted beside an image", `
-- alice.test/1.json --
{"text": "look", "images": ["a cat"], "quote": "bob.test/1"}
-- bob.test/1.txt --
PROOF
`, kez.ChannelNotFound, "", []string{cursorOf(1)}},
		{"B-03 proof in the post answered", `
-- alice.test/1.json --
{"text": "yes", "reply_to": "bob.test/1"}
-- bob.test/1.txt --
PROOF
`, kez.ChannelNotFound, "", []string{cursorOf(1)}},
		{"B-06 proof behind five cursors", manyPosts(6, 1), "", "",
			[]string{cursorOf(6), cursorOf(5), cursorOf(4), cursorOf(3), cursorOf(2), cursorOf(1)}},
		{"B-06 cursor repeats", manyPosts(10, 2) + `
-- faults.json --
[{"on": "/xrpc/app.bsky.feed.getAuthorFeed?cursor=*", "merge": {"cursor": "2026-01-01T00:00:05.000Z"}}]
`, kez.ChannelUnreachable, "circle", []string{cursorOf(9), cursorOf(5)}},
		{"B-06 cursor repeats behind the proof", `
-- alice.test/1.txt --
PROOF
-- faults.json --
[{"on": "/xrpc/**", "merge": {"cursor": "2026-01-01T00:00:05.000Z"}}]
`, "", "", []string{cursorOf(5)}},
		{"B-08 token cut by an ellipsis", `
-- alice.test/1.json --
{"text": "kez:z1:KLUv_UAA…", "links": [{"text": "kez:z1:KLUv_UAA…", "uri": "https://example.com/COMPACT"}]}
`, kez.ChannelCorrupt, "truncated", []string{cursorOf(1)}},
		{"B-09 profile not found", "", kez.ChannelAccountMissing, "", nil},
		{"B-09 rate limit", `
-- faults.json --
[{"on": "/xrpc/**", "status": 429, "headers": {"Retry-After": "60"}, "json": {"error": "RateLimitExceeded"}}]
`, kez.ChannelRateLimited, "", nil},
		{"B-09 bad gateway", `
-- alice.test/1.txt --
PROOF
-- faults.json --
[{"on": "/xrpc/**", "status": 502, "json": {"error": "UpstreamFailure", "message": "Upstream Failure"}}]
`, kez.ChannelUnreachable, "502", nil},
		{"B-10 joiner in the token", "-- alice.test/1.txt --\nkez:b1:AQE7\u200dAAAA\n", kez.ChannelCorrupt, "U+200D", []string{cursorOf(1)}},
		{"B-10 space of no width in the token", "-- alice.test/1.txt --\nkez:b1:AQE7\u200bAAAA\n", kez.ChannelCorrupt, "U+200B", []string{cursorOf(1)}},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := start(t, row.world)
			_, r := look(t.Context(), t, server)
			wants(t, r, row.want)
			if !strings.Contains(r.Message, row.message) {
				t.Errorf("the message %q does not say %q", r.Message, row.message)
			}
			asked(t, server, append([]string{""}, row.cursors...)...)
		})
	}
}

// TestB05AnotherDID shows what a kept DID is compared with [KEZ-CHAN-064].
func TestB05AnotherDID(t *testing.T) {
	server := start(t, "-- alice.test/actor.json --\n{\"did\": \"did:plc:first\"}\n-- alice.test/1.txt --\nPROOF\n")
	f, r := look(t.Context(), t, server)
	wants(t, r, "")
	if f.Account != "did:plc:first" {
		t.Errorf("account %q", f.Account)
	}
	server.SetDID("alice.test", "did:plc:other")
	if f, _ = look(t.Context(), t, server); f.Account != "did:plc:other" {
		t.Errorf("account %q after the handle was sold", f.Account)
	}
	server.AddItem("alice.test", []byte(`{"post": {"uri": "at://x/app.bsky.feed.post/y", "author": {"did": "did:plc:third", "handle": "alice.test"}, "record": {}}}`))
	f, r = look(t.Context(), t, server)
	wants(t, r, kez.ChannelOwnerMismatch)
	if f.Account != "" || len(f.Candidates) != 0 {
		t.Errorf("two accounts, and still %+v", f)
	}
}
