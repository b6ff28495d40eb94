package bluesky_test

import (
	"encoding/json"
	"testing"

	"kez.lat/kez/fakes/blueskyfake"
	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

type object = map[string]any

// recorded gives a recorded body as items of a feed. What is no feed is made
// into one: posts into items, everything else into the record of a post.
func recorded(t *testing.T, c sharedtest.Case) (items []object) {
	t.Helper()
	var in struct{ Body any }
	c.Input(t, &in)
	add := func(v any) {
		o, _ := v.(object)
		switch {
		case o["post"] != nil:
			items = append(items, o)
		case o["record"] != nil && o["author"] != nil:
			items = append(items, object{"post": o})
		default:
			items = append(items, object{"post": object{"uri": "", "author": object{"handle": "alice.test"}, "record": v}})
		}
	}
	list, _ := in.Body.([]any)
	if o, ok := in.Body.(object); ok {
		if list, ok = o["posts"].([]any); !ok {
			list = []any{o}
		}
	}
	for _, v := range list {
		add(v)
	}
	for _, item := range items { // one DID for the one asked for
		if post, ok := item["post"].(object); ok {
			if author, ok := post["author"].(object); ok && author["handle"] == "alice.test" {
				author["did"] = "did:plc:alice"
			}
		}
	}
	return items
}

// feed serves items as the feed of alice.
func feed(t *testing.T, server *blueskyfake.Server, items []object) *verify.Result {
	t.Helper()
	server.AddActor("alice.test", blueskyfake.Actor{})
	for _, item := range items {
		raw, err := json.Marshal(item)
		if err != nil {
			t.Fatal(err)
		}
		server.AddItem("alice.test", raw)
	}
	_, r := look(t.Context(), t, server)
	return r
}

// plants changes one item so that a proof stands where it counts, or where it
// does not.
var plants = map[string]struct {
	want  kez.Code
	plant func(item object, token string)
}{
	"own text": {"", func(item object, token string) { own(item)["record"].(object)["text"] = "proof: " + token }},
	"own card": {"", func(item object, token string) {
		own(item)["record"].(object)["embed"] = object{"external": object{"description": token}}
	}},
	"own alt text": {"", func(item object, token string) {
		own(item)["record"].(object)["embed"] = object{"images": []any{object{"alt": token}}}
	}},
	"quote": {kez.ChannelNotFound, func(item object, token string) {
		own(item)["embed"] = object{"$type": "app.bsky.embed.record#view", "record": object{"value": object{"text": token}}}
	}},
	"repost": {kez.ChannelNotFound, func(item object, token string) {
		own(item)["record"].(object)["text"] = token
		item["reason"] = object{"$type": "app.bsky.feed.defs#reasonRepost"}
	}},
	"reply parent": {kez.ChannelNotFound, func(item object, token string) {
		parent := object{"author": object{"did": "did:plc:alice", "handle": "alice.test"}, "record": object{"text": token}}
		item["reply"] = object{"parent": parent, "root": parent}
	}},
	"other author": {kez.ChannelNotFound, func(item object, token string) {
		own(item)["author"] = object{"did": "did:plc:bob", "handle": "bob.test"}
		item["post"].(object)["record"].(object)["text"] = token
	}},
	"display name": {kez.ChannelNotFound, func(item object, token string) { own(item)["author"].(object)["displayName"] = token }},
	"facet": {kez.ChannelNotFound, func(item object, token string) {
		own(item)["record"].(object)["facets"] = []any{object{"features": []any{object{"uri": "https://x.example/" + token}}}}
	}},
}

// own makes an item one that alice posted, and gives its post.
func own(item object) object {
	delete(item, "reason")
	post, ok := item["post"].(object)
	if !ok {
		post = object{}
		item["post"] = post
	}
	post["author"] = object{"did": "did:plc:alice", "handle": "alice.test"}
	if _, ok := post["record"].(object); !ok {
		post["record"] = object{}
	}
	return post
}

// TestRecordedFeeds [KEZ-CHAN-061] [KEZ-CHAN-062]
func TestRecordedFeeds(t *testing.T) {
	cases := sharedtest.Corpus(t, "bluesky-feeds")
	token := short(t, "bluesky:alice.test")
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			items := recorded(t, c)
			if len(items) == 0 {
				t.Fatal("no items")
			}
			if r := feed(t, start(t, ""), items); r.Code != kez.ChannelNotFound {
				t.Errorf("%s %q: %s", r.Status, r.Code, r.Message)
			}
			for name, p := range plants {
				items := recorded(t, c)
				p.plant(items[len(items)/2], token)
				if r := feed(t, start(t, ""), items); r.Code != p.want {
					t.Errorf("%s: %s %q (%s), want %q", name, r.Status, r.Code, r.Message, p.want)
				}
			}
		})
	}
}

// TestRecordedBodies serves each body as it is, where a feed is expected.
func TestRecordedBodies(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "bluesky-feeds") {
		var in struct{ Body json.RawMessage }
		c.Input(t, &in)
		server := start(t, "")
		server.Fault("/xrpc/**", statusOK(string(in.Body)))
		_, r := look(t.Context(), t, server)
		if r.Code != kez.ChannelBadContent {
			t.Errorf("%s: %s %q", c.ID, r.Status, r.Code)
		}
	}
}
