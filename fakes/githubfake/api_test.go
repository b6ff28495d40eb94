package githubfake_test

import (
	"fmt"
	"strings"
	"testing"

	"kez.lat/kez/fakes/githubfake"
)

func addGists(t *testing.T, server *githubfake.Server, login string, n int) {
	t.Helper()
	for i := range n {
		g := githubfake.Gist{ID: fmt.Sprintf("%s%d", login, i), Files: []githubfake.File{{Name: "kez.md", Content: fmt.Sprint(i)}}}
		if err := server.AddGist(login, g); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGists(t *testing.T) {
	server := start(t, `
-- alice/user.json --
{"id": 7, "login": "Alice"}
-- alice/gists/1/kez.md --
proof
-- alice/gists/1/a b.txt --
text
-- alice/gists/2/kez.md --
secret
-- alice/gists/2.json --
{"secret": true}
`)
	gists, _ := list(t, server, "aLICE")
	if ids(gists) != "1 " || gists[0].Owner.Login != "Alice" || gists[0].Owner.ID != 7 || !gists[0].Public || gists[0].History != nil {
		t.Fatalf("%+v", gists)
	}
	file := gists[0].Files["kez.md"]
	if file.Filename != "kez.md" || file.Type != "text/markdown" || *file.Language != "Markdown" || file.Size != 6 || file.Content != nil || file.Truncated != nil {
		t.Errorf("%+v", file)
	}
	if answer, body := raw(t, server, file.RawURL); body != "proof\n" || answer.Header.Get("Content-Type") != "text/plain; charset=utf-8" || answer.Header.Get("ETag") == "" {
		t.Errorf("%s gives %v %q", file.RawURL, answer.Header, body)
	}
	if url := gists[0].Files["a b.txt"].RawURL; !strings.HasSuffix(url, "/a%20b.txt") {
		t.Errorf("raw URL %s", url)
	} else if _, body := raw(t, server, url); body != "text\n" {
		t.Errorf("%s gives %q", url, body)
	}
	answer, body := get(t, server.URL()+"/gists/2")
	single := decode[gist](t, answer, body)
	if file := single.Files["kez.md"]; single.Public || *file.Content != "secret\n" || *file.Truncated || len(single.History) != 1 {
		t.Errorf("%+v", single)
	}
}

func TestPaging(t *testing.T) {
	server := start(t, "")
	addGists(t, server, "alice", 5)
	server.PageSize(2)
	if gists, pages := list(t, server, "alice"); ids(gists) != "alice4 alice3 alice2 alice1 alice0 " || pages != 3 {
		t.Errorf("%s on %d pages", ids(gists), pages)
	}
	const root = "https://api.github.com/user/1000/gists?per_page=2&page="
	for page, want := range map[string]string{
		"1": `<` + root + `2>; rel="next", <` + root + `3>; rel="last"`,
		"2": `<` + root + `1>; rel="prev", <` + root + `3>; rel="next", <` + root + `3>; rel="last", <` + root + `1>; rel="first"`,
		"3": `<` + root + `2>; rel="prev", <` + root + `1>; rel="first"`,
	} {
		if answer, _ := get(t, server.URL()+"/users/alice/gists?per_page=2&page="+page); answer.Header.Get("Link") != want {
			t.Errorf("page %s links to %s", page, answer.Header.Get("Link"))
		}
	}
	server.PageSize(0)
	addGists(t, server, "bob", 31)
	for query, want := range map[string]int{"": 30, "?per_page=100": 31, "?per_page=1000": 31, "?page=2": 1, "?page=9": 0} {
		answer, body := get(t, server.URL()+"/users/bob/gists"+query)
		if got := len(decode[[]gist](t, answer, body)); got != want {
			t.Errorf("%q gives %d gists, want %d", query, got, want)
		}
	}
}

func TestRevisionsForksComments(t *testing.T) {
	server := start(t, `
-- alice/gists/1/kez.md --
now
-- alice/gists/1@1/kez.md --
first
-- alice/gists/1@2/kez.md --
second
-- alice/gists/1.json --
{"comments": [{"login": "bob", "body": "kez:z1:x"}]}
-- mallory/gists/2/kez.md --
now
-- mallory/gists/2.json --
{"fork_of": "1"}
`)
	server.UpdateGist("1", githubfake.File{Name: "other.md", Content: "latest"})
	answer, body := get(t, server.URL()+"/gists/1")
	g := decode[gist](t, answer, body)
	if len(g.History) != 4 || len(g.Forks) != 1 || g.Forks[0].ID != "2" || g.Comments != 1 || g.Files["kez.md"].Content != nil {
		t.Errorf("%+v", g)
	}
	answer, body = get(t, server.URL()+"/gists/1/"+g.History[3].Version)
	oldest := decode[gist](t, answer, body).Files["kez.md"]
	if *oldest.Content != "first\n" {
		t.Errorf("%+v", oldest)
	}
	if _, body := raw(t, server, oldest.RawURL); body != "first\n" {
		t.Errorf("the blob of an old revision is %q", body)
	}
	if _, body := raw(t, server, "https://gist.githubusercontent.com/alice/1/raw"); body != "latest" {
		t.Errorf("the present revision is %q", body)
	}
	answer, body = get(t, server.URL()+"/gists/2")
	if fork := decode[gist](t, answer, body); fork.ForkOf == nil || fork.ForkOf.ID != "1" || fork.Owner.Login != "mallory" {
		t.Errorf("%+v", fork)
	}
	if _, body := get(t, server.URL()+"/gists/1/comments"); !strings.Contains(body, `"body":"kez:z1:x"`) || !strings.Contains(body, `"login":"bob"`) {
		t.Errorf("%s", body)
	}
	if answer, body := get(t, server.URL()+"/gists/1/forks"); ids(decode[[]gist](t, answer, body)) != "2 " {
		t.Errorf("%s", body)
	}
	server.DeleteGist("1")
	if answer, _ := get(t, server.URL()+"/gists/1"); answer.StatusCode != 404 {
		t.Errorf("%d of a gist that was deleted", answer.StatusCode)
	}
}

func TestBigGists(t *testing.T) {
	server := start(t, "")
	big := githubfake.Gist{ID: "1", Files: []githubfake.File{{Name: "kez.md", Content: strings.Repeat("x", 2<<20)}}}
	for n := range 300 {
		big.Files = append(big.Files, githubfake.File{Name: fmt.Sprint(n)})
	}
	if err := server.AddGist("alice", big); err != nil {
		t.Fatal(err)
	}
	answer, body := get(t, server.URL()+"/gists/1")
	g := decode[gist](t, answer, body)
	if file := g.Files["kez.md"]; !g.Truncated || len(g.Files) != 300 || !*file.Truncated || len(*file.Content) != 1<<20 || file.Size != 2<<20 {
		t.Errorf("truncated %v, %d files", g.Truncated, len(g.Files))
	}
	for _, wrong := range []githubfake.Gist{big, {ID: "2"}, {Files: big.Files}} {
		if err := server.AddGist("alice", wrong); err == nil {
			t.Errorf("the gist %q was taken", wrong.ID)
		}
	}
}

func TestUsers(t *testing.T) {
	server := start(t, "")
	server.AddUser(githubfake.User{Login: "alice", ID: 7, Bio: "hi"})
	server.SetReadme("alice", "# proof")
	for _, path := range []string{"/users/ALICE", "/user/7"} {
		answer, body := get(t, server.URL()+path)
		user := decode[struct {
			Login, Type, Bio string
			ID               int64
			Name             *string
		}](t, answer, body)
		if user.Login != "alice" || user.ID != 7 || user.Type != "User" || user.Bio != "hi" || user.Name != nil {
			t.Errorf("%s gives %+v", path, user)
		}
	}
	const readme = "https://raw.githubusercontent.com/alice/alice/HEAD/README.md"
	if _, body := raw(t, server, readme); body != "# proof" {
		t.Errorf("README %q", body)
	}
	if _, body := get(t, server.URL()+"/repos/alice/alice/readme"); !strings.Contains(body, `"content":"IyBwcm9vZg==\n"`) {
		t.Errorf("%s", body)
	}
	for _, url := range []string{"https://raw.githubusercontent.com/alice/alice/v1/README.md", "https://raw.githubusercontent.com/bob/bob/HEAD/README.md", "https://gist.githubusercontent.com/alice/1/raw/kez.md"} {
		if answer, body := raw(t, server, url); answer.StatusCode != 404 || body != "404: Not Found" {
			t.Errorf("%s gives %d %q", url, answer.StatusCode, body)
		}
	}
	server.Rename("alice", "alicia")
	answer, body := get(t, server.URL()+"/users/alice/gists")
	if answer.StatusCode != 404 || body != `{"documentation_url":"https://docs.github.com/rest/gists/gists#list-gists-for-a-user","message":"Not Found","status":"404"}` {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	for _, owner := range []string{"alice", "alicia"} { // the repository keeps its name
		if _, body := raw(t, server, strings.Replace(readme, "alice", owner, 1)); body != "# proof" {
			t.Errorf("the README below %s is %q", owner, body)
		}
	}
}
