package bluesky_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/bluesky"
	"kez.lat/kez/impl/go/channel/internal/worldtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// odd is a world of one post of alice with this record.
func odd(record string) string {
	return "-- alice.test/1.json --\n" + `{"post": {"uri": "at://d/app.bsky.feed.post/k", "author": {"did": "d", "handle": "alice.test"}, "record": ` + record + "}}\n"
}

// TestWhereProofsStand has a proof in each text of an own post, and in each that
// is not one [KEZ-CHAN-061] [KEZ-CHAN-062].
func TestWhereProofsStand(t *testing.T) {
	for name, test := range map[string]struct {
		world, where string
		want         kez.Code
	}{
		"text":         {"-- alice.test/1.txt --\nmy proof:\nPROOF\n", ", line 2", ""},
		"fence":        {"-- alice.test/1.txt --\n```kez\nPROOF\n```\n", ", line 1", ""},
		"card":         {"-- alice.test/1.json --\n{\"external\": {\"uri\": \"https://a.example/\", \"description\": \"COMPACT\"}}\n", ", card description, line 1", ""},
		"alt text":     {"-- alice.test/1.json --\n{\"images\": [\"a cat\", \"COMPACT\"]}\n", ", alt text of image 2, line 1", ""},
		"beside quote": {"-- alice.test/1.json --\n{\"images\": [\"COMPACT\"], \"quote\": \"bob.test/1\"}\n-- bob.test/1.txt --\nx\n", ", alt text of image 1, line 1", ""},
		"own reply":    {"-- alice.test/1.json --\n{\"text\": \"PROOF\", \"reply_to\": \"bob.test/1\"}\n-- bob.test/1.txt --\nx\n", ", line 1", ""},
		"handle in capitals": {`-- alice.test/1.json --
{"post": {"uri": "at://d/app.bsky.feed.post/k", "author": {"did": "d", "handle": "Alice.TEST"}, "record": {"text": "PROOF"}}}
`, "/post/k, line 1", ""},
		"pinned post": {`-- alice.test/1.json --
{"post": {"uri": "at://d/app.bsky.feed.post/k", "author": {"did": "d", "handle": "alice.test"}, "record": {"text": "PROOF"}},
 "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}
`, "/post/k, line 1", ""},
		"no proof":       {"-- alice.test/1.txt --\nhello\n", "", kez.ChannelNotFound},
		"no post":        {"-- alice.test/feed.json --\n[]\n", "", kez.ChannelNotFound},
		"someone else's": {"-- alice.test/1.txt --\nBOBS\n", ", line 1", kez.ChannelSubjectMismatch},
		"mangled":        {"-- alice.test/1.txt --\nkez:b1:AQE7aie8\n", ", line 1", kez.ChannelCorrupt},
		"beside bad":     {"-- alice.test/1.txt --\nPROOF\n-- alice.test/2.txt --\nBOBS kez:z1:x kez:b1:y\n", ", line 1", ""},
		"repost":         {"-- alice.test/1.json --\n{\"repost\": \"bob.test/1\"}\n-- bob.test/1.txt --\nPROOF\n", "", kez.ChannelNotFound},
		"own repost marked so": {`-- alice.test/1.json --
{"post": {"uri": "", "author": {"did": "d", "handle": "alice.test"}, "record": {"text": "PROOF"}}, "reason": {"$type": "app.bsky.feed.defs#reasonRepost"}}
`, "", kez.ChannelNotFound},
		"link":                    {"-- alice.test/1.json --\n{\"text\": \"here\", \"links\": [{\"text\": \"here\", \"uri\": \"https://x.example/#PROOF\"}]}\n", "", kez.ChannelNotFound},
		"card's URL":              {"-- alice.test/1.json --\n{\"external\": {\"uri\": \"https://x.example/#PROOF\", \"title\": \"PROOF\"}}\n", "", kez.ChannelNotFound},
		"profile":                 {"-- alice.test/actor.json --\n{\"description\": \"PROOF\", \"displayName\": \"PROOF\"}\n", "", kez.ChannelNotFound},
		"odd record":              {"-- alice.test/1.json --\n{\"post\": {\"uri\": \"\", \"author\": {\"did\": \"d\", \"handle\": \"alice.test\"}, \"record\": {\"text\": 7}}}\n", "", kez.ChannelBadContent},
		"odd embed":               {odd(`{"text": "PROOF", "embed": {"$type": "app.bsky.embed.images", "images": {"all": 7}}}`), "/post/k, line 1", ""},
		"odd embed that is none":  {odd(`{"text": "PROOF", "embed": [7]}`), "/post/k, line 1", ""},
		"odd media":               {odd(`{"text": "PROOF", "embed": {"media": "none"}}`), "/post/k, line 1", ""},
		"odd embed, no proof":     {odd(`{"text": "x", "embed": {"external": 7}}`), "", kez.ChannelNotFound},
		"embed of another type":   {odd(`{"embed": {"$type": "app.bsky.embed.future", "external": {"description": "COMPACT"}}}`), "", kez.ChannelNotFound},
		"media beside odd record": {odd(`{"embed": {"$type": "app.bsky.embed.recordWithMedia", "record": 7, "media": {"$type": "app.bsky.embed.images", "images": [{"alt": "COMPACT"}]}}}`), "/post/k, alt text of image 1, line 1", ""},
		"beside an odd post":      {"-- alice.test/1.txt --\nPROOF\n-- alice.test/2.json --\n{\"post\": {\"uri\": 7, \"author\": 7}, \"reason\": 7}\n", ", line 1", ""},
		"no DID":                  {"-- alice.test/1.json --\n{\"post\": {\"author\": {\"handle\": \"alice.test\"}, \"record\": {\"text\": \"PROOF\"}}}\n", "", kez.ChannelBadContent},
		"hostile key":             {"-- alice.test/1.json --\n{\"post\": {\"uri\": \"at://d/app.bsky.feed.post/\\u001b[2J\", \"author\": {\"did\": \"d\", \"handle\": \"alice.test\"}, \"record\": {\"text\": \"PROOF\"}}}\n", "profile/alice.test, line 1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, r := look(t.Context(), t, start(t, test.world))
			wants(t, r, test.want)
			if !strings.HasSuffix(r.Evidence, test.where) || test.where != "" && !strings.HasPrefix(r.Evidence, "https://bsky.app/profile/alice.test") {
				t.Errorf("evidence %q, want …%s", r.Evidence, test.where)
			}
		})
	}
}

// TestCouldNotLook has every answer that says nothing about the posts, with a
// proof behind it: none of them reads as "not found" [KEZ-CHAN-008] [KEZ-CHAN-009] [KEZ-CHAN-010] [KEZ-CHAN-017].
func TestCouldNotLook(t *testing.T) {
	for name, test := range map[string]struct {
		fault httpfake.Fault
		want  kez.Code
	}{
		"other 400":            {httpfake.Status(400).JSON(`{"error": "InvalidRequest", "message": "Malformed cursor"}`), kez.ChannelBadContent},
		"400 of nothing":       {httpfake.Status(400), kez.ChannelBadContent},
		"404":                  {httpfake.Status(404), kez.ChannelBadContent},
		"401":                  {httpfake.Status(401).JSON(`{"error": "AuthMissing"}`), kez.ChannelUnreachable},
		"403":                  {httpfake.Status(403), kez.ChannelUnreachable},
		"its own rate limit":   {httpfake.Status(400).JSON(`{"error": "RateLimitExceeded"}`), kez.ChannelRateLimited},
		"page of a proxy":      {httpfake.Pass().Type("text/html").Body("<html>please log in</html>"), kez.ChannelBadContent},
		"page called JSON":     {httpfake.Pass().Body("<!DOCTYPE html>"), kez.ChannelBadContent},
		"no JSON":              {httpfake.Pass().Body("hello"), kez.ChannelBadContent},
		"another object":       {httpfake.Pass().JSON(`{"posts": []}`), kez.ChannelBadContent},
		"null":                 {httpfake.Pass().JSON(`null`), kez.ChannelBadContent},
		"feed of another sort": {httpfake.Pass().JSON(`{"feed": [7]}`), kez.ChannelBadContent},
		"hang up":              {httpfake.Drop(), kez.ChannelUnreachable},
		"cut":                  {httpfake.Pass().Truncate(20), kez.ChannelUnreachable},
		"endless":              {httpfake.Endless().Body(`{"feed": [`), kez.ChannelTooLarge},
		"bomb":                 {httpfake.GzipBomb(64 << 20), kez.ChannelTooLarge},
		"redirect to another":  {httpfake.Redirect("https://evil.example/"), kez.ChannelBadContent},
		"redirect to metadata": {httpfake.Redirect("http://169.254.169.254/"), kez.ChannelBadContent},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, "-- alice.test/1.txt --\nPROOF\n")
			server.Fault("/xrpc/**", test.fault)
			_, r := look(t.Context(), t, server)
			wants(t, r, test.want)
			asked(t, server, "")
		})
	}
}

// TestLaterPageFails keeps what was found, and never says "not found" of what
// it could not read [KEZ-CHAN-016].
func TestLaterPageFails(t *testing.T) {
	for world, want := range map[string]kez.Code{"PROOF": "", "BOBS": kez.ChannelSubjectMismatch, "x": kez.ChannelUnreachable} {
		server := start(t, "-- alice.test/1.txt --\n"+world+"\n")
		server.Fault("/xrpc/app.bsky.feed.getAuthorFeed?cursor=*", httpfake.Status(503))
		_, r := look(t.Context(), t, server)
		wants(t, r, want)
	}
}

// TestTenPages [KEZ-CHAN-003] [KEZ-CHAN-004]
func TestTenPages(t *testing.T) {
	server := start(t, manyPosts(11, 1))
	_, r := look(t.Context(), t, server)
	wants(t, r, kez.ChannelTooLarge)
	if n := len(server.History()); n != 10 {
		t.Errorf("%d requests", n)
	}
}

// TestHang has a server that never answers and a caller who does not wait.
func TestHang(t *testing.T) {
	server := start(t, "-- alice.test/1.txt --\nPROOF\n")
	server.Fault("/xrpc/**", httpfake.Hang())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, r := look(ctx, t, server)
	wants(t, r, kez.ChannelUnreachable)
}

func TestNobodyListens(t *testing.T) {
	id := worldtest.ID(t, "bluesky:alice.test")
	f := bluesky.Channel{Client: channel.NewClient("test"), AppView: "http://127.0.0.1:1"}.Verify(t.Context(), id)
	wants(t, verify.Found(f, verify.Question{Subject: id, Now: now}), kez.ChannelUnreachable)
}
