package ap_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/fakes/apfake"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/ap"
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
func start(t testing.TB, world string) *apfake.Server {
	t.Helper()
	server, err := apfake.Start()
	if err != nil {
		t.Fatal(err)
	}
	worldtest.Serve(t, server, world, "ap:alice@a.example", "ap:bob@a.example")
	return server
}

// look asks for ap:alice@a.example and judges what was found.
func look(ctx context.Context, t testing.TB, server *apfake.Server) (*channel.Finding, *verify.Result) {
	t.Helper()
	c := ap.Channel{Client: channel.NewClient("test"), Base: server.URL()}
	id := worldtest.ID(t, "ap:alice@a.example")
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

// asked fails unless these were all requests, hosts and paths alone.
func asked(t testing.TB, server *apfake.Server, want ...string) {
	t.Helper()
	var got []string
	for _, request := range server.History() {
		line := request.Host + request.Path
		if account, found := strings.CutPrefix(request.Query, "resource=acct:"); found {
			line = request.Host + " of " + account
		}
		got = append(got, line)
	}
	if !slices.Equal(got, want) {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
