package blueskyfake_test

import (
	"encoding/json"
	"testing"

	"kez.lat/kez/fakes/blueskyfake"
	"kez.lat/kez/fakes/httpfake/corpustest"
)

// page is the answer of getAuthorFeed, undecoded.
type page struct {
	Feed []json.RawMessage
}

// TestMembers compares the members of what the fake makes with recorded answers,
// which are those for somebody who signed in, with an avatar.
func TestMembers(t *testing.T) {
	var recorded []json.RawMessage
	if err := json.Unmarshal(corpustest.Find(t, "bluesky-feeds", "bluesky-feeds/author-feed-0"), &recorded); err != nil {
		t.Fatal(err)
	}
	server := start(t, "")
	server.AddActor("alice.test", blueskyfake.Actor{DisplayName: "Alice"})
	first := server.AddPost("alice.test", blueskyfake.Post{Text: "a", Images: []string{"alt"}})
	server.AddPost("alice.test", blueskyfake.Post{Text: "b", ReplyTo: first})
	_, body := get(t, server, authorFeed+"?actor=alice.test")
	var made page
	if err := json.Unmarshal(body, &made); err != nil {
		t.Fatal(err)
	}
	compare := func(recorded, made []byte, may ...string) {
		if missing := corpustest.Lacks(t, recorded, made, may...); missing != nil {
			t.Errorf("%s lacks %q", made, missing)
		}
	}
	type entry struct {
		Post  json.RawMessage
		Reply struct{ Parent, Root json.RawMessage }
	}
	type post struct{ Author, Record json.RawMessage }
	for i := range made.Feed {
		compare(recorded[i], made.Feed[i])
		var want, got entry
		_ = json.Unmarshal(recorded[i], &want) // compare has read all of it
		_ = json.Unmarshal(made.Feed[i], &got)
		compare(want.Post, got.Post, "viewer")
		if want.Reply.Parent != nil {
			compare(want.Reply.Parent, got.Reply.Parent, "viewer")
			compare(want.Reply.Root, got.Reply.Root, "viewer")
		}
		var wantPost, gotPost post
		_ = json.Unmarshal(want.Post, &wantPost)
		_ = json.Unmarshal(got.Post, &gotPost)
		compare(wantPost.Author, gotPost.Author, "viewer", "avatar")
		compare(wantPost.Record, gotPost.Record)
	}
}

// TestRecordedFeeds serves each recorded list as a feed.
func TestRecordedFeeds(t *testing.T) {
	feeds := 0
	for _, c := range corpustest.Read(t, "bluesky-feeds") {
		var items []json.RawMessage
		if json.Unmarshal(c.Body, &items) != nil {
			continue // no list
		}
		feeds++
		server := start(t, "-- alice.test/feed.json --\n"+string(c.Body)+"\n")
		_, body := get(t, server, authorFeed+"?actor=alice.test&limit=100")
		var got page
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		if served, _ := json.Marshal(got.Feed); !corpustest.Equal(served, c.Body) {
			t.Errorf("%s is served as %s", c.ID, served)
		}
	}
	if feeds == 0 {
		t.Error("the corpus holds no feed")
	}
}
