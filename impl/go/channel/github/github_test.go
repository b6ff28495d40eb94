package github_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"kez.lat/kez/fakes/githubfake"
	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/channel/internal/worldtest"
	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

const (
	list      = "/users/alice/gists"
	gistFiles = "gist.githubusercontent.com/**"
	readmes   = "raw.githubusercontent.com/**"
)

// TestFaults has a fault on a world with one proof in a gist, and on the same
// without one. A place that failed never reads as an empty one.
func TestFaults(t *testing.T) {
	ok := httpfake.Status(200)
	html := httpfake.Pass().Type("text/html").Body("<!DOCTYPE html><p>log in</p>")
	for _, test := range []struct {
		name, on string
		fault    httpfake.Fault
		proof    kez.Code // with a proof in a gist
		nothing  kez.Code // without
	}{
		{"none", "/no", ok, "", kez.ChannelNotFound},
		{"list: primary limit", list, githubfake.PrimaryLimit(), kez.ChannelRateLimited, kez.ChannelRateLimited},
		{"list: secondary limit", list, githubfake.SecondaryLimit(403, "60"), kez.ChannelRateLimited, kez.ChannelRateLimited},
		{"list: 429", list, githubfake.SecondaryLimit(429, "60"), kez.ChannelRateLimited, kez.ChannelRateLimited},
		{"list: limit by its message", list, githubfake.SecondaryLimit(403, ""), kez.ChannelRateLimited, kez.ChannelRateLimited},
		{"list: limit by its header", list, httpfake.Status(403).JSON(`{}`).Header("X-RateLimit-Remaining", "0"), kez.ChannelRateLimited, kez.ChannelRateLimited},
		{"list: secret gist", list, ok.JSON(`[{"id": "1", "public": false, "owner": {"login": "alice"}, "files": {"kez.md": {"raw_url": "https://gist.githubusercontent.com/alice/1/raw"}}}]`), kez.ChannelNotFound, kez.ChannelNotFound},
		{"list: not all files", list, ok.JSON(`[{"id": "1", "truncated": true, "owner": {"login": "alice"}, "files": {}}]`), kez.ChannelTooLarge, kez.ChannelTooLarge},
		{"list: 403", list, httpfake.Status(403).JSON(`{"message": "Forbidden"}`), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"list: 401", list, httpfake.Status(401).JSON(`{"message": "Bad credentials"}`), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"list: 502", list, httpfake.Status(502), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"list: 418", list, httpfake.Status(418), kez.ChannelBadContent, kez.ChannelBadContent},
		{"list: 404 of a proxy", list, html.Code(404), kez.ChannelBadContent, kez.ChannelBadContent},
		{"list: dropped", list, httpfake.Drop(), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"list: cut off", list, httpfake.Pass().Truncate(20), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"list: hangs", list, httpfake.Hang(), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"list: stalls", list, httpfake.Pass().Stall(20), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"list: endless", list, httpfake.Endless().Type("application/json"), kez.ChannelTooLarge, kez.ChannelTooLarge},
		{"list: bomb", list, httpfake.GzipBomb(64 << 20), kez.ChannelTooLarge, kez.ChannelTooLarge},
		{"list: other type", list, httpfake.Pass().Type("text/plain"), kez.ChannelBadContent, kez.ChannelBadContent},
		{"list: web page", list, html, kez.ChannelBadContent, kez.ChannelBadContent},
		{"list: no JSON", list, ok.JSON(`[{`), kez.ChannelBadContent, kez.ChannelBadContent},
		{"list: null", list, ok.JSON(`null`), kez.ChannelBadContent, kez.ChannelBadContent},
		{"list: object", list, ok.JSON(`{"message": "hello"}`), kez.ChannelBadContent, kez.ChannelBadContent},
		{"list: no gists", list, ok.JSON(`[{"id": "1", "name": "label"}]`), kez.ChannelBadContent, kez.ChannelBadContent},
		{"list: no owner", list, ok.JSON(`[{"id": "1", "owner": null, "files": {}}]`), kez.ChannelOwnerMismatch, kez.ChannelOwnerMismatch},
		{"list: empty", list, ok.JSON(`[]`), kez.ChannelNotFound, kez.ChannelNotFound},
		{"file: 404", gistFiles, httpfake.Status(404), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"file: 429", gistFiles, httpfake.Status(429), kez.ChannelRateLimited, kez.ChannelRateLimited},
		{"file: 403", gistFiles, httpfake.Status(403), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"file: web page", gistFiles, html, kez.ChannelBadContent, kez.ChannelBadContent},
		{"file: image", gistFiles, httpfake.Pass().Type("image/png"), kez.ChannelBadContent, kez.ChannelBadContent},
		{"file: without type", gistFiles, httpfake.Pass().Type("application/octet-stream"), "", kez.ChannelNotFound},
		{"file: hangs", gistFiles, httpfake.Hang(), kez.ChannelUnreachable, kez.ChannelUnreachable},
		{"file: over 1 MiB", gistFiles, httpfake.Pass().Body(strings.Repeat("x\n", 1<<19) + "x"), kez.ChannelTooLarge, kez.ChannelTooLarge},
		{"file: bomb", gistFiles, httpfake.GzipBomb(64 << 20), kez.ChannelTooLarge, kez.ChannelTooLarge},
		{"file: empty", gistFiles, httpfake.Pass().Body(" \n"), kez.ChannelNotFound, kez.ChannelNotFound},
		{"README: hangs", readmes, httpfake.Hang(), "", kez.ChannelUnreachable},
		{"README: 500", readmes, httpfake.Status(500), "", kez.ChannelUnreachable},
		{"README: 429", readmes, httpfake.Status(429), "", kez.ChannelRateLimited},
		{"README: 404 of a proxy", readmes, html.Code(404), "", kez.ChannelBadContent},
		{"README: web page", readmes, html.Code(200), "", kez.ChannelBadContent},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for text, want := range map[string]kez.Code{alice.Markdown(t): test.proof, "nothing": test.nothing} {
				w := worldtest.Start(t, kezmd("alice", "1", text))
				w.GitHub.Fault(test.on, test.fault)
				ctx := t.Context()
				if strings.Contains(test.name, "hangs") || strings.Contains(test.name, "stalls") {
					ctx = worldtest.Impatient(t)
				}
				r := worldtest.Ask(t, ctx, of(w), verify.Question{Subject: worldtest.ID(t, "github:alice")})
				worldtest.Want(t, r, want)
			}
		})
	}
}

func TestRateLimitSaysWhen(t *testing.T) {
	for want, fault := range map[string]httpfake.Fault{
		"try again in 60 seconds":              githubfake.SecondaryLimit(403, "60"),
		"try again after 2026-01-02T03:04:05Z": githubfake.PrimaryLimit().Header("X-RateLimit-Reset", "1767323045"),
		"try again later":                      githubfake.PrimaryLimit().Header("X-RateLimit-Reset", "soon"),
	} {
		w := worldtest.Start(t, kezmd("alice", "1", "nothing"))
		w.GitHub.Fault(list, fault)
		if r := worldtest.Verify(t, of(w), "github:alice"); r.Hint != want {
			t.Errorf("hint %q, want %q", r.Hint, want)
		}
	}
}

func TestProofs(t *testing.T) {
	file := func(name, text string) string { return "-- _github/alice/gists/1/" + name + " --\n" + text + "\n" }
	profile := func(text string) string { return "-- _github/alice/README.md --\n" + text + "\n" }
	spoilt, expired, other := alice, alice, worldtest.Claim{Subject: "github:alice", Key: 2}
	spoilt.Spoilt, expired.Expires = true, worldtest.Past
	good, token := alice.Markdown(t), alice.Token(t)
	for name, test := range map[string]struct {
		world string
		want  kez.Code
	}{
		"token in kez.md":               {file("kez.md", token), ""},
		"JSON in kez.md":                {file("kez.md", alice.JSON(t)), ""},
		"another Markdown file":         {file("proof.md", good), ""},
		"kez.md hides its neighbours":   {file("kez.md", "nothing") + file("proof.md", good), kez.ChannelNotFound},
		"other files are not read":      {file("kez.txt", good) + file("kez.json", alice.JSON(t)) + file("KEZ.MD", good), kez.ChannelNotFound},
		"token in prose":                {file("kez.md", "see "+token), kez.ChannelNotFound},
		"secret gist":                   {file("kez.md", good) + "-- _github/alice/gists/1.json --\n{\"secret\": true}\n", kez.ChannelNotFound},
		"README":                        {profile(good), ""},
		"README after an expired gist":  {file("kez.md", expired.Markdown(t)) + profile(good), ""},
		"README after a spoilt gist":    {file("kez.md", spoilt.Markdown(t)) + profile(good), ""},
		"mangled token":                 {file("kez.md", token[:len(token)-4]), kez.ChannelCorrupt},
		"spoilt signature":              {file("kez.md", spoilt.Markdown(t)), kez.SignatureInvalid},
		"somebody else's proof":         {file("kez.md", worldtest.Claim{Subject: "github:bob", Key: 1}.Markdown(t)), kez.ChannelSubjectMismatch},
		"another primary in the README": {file("kez.md", good) + profile(other.Markdown(t)), kez.ProofAmbiguous},
		"empty fence":                   {file("kez.md", "```kez\n```"), kez.ChannelNotFound},
		"account without gists":         {"-- _github/alice/user.json --\n{}\n", kez.ChannelNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			worldtest.Want(t, worldtest.Verify(t, of(worldtest.Start(t, test.world)), "github:alice"), test.want)
		})
	}
}

func TestSpellingOfLogins(t *testing.T) {
	w := worldtest.Start(t, "-- _github/alice/user.json --\n{\"id\": 7, \"login\": \"Alice\"}\n"+kezmd("alice", "1", alice.Markdown(t)))
	found := of(w).Verify(t.Context(), worldtest.ID(t, "github:alice"))
	if found.Account != "7" || len(found.Candidates) != 1 {
		t.Errorf("%+v", found)
	}
}

// TestRenamed has raw content that stays under a name its owner has given up.
func TestRenamed(t *testing.T) {
	w := worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+"-- _github/alice/README.md --\n"+alice.Markdown(t))
	w.GitHub.Rename("alice", "alicia")
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelAccountMissing)
	for _, gists := range []bool{true, false} {
		if !gists {
			w.GitHub.DeleteGist("1")
		}
		w.GitHub.Fault(list, githubfake.Moved("https://api.github.com/user/1000/gists"))
		worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelOwnerMismatch)
	}
	if n := w.GitHub.Count(readmes) + w.GitHub.Count(gistFiles); n != 0 {
		t.Errorf("raw content was asked for: %q", w.History())
	}
}

func TestPages(t *testing.T) {
	many := func(n, proof int) string {
		world := "-- _github/options.json --\n{\"page_size\": 1}\n"
		for i := 1; i <= n; i++ {
			text := "nothing"
			if i == proof {
				text = alice.Markdown(t)
			}
			world += kezmd("alice", fmt.Sprint(i), text)
		}
		return world
	}
	for _, test := range []struct {
		gists, proof int // the highest number is the newest and comes first
		want         kez.Code
	}{{10, 1, ""}, {10, 0, kez.ChannelNotFound}, {11, 0, kez.ChannelTooLarge}, {11, 1, kez.ChannelTooLarge}, {11, 2, ""}} {
		w := worldtest.Start(t, many(test.gists, test.proof))
		worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), test.want)
		if n := w.GitHub.Count("api.github.com/**"); n != 10 {
			t.Errorf("%d pages were asked for", n)
		}
	}
	w := worldtest.Start(t, many(3, 0))
	w.GitHub.Fault("/user/*/gists", httpfake.Status(404).JSON(`{"message": "Not Found"}`))
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelUnreachable)
}

func TestManyFiles(t *testing.T) {
	for name, want := range map[string]kez.Code{"z.md": kez.ChannelTooLarge, "kez.md": ""} {
		w := worldtest.Start(t, "")
		for g, files := range []int{1, 150, 150} { // the first one is the oldest
			gist := githubfake.Gist{ID: fmt.Sprint(g)}
			for i := range files {
				gist.Files = append(gist.Files, githubfake.File{Name: fmt.Sprint(i, ".md")})
			}
			if files == 1 {
				gist.Files = []githubfake.File{{Name: name, Content: alice.Markdown(t)}}
			}
			if err := w.GitHub.AddGist("alice", gist); err != nil {
				t.Fatal(err)
			}
		}
		worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), want)
		if n := w.GitHub.Count(gistFiles); n != 200 {
			t.Errorf("%d files were fetched", n)
		}
	}
}

// TestCorpusGitHubAPI serves recorded answers of the API in every place of the
// channel: none is taken for a proof. Then there is one, in the right place and
// in wrong ones.
func TestCorpusGitHubAPI(t *testing.T) {
	cases := sharedtest.Corpus(t, "github-api")
	w := worldtest.Start(t, kezmd("alice", "1", "nothing"))
	verdicts := map[kez.Code]int{}
	for _, c := range cases {
		var in struct{ Body json.RawMessage }
		c.Input(t, &in)
		body := string(in.Body)
		for _, served := range []struct {
			on    string
			fault httpfake.Fault
		}{
			{list, httpfake.Status(200).JSON(body)}, {list, httpfake.Status(200).JSON("[" + body + "]")},
			{gistFiles, httpfake.Pass().Body(body)}, {readmes, httpfake.Pass().Code(200).Body(body)},
		} {
			w.GitHub.ClearFaults()
			w.GitHub.Fault(served.on, served.fault)
			r := worldtest.Verify(t, of(w), "github:alice")
			if r.Status == kez.Valid || served.on == list && r.Status == kez.NotFound {
				t.Errorf("%s in the place of %s: %s", c.ID, served.on, r.Status)
			}
			verdicts[r.Code]++
		}
	}
	t.Logf("verdicts: %v", verdicts)
	wrong := kezmd("bob", "2", alice.Markdown(t)) + "-- _github/bob/gists/2.json --\n{\"fork_of\": \"1\"}\n" + kezmd("alice", "1", "nothing") +
		"-- _github/alice/gists/1.json --\n" + `{"description": "` + alice.Token(t) + `", "comments": [{"login": "bob", "body": "` + alice.Token(t) + `"}]}` + "\n"
	worldtest.Want(t, worldtest.Verify(t, of(worldtest.Start(t, wrong)), "github:alice"), kez.ChannelNotFound)
	worldtest.Want(t, worldtest.Verify(t, of(worldtest.Start(t, wrong+kezmd("alice", "3", alice.Markdown(t)))), "github:alice"), "")
	worldtest.Want(t, worldtest.Verify(t, of(worldtest.Start(t, wrong+"-- _github/alice/README.md --\n"+alice.Markdown(t))), "github:alice"), "")
}
