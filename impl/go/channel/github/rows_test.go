package github_test

import (
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/fakes"
	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/github"
	"kez.lat/kez/impl/go/channel/internal/worldtest"
	"kez.lat/kez/impl/go/kez"
)

// of gives the channel for a world, with a token so that one that goes astray
// shows.
func of(w *fakes.World) github.Channel {
	env := w.GitHub.Env()
	return github.Channel{
		Client: channel.NewClient("test"), API: env["KEZ_GITHUB_API_URL"], Raw: env["KEZ_GITHUB_RAW_URL"], Token: "s3cret",
	}
}

const (
	listed = "github GET api.github.com/users/alice/gists?per_page=100 authorization"
	readme = "github GET raw.githubusercontent.com/alice/alice/HEAD/README.md"
)

var alice = worldtest.Claim{Subject: "github:alice", Key: 1}

// raw gives the history lines of gist files, sorted, as they are fetched side
// by side and by their blobs.
func raw(w *fakes.World) (lines []string) {
	for _, line := range w.History() {
		if strings.Contains(line, "githubusercontent") {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

func kezmd(login, id, text string) string {
	return "-- _github/" + login + "/gists/" + id + "/kez.md --\n" + text + "\n"
}

func TestG01GistOfAnotherOwner(t *testing.T) {
	const facts = "-- _github/alice/gists/1.json --\n{\"owner\": \"mallory\"}\n"
	w := worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+facts)
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelOwnerMismatch)
	worldtest.History(t, w, listed, readme) // the file was not even fetched

	w = worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+facts+kezmd("alice", "2", alice.Markdown(t)))
	r := worldtest.Verify(t, of(w), "github:alice")
	worldtest.Want(t, r, "")
	worldtest.Candidates(t, r, "")
}

func TestG04Fork(t *testing.T) {
	w := worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+kezmd("mallory", "2", alice.Markdown(t))+
		"-- _github/mallory/gists/2.json --\n{\"fork_of\": \"1\"}\n")
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:mallory"), kez.ChannelSubjectMismatch)
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), "")
}

func TestG07NextPage(t *testing.T) {
	for name, next := range map[string]string{
		"itself":           "https://api.github.com/users/alice/gists?per_page=100",
		"another host":     "https://169.254.169.254/latest",
		"a name like it":   "https://api.github.com.evil.test/user/1/gists",
		"another port":     "https://api.github.com:8443/user/1/gists",
		"another scheme":   "http://api.github.com/user/1/gists",
		"a user name":      "https://x@api.github.com/user/1/gists",
		"no URL":           "::",
		"a relative place": "/user/1/gists",
	} {
		t.Run(name, func(t *testing.T) {
			faults := "-- _github/faults.json --\n" + `[{"on": "/users/alice/gists", "headers": {"Link": "<` + next + `>; rel=\"next\""}}]` + "\n"
			w := worldtest.Start(t, kezmd("alice", "1", "nothing")+faults)
			worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelUnreachable)
			if w.GitHub.Count("api.github.com/**") != 1 {
				t.Errorf("asked %q", w.History())
			}
			// What was found before counts all the same.
			w = worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+faults)
			worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), "")
		})
	}
}

func TestG09NoSuchUser(t *testing.T) {
	w := worldtest.Start(t, "")
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelAccountMissing)
	worldtest.History(t, w, listed)
}

func TestG11RawURLIntoTheOwnNetwork(t *testing.T) {
	for _, url := range []string{
		"http://127.0.0.1:22/", "https://127.0.0.1/", "https://169.254.169.254/", "https://raw.githubusercontent.com.evil.test/x",
		"https://gist.githubusercontent.com@evil.test/x", "https://gist.githubusercontent.com:22/x", "file:///etc/passwd", "//x", "",
	} {
		w := worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+
			"-- _github/alice/gists/1.json --\n"+`{"raw_urls": {"kez.md": "`+url+`"}}`+"\n")
		if url == "" {
			w.GitHub.Fault("/users/alice/gists", httpfake.Status(200).JSON(`[{"id": "1", "owner": {"login": "alice"}, "files": {"kez.md": {}}}]`))
		}
		worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelBadContent)
		worldtest.History(t, w, listed, readme)
	}
	for _, url := range []string{"http://127.0.0.1:22/", "https://127.0.0.1/", "https://evil.test/", "http://gist.githubusercontent.com/x"} {
		w := worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+
			"-- _github/faults.json --\n"+`[{"on": "gist.githubusercontent.com/**", "redirect": "`+url+`"}]`+"\n")
		worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelBadContent)
		if len(raw(w)) != 2 {
			t.Errorf("asked %q", w.History())
		}
	}
}

func TestG12EndlessFile(t *testing.T) {
	w := worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+
		"-- _github/faults.json --\n"+`[{"on": "gist.githubusercontent.com/**", "endless": true}]`+"\n")
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelTooLarge)
}

func TestG13TokenStaysWithTheAPI(t *testing.T) {
	w := worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+"-- _github/alice/README.md --\n"+alice.Markdown(t)+
		"-- _github/faults.json --\n"+`[{"on": "gist.githubusercontent.com/**", "redirect": "https://raw.githubusercontent.com/alice/alice/HEAD/README.md"},
		{"on": "/users/alice/gists", "redirect": "https://api.github.com/user/1000/gists?per_page=100", "times": 1}]`+"\n")
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), "")
	for _, request := range w.GitHub.History() {
		if request.Has("Authorization") != (request.Host == "api.github.com") {
			t.Errorf("%s: authorization is %v", request, request.Has("Authorization"))
		}
	}
	if len(w.History()) != 5 {
		t.Errorf("asked %q", w.History())
	}
	w = worldtest.Start(t, "-- _github/faults.json --\n"+`[{"on": "/users/alice/gists", "redirect": "https://evil.test/"}]`+"\n")
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelBadContent)
	worldtest.History(t, w, listed, readme)
}

func TestG16OldRevision(t *testing.T) {
	w := worldtest.Start(t, kezmd("alice", "1@1", alice.Markdown(t))+kezmd("alice", "1", "nothing"))
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelNotFound)
}

func TestG17OneGoodOfThree(t *testing.T) {
	expired, spoilt := alice, alice
	expired.Expires, spoilt.Spoilt = worldtest.Past, true
	w := worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+kezmd("alice", "2", spoilt.Markdown(t))+kezmd("alice", "3", expired.Markdown(t)))
	r := worldtest.Verify(t, of(w), "github:alice")
	worldtest.Want(t, r, "")
	worldtest.Candidates(t, r, kez.ClaimExpired, kez.SignatureInvalid, "") // the newest gist first
}

func TestG18WebPage(t *testing.T) {
	w := worldtest.Start(t, kezmd("alice", "1", alice.Markdown(t))+
		"-- _github/faults.json --\n"+`[{"on": "/users/alice/gists", "type": "text/html", "body": "<html>"}]`+"\n")
	worldtest.Want(t, worldtest.Verify(t, of(w), "github:alice"), kez.ChannelBadContent)
}

func TestG19MixedFences(t *testing.T) {
	fence := func(text string) string { return "```kez\n" + text + "\n```\n\n" }
	bob := worldtest.Claim{Subject: "github:bob", Key: 2}
	w := worldtest.Start(t, kezmd("alice", "1", fence(alice.Token(t))+fence(bob.Token(t))+fence(alice.Token(t)[:100])))
	r := worldtest.Verify(t, of(w), "github:alice")
	worldtest.Want(t, r, "")
	worldtest.Candidates(t, r, "", kez.ChannelSubjectMismatch, kez.ChannelCorrupt)
	if r.Primary != worldtest.Primary(t, 1).String() {
		t.Errorf("primary %s", r.Primary)
	}
}
