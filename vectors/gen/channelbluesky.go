package gen

import (
	"fmt"
	"maps"
	"strings"
)

func channelBluesky(t *topic) {
	t.group("identity.verify", "CHAN-001 CHAN-060", "A feed shows what others wrote too; only the account's own words count.")
	c := channel(t, "bluesky:alice.example")
	const post, faults, feed = "_bluesky/alice.example/1.txt", "_bluesky/faults.json", "/xrpc/app.bsky.feed.getAuthorFeed"
	said := "This account is mine. " + c.token + "\n"
	plain := world{post: said}
	other := func(members js1) world {
		return world{"_bluesky/alice.example/1.json": js(members), "_bluesky/bob.example/1.txt": said}
	}
	wrong := func(on string, members js1) world { return plain.with(world{faults: fault(on, members)}) }
	pages := func(n int) world {
		w := plain.with(world{"_bluesky/options.json": js(js1{"page_size": 1})})
		for i := 2; i <= n; i++ {
			w[fmt.Sprintf("_bluesky/alice.example/%d.txt", i)] = "good morning\n"
		}
		return w
	}

	c.ok("bluesky", "a post", "short", plain, "CHAN-001 CHAN-060 CHAN-061 CHAN-062", wire)
	c.ok("bluesky-card", "the description of a card", "short", other(js1{"text": "mine", "external": js1{"uri": "https://alice.example/", "title": "proof", "description": c.token}}), "CHAN-062")
	c.ok("bluesky-alt", "the description of an image", "short", other(js1{"text": "mine", "images": many{c.token}}), "CHAN-062")
	c.ok("bluesky-reply", "a reply", "short", other(js1{"text": said, "reply_to": "bob.example/1"}), "CHAN-060")
	c.ok("bluesky-page-two", "the post on the second page", "short", pages(2), "CHAN-060 CHAN-028")

	c.bad("bluesky-unavailable", "bluesky", "the service fails", "channel.unreachable", wrong(feed, js1{"status": 502, "json": js1{"error": "UpstreamFailure", "message": "Upstream Failure"}}), "CHAN-008")
	c.bad("bluesky-rate", "bluesky", "the service's limit is used up", "channel.rate_limited",
		wrong(feed, js1{"status": 429, "json": js1{"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}}), "CHAN-009")
	c.bad("bluesky-html", "bluesky", "a page of HTML", "channel.bad_content", wrong(feed, js1{"type": "text/html", "body": "<html>"}), "CHAN-010")
	c.bad("bluesky-no-account", "bluesky", "no such account", "channel.account_missing", world{"_bluesky/bob.example/1.txt": said}, "CHAN-063 CHAN-011")
	c.bad("bluesky-nothing", "bluesky", "posts without a proof", "channel.not_found", world{post: "good morning\n"}, "CHAN-012")
	c.bad("bluesky-repost", "bluesky", "a repost of another account's post", "channel.not_found", other(js1{"repost": "bob.example/1"}), "CHAN-061")
	item := func(handle string, more js1) world {
		i := js1{"post": js1{"uri": "at://did:plc:" + strings.Repeat("a", 24) + "/app.bsky.feed.post/3k", "cid": "bafyreia",
			"author": js1{"did": "did:plc:" + strings.Repeat("a", 24), "handle": handle},
			"record": js1{"$type": "app.bsky.feed.post", "text": said, "createdAt": created}, "indexedAt": created}}
		maps.Copy(i, more)
		return world{"_bluesky/alice.example/feed.json": js(many{i})}
	}
	c.ok("bluesky-item", "an item of the feed with what it must have and no more", "short", item("alice.example", nil), "CHAN-061")
	c.bad("bluesky-other-author", "bluesky-item", "the post of another account, not marked as a repost", "channel.not_found", item("bob.example", nil), "CHAN-061")
	c.bad("bluesky-own-repost", "bluesky-item", "the item marked as a repost", "channel.not_found", item("alice.example", js1{"reason": js1{"$type": "app.bsky.feed.defs#reasonRepost"}}), "CHAN-061")
	c.bad("bluesky-quote", "bluesky", "a quote of another account's post", "channel.not_found", other(js1{"text": "look", "quote": "bob.example/1"}), "CHAN-062")
	c.bad("bluesky-reply-parent", "bluesky-reply", "the proof in the post that is answered", "channel.not_found", other(js1{"text": "yes", "reply_to": "bob.example/1"}), "CHAN-062")
	c.bad("bluesky-circle", "bluesky-page-two", "a cursor that repeats", "channel.unreachable",
		world{post: "good morning\n", faults: fault(feed, js1{"merge": js1{"cursor": "2026-01-01T00:00:05.000Z"}})}, "CHAN-006 CHAN-005")
	c.bad("bluesky-11-pages", "bluesky-page-two", "the post on page 11", "channel.too_large", pages(11), "CHAN-004 CHAN-003")
	c.bad("bluesky-cut", "bluesky", "the token cut in half", "channel.corrupt", world{post: c.token[:len(c.token)/2] + "\n"}, "CHAN-013")
	c.bad("bluesky-copied", "bluesky", "a proof that was made for another account", "channel.subject_mismatch",
		world{post: shortToken(alice, claim(alice, "bluesky:bob.example")) + "\n"}, "CHAN-014 VERIFY-005")
}
