package blueskyfake_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/fakes/blueskyfake"
	"kez.lat/kez/fakes/httpfake"
)

func TestPosts(t *testing.T) {
	server := start(t, "")
	server.AddActor("alice.test", blueskyfake.Actor{DID: "did:plc:alice"})
	asked := server.AddPost("bob.test", blueskyfake.Post{Text: "question"})
	server.AddPost("alice.test", blueskyfake.Post{
		Text: "é see kez:z1:a…", ReplyTo: asked, Quote: asked, Images: []string{"a cat"},
		Links: []blueskyfake.Link{{Text: "kez:z1:a…", URI: "kez:z1:abc"}},
	})
	server.AddRepost("alice.test", asked)
	items, _ := feed(t, server, "alice.test", "")
	if len(items) != 2 {
		t.Fatalf("%+v", items)
	}
	repost, own := items[0], items[1]
	if repost.Reason.Type != "app.bsky.feed.defs#reasonRepost" || repost.Reason.By.Handle != "alice.test" || repost.Post.Author.Handle != "bob.test" {
		t.Errorf("repost %+v", repost)
	}
	view := own.Post
	if view.Author.DID != "did:plc:alice" || view.Record.Type != "app.bsky.feed.post" || view.Record.CreatedAt != "2026-01-01T00:00:02.000Z" ||
		len(view.CID) != 59 || !strings.HasPrefix(view.CID, "bafyrei") || !strings.HasPrefix(view.URI, "at://did:plc:alice/app.bsky.feed.post/3") || len(view.URI) != len("at://did:plc:alice/app.bsky.feed.post/")+13 {
		t.Errorf("post %+v", view)
	}
	if view.Record.Reply.Parent.URI != asked || own.Reply.Parent.Record.Text != "question" || own.Reply.Root.CID != view.Record.Reply.Root.CID {
		t.Errorf("reply %+v %+v", view.Record.Reply, own.Reply)
	}
	if view.Embed.Type != "app.bsky.embed.recordWithMedia#view" || !strings.Contains(string(view.Embed.Record), `"text":"question"`) || strings.Contains(string(view.Record.Embed), "question") {
		t.Errorf("embed %s, in the record %s", view.Embed.Record, view.Record.Embed)
	}
	facet := view.Record.Facets[0]
	if facet.Index.ByteStart != 7 || facet.Index.ByteEnd != 18 || facet.Features[0].URI != "kez:z1:abc" {
		t.Errorf("facet %+v", facet)
	}
	server.Delete(asked)
	items, _ = feed(t, server, "alice.test", "")
	if len(items) != 1 || !items[0].Reply.Parent.NotFound || !strings.Contains(string(items[0].Post.Embed.Record), "viewNotFound") {
		t.Errorf("after the other post was deleted: %+v", items)
	}
}

func TestPaging(t *testing.T) {
	server := start(t, "")
	for n := range 5 {
		server.AddPost("alice.test", blueskyfake.Post{Text: fmt.Sprint(n)})
		server.AddPost("bob.test", blueskyfake.Post{Text: "other"})
	}
	server.PageSize(2)
	var seen, cursors []string
	for cursor := ""; ; {
		items, next := feed(t, server, "Alice.test", cursor)
		seen = append(seen, texts(items)...)
		if cursors = append(cursors, next); next == "" {
			break
		}
		cursor = next
	}
	if !slices.Equal(seen, []string{"4", "3", "2", "1", "0"}) || len(cursors) != 4 || cursors[2] != "2026-01-01T00:00:01.000Z" {
		t.Errorf("%q over %q", seen, cursors)
	}
	server.Fault(authorFeed+"?cursor=*", httpfake.Pass().Merge(`{"cursor": "2026-01-01T00:00:05.000Z"}`))
	if _, next := feed(t, server, "alice.test", cursors[0]); next != "2026-01-01T00:00:05.000Z" {
		t.Fatalf("cursor %q", next)
	}
	if items, next := feed(t, server, "alice.test", "2026-01-01T00:00:05.000Z"); next != "2026-01-01T00:00:05.000Z" || len(items) == 0 {
		t.Errorf("the cursor does not repeat: %q", next)
	}
}

func TestFilters(t *testing.T) {
	server := start(t, `
-- alice.test/1.txt --
post
-- alice.test/2.json --
{"text": "thread", "reply_to": "alice.test/1"}
-- alice.test/3.json --
{"text": "answer", "reply_to": "bob.test/1"}
-- alice.test/4.json --
{"text": "image", "images": ["alt"]}
-- bob.test/1.txt --
question
`)
	for filter, want := range map[string]string{
		"posts_with_replies": "image answer thread post", "": "image answer thread post", "posts_no_replies": "image post",
		"posts_with_media": "image", "posts_and_author_threads": "image thread post",
	} {
		items, _ := feed(t, server, "alice.test", "", "filter", filter)
		if got := strings.Join(texts(items), " "); got != want {
			t.Errorf("%s gives %q, want %q", filter, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	server := start(t, "-- alice.test/actor.json --\n{}\n")
	for query, want := range map[string]string{
		"?actor=bob.test":                 `{"error":"InvalidRequest","message":"Profile not found"}`,
		"?actor=did:plc:x":                `{"error":"InvalidRequest","message":"Profile not found"}`,
		"":                                `{"error":"InvalidRequest","message":"Error: Params must have the property \"actor\""}`,
		"?actor=alice":                    `{"error":"InvalidRequest","message":"Error: actor must be a valid did or a handle"}`,
		"?actor=alice.test&limit=101":     `{"error":"InvalidRequest","message":"Error: limit can not be greater than 100"}`,
		"?actor=alice.test&limit=0":       `{"error":"InvalidRequest","message":"Error: limit can not be less than 1"}`,
		"?actor=alice.test&limit=x":       `{"error":"InvalidRequest","message":"Error: limit must be an integer"}`,
		"?actor=alice.test&cursor=nobody": `{"error":"InvalidRequest","message":"Malformed cursor"}`,
	} {
		if answer, body := get(t, server, authorFeed+query); answer.StatusCode != 400 || string(body) != want {
			t.Errorf("%s gives %d %s", query, answer.StatusCode, body)
		}
	}
	server.Fault(authorFeed+"?actor=alice.test", blueskyfake.RateLimited())
	if answer, body := get(t, server, authorFeed+"?actor=alice.test"); answer.StatusCode != 429 || answer.Header.Get("RateLimit-Remaining") != "0" || !strings.Contains(string(body), "RateLimitExceeded") {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	server.Fault("/xrpc/**", blueskyfake.Error(http.StatusBadGateway, "UpstreamFailure", "Upstream Failure"))
	if answer, _ := get(t, server, authorFeed+"?actor=alice.test"); answer.StatusCode != 502 {
		t.Errorf("%d", answer.StatusCode)
	}
	if len(server.Unknown()) != 0 || server.Count(authorFeed) != 10 || server.Count("public.api.bsky.app/**") != 10 {
		t.Errorf("unknown %q, history %q", server.Unknown(), server.History())
	}
}

func TestProfilesAndHandles(t *testing.T) {
	server := start(t, "-- alice.test/actor.json --\n{\"did\": \"did:plc:a\", \"description\": \"bio\"}\n-- alice.test/1.txt --\nhi\n")
	server.SetDID("alice.test", "did:plc:b")
	if _, body := get(t, server, "/xrpc/app.bsky.actor.getProfile?actor=did:plc:b"); !strings.Contains(string(body), `"description":"bio","did":"did:plc:b"`) || !strings.Contains(string(body), `"postsCount":1`) {
		t.Errorf("%s", body)
	}
	if _, body := get(t, server, "/xrpc/com.atproto.identity.resolveHandle?handle=alice.test"); string(body) != `{"did":"did:plc:b"}` {
		t.Errorf("%s", body)
	}
	if answer, body := get(t, server, "/xrpc/com.atproto.identity.resolveHandle?handle=x.test"); answer.StatusCode != 400 || !strings.Contains(string(body), "Unable to resolve handle") {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	if items, _ := feed(t, server, "did:plc:b", ""); len(items) != 1 || items[0].Post.Author.DID != "did:plc:b" || items[0].Post.Author.Handle != "alice.test" {
		t.Errorf("%+v", items)
	}
	server.SetDID("new.test", "did:plc:n")
	if _, body := get(t, server, "/xrpc/com.atproto.identity.resolveHandle?handle=new.test"); string(body) != `{"did":"did:plc:n"}` {
		t.Errorf("%s", body)
	}
}

func TestWorld(t *testing.T) {
	server := start(t, `
-- alice.test/1.txt --
first
line
-- alice.test/10.json --
{"repost": "bob.test/a"}
-- alice.test/2.json --
{"text": "second", "quote": "bob.test/a", "external": {"uri": "https://x.test/", "title": "x"}, "created_at": "2025-01-01T00:00:00Z"}
-- alice.test/11.json --
{"post": {"record": {"text": "as it is"},   "author": {"handle": "mallory.test"}}}
-- bob.test/a.txt --
quoted
-- carol.test/feed.json --
{"feed": [{"post": {"record": {"text": "new"}}}, {"post": {"record": {"text": "old"}}}]}
-- dave.test/feed.json --
[]
-- options.json --
{"page_size": 3}
-- faults.json --
[{"on": "/xrpc/*?actor=eve.test", "status": 502}]
`)
	items, next := feed(t, server, "alice.test", "")
	if got := strings.Join(texts(items), "|"); got != "as it is|quoted|second" || items[0].Post.Author.Handle != "mallory.test" || items[2].Post.Record.CreatedAt != "2025-01-01T00:00:00Z" {
		t.Errorf("%q", got)
	}
	if items, _ = feed(t, server, "alice.test", next); items[0].Post.Record.Text != "first\nline" {
		t.Errorf("%q", texts(items))
	}
	if items, _ = feed(t, server, "carol.test", ""); strings.Join(texts(items), " ") != "new old" {
		t.Errorf("%q", texts(items))
	}
	if items, next = feed(t, server, "dave.test", ""); len(items) != 0 || next != "" {
		t.Errorf("%q, cursor %q", texts(items), next)
	}
	if answer, _ := get(t, server, authorFeed+"?actor=eve.test"); answer.StatusCode != 502 {
		t.Errorf("%d", answer.StatusCode)
	}
}

func TestStrict(t *testing.T) {
	server := start(t, "-- alice.test/actor.json --\n{}\n")
	for _, path := range []string{"/", "/xrpc/app.bsky.feed.getTimeline", authorFeed + "?actor=alice.test&includePins=true", authorFeed + "?actor=alice.test&filter=x"} {
		if answer, _ := get(t, server, path); answer.StatusCode != http.StatusNotImplemented {
			t.Errorf("%s gives %d", path, answer.StatusCode)
		}
	}
	if unknown := server.Unknown(); len(unknown) != 4 {
		t.Errorf("unknown: %q", unknown)
	}
	for _, world := range []string{
		"-- a.test/x.md --\n", "-- x.txt --\n", "-- a.test/b/x.txt --\n", "-- a.test/1.json --\n{\"txt\": \"\"}\n", "-- a.test/1.json --\n[]\n",
		"-- a.test/1.json --\n{\"quote\": \"b.test/1\"}\n", "-- a.test/1.json --\n{\"repost\": \"b.test/1\", \"text\": \"\"}\n", "-- a.test/feed.json --\n1\n",
		"-- a.test/actor.json --\n{\"DIDs\": \"\"}\n", "-- options.json --\n{\"pages\": 1}\n", "-- faults.json --\n{}\n",
	} {
		if err := load(server, world); err == nil || !strings.HasPrefix(err.Error(), "blueskyfake: ") {
			t.Errorf("%q: %v", world, err)
		}
	}
	if items, _ := feed(t, server, "alice.test", ""); len(items) != 0 {
		t.Errorf("a failed load left %q", texts(items))
	}
}
