package bluesky_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/fakes/blueskyfake"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/bluesky"
	"kez.lat/kez/impl/go/channel/internal/worldtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

var now = worldtest.Now

// short gives the claim about a subject in its short form, which fits a post.
func short(t testing.TB, subject string) string {
	return worldtest.Claim{Subject: subject, Key: 1}.Short(t)
}

// start serves a world in which PROOF and COMPACT are tokens of alice, and BOBS
// is one of bob.
func start(t testing.TB, world string) *blueskyfake.Server {
	t.Helper()
	server, err := blueskyfake.Start()
	if err != nil {
		t.Fatal(err)
	}
	worldtest.Serve(t, server, world, "bluesky:alice.test", "bluesky:bob.test")
	return server
}

// look asks for bluesky:alice.test and judges what was found.
func look(ctx context.Context, t testing.TB, server *blueskyfake.Server) (*channel.Finding, *verify.Result) {
	t.Helper()
	c := bluesky.Channel{Client: channel.NewClient("test"), AppView: server.URL()}
	id := worldtest.ID(t, "bluesky:alice.test")
	f := c.Verify(ctx, id)
	if unknown := server.Unknown(); len(unknown) != 0 {
		t.Errorf("unknown requests: %q", unknown)
	}
	return f, verify.Found(f, verify.Question{Subject: id, Now: now})
}

// wants fails unless the verdict has this code and its status.
func wants(t testing.TB, r *verify.Result, code kez.Code) {
	t.Helper()
	worldtest.Want(t, r, code)
}

// asked fails unless these were the cursors of all requests, "" for none.
func asked(t testing.TB, server *blueskyfake.Server, cursors ...string) {
	t.Helper()
	var want, got []string
	for _, cursor := range cursors {
		line := "GET public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=alice.test&limit=100&filter=posts_with_replies"
		if cursor != "" {
			line += "&cursor=" + strings.ReplaceAll(cursor, ":", "%3A")
		}
		want = append(want, line)
	}
	for _, request := range server.History() {
		got = append(got, request.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
