package githubfake_test

import (
	"net/http"
	"strings"
	"testing"

	"kez.lat/kez/fakes/githubfake"
	"kez.lat/kez/fakes/httpfake"
)

func TestRateLimits(t *testing.T) {
	server := start(t, "-- alice/user.json --\n{}\n")
	gists := server.URL() + "/users/alice/gists"
	server.RateLimit(1)
	if answer, _ := get(t, gists); answer.StatusCode != 200 || answer.Header.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	for _, limited := range []func(){
		func() {}, // the limit set above
		func() { server.ClearFaults(); server.Fault("/users/**", githubfake.PrimaryLimit()) },
	} {
		limited()
		answer, body := get(t, gists)
		if answer.StatusCode != 403 || answer.Header.Get("X-RateLimit-Remaining") != "0" || answer.Header.Get("X-RateLimit-Reset") != "1767229200" || !strings.Contains(body, "rate limit exceeded") {
			t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
		}
	}
	server.Fault("/users/**", githubfake.SecondaryLimit(429, "60"))
	if answer, body := get(t, gists); answer.StatusCode != 429 || answer.Header.Get("Retry-After") != "60" || !strings.Contains(body, "secondary rate limit") {
		t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
	server.ClearFaults()
	if answer, _ := get(t, gists, "Authorization", "Bearer x"); answer.StatusCode != 200 || answer.Header.Get("X-RateLimit-Limit") != "5000" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	if answer, _ := get(t, server.URL()+"/rate_limit"); answer.StatusCode != 200 {
		t.Errorf("%d", answer.StatusCode)
	}
}

func TestClients(t *testing.T) {
	server := start(t, "-- alice/README.md --\nproof\n-- options.json --\n{\"tokens\": [\"good\"]}\n")
	user := server.URL() + "/users/alice"
	for token, want := range map[string]int{"Bearer good": 200, "token good": 200, "Bearer bad": 401} {
		if answer, body := get(t, user, "Authorization", token); answer.StatusCode != want || want == 401 && !strings.Contains(body, "Bad credentials") {
			t.Errorf("%s gives %d %s", token, answer.StatusCode, body)
		}
	}
	if answer, _ := get(t, user, "User-Agent", ""); answer.StatusCode != 403 {
		t.Errorf("a client without a name gets %d", answer.StatusCode)
	}
	first, _ := get(t, user)
	if again, _ := get(t, user, "If-None-Match", first.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("%d for the same tag", again.StatusCode)
	}
	server.ClearHistory()
	get(t, user, "Authorization", "Bearer good")
	raw(t, server, "https://raw.githubusercontent.com/alice/alice/HEAD/README.md", "Authorization", "Bearer good")
	if history := server.History(); len(history) != 2 || history[0].String() != "GET api.github.com/users/alice authorization" ||
		history[1].String() != "GET raw.githubusercontent.com/alice/alice/HEAD/README.md authorization" {
		t.Errorf("history: %q", history)
	}
	if env := server.Env(); env["KEZ_GITHUB_API_URL"] != server.URL() || env["KEZ_GITHUB_RAW_URL"] != server.RawURL() || server.URL() == server.RawURL() {
		t.Errorf("%v", env)
	}
}

func TestLies(t *testing.T) {
	server := start(t, `
-- alice/gists/1/kez.md --
proof
-- alice/gists/1.json --
{"owner": "mallory", "raw_urls": {"kez.md": "http://127.0.0.1:22/"}}
-- faults.json --
[{"on": "/users/alice/gists", "headers": {"Link": "<https://evil.test/users/alice/gists?page=2>; rel=\"next\""}},
 {"on": "/users/bob/gists", "status": 301, "headers": {"Location": "https://api.github.com/user/1/gists"}}]
`)
	answer, body := get(t, server.URL()+"/users/alice/gists?per_page=100")
	gists := decode[[]gist](t, answer, body)
	if gists[0].Owner.Login != "mallory" || gists[0].Files["kez.md"].RawURL != "http://127.0.0.1:22/" || !strings.Contains(answer.Header.Get("Link"), "evil.test") {
		t.Errorf("%v %s", answer.Header, body)
	}
	for _, owner := range []string{"alice", "mallory"} {
		if _, body := raw(t, server, "https://gist.githubusercontent.com/"+owner+"/1/raw/kez.md"); body != "proof\n" {
			t.Errorf("%s: %q", owner, body)
		}
	}
	server.Fault("/users/carol/gists", githubfake.Moved("https://api.github.com/user/9/gists"))
	for _, login := range []string{"bob", "carol"} {
		if answer, _ := get(t, server.URL()+"/users/"+login+"/gists"); answer.StatusCode != 301 || !strings.HasSuffix(answer.Header.Get("Location"), "/gists") {
			t.Errorf("%s: %d %v", login, answer.StatusCode, answer.Header)
		}
	}
	server.Fault("gist.githubusercontent.com/alice/*/raw/**", httpfake.Pass().Type("text/html").Body("<!DOCTYPE html>"))
	if answer, _ := raw(t, server, "https://gist.githubusercontent.com/alice/1/raw/kez.md"); answer.Header.Get("Content-Type") != "text/html" {
		t.Errorf("%v", answer.Header)
	}
}

func TestStrict(t *testing.T) {
	server := start(t, "-- alice/user.json --\n{}\n")
	for _, url := range []string{
		server.URL() + "/gists/public", server.URL() + "/users/alice/repos", server.URL() + "/users/alice/gists?since=x", server.URL() + "/users/alice//gists",
		server.RawURL() + "/example.com/x", server.RawURL() + "/raw.githubusercontent.com/alice",
		server.RawURL() + "/gist.githubusercontent.com/alice/1",
	} {
		before := len(server.Unknown())
		if answer, _ := get(t, url); answer.StatusCode != http.StatusNotImplemented || len(server.Unknown()) != before+1 {
			t.Errorf("%s gives %d", url, answer.StatusCode)
		}
	}
	for _, world := range []string{
		"-- README.md --\n", "-- alice/x.md --\n", "-- alice/gists/1.json --\n{}\n", "-- alice/gists/x.md --\n", "-- alice/gists/1@2/kez.md --\n",
		"-- alice/gists/1/a/b.md --\n", "-- alice/gists/1@1/kez.md --\n", "-- alice/gists/1/a.md --\n-- bob/gists/1/a.md --\n",
		"-- alice/gists/1/a.md --\n-- alice/gists/1.json --\n{\"raw_urls\": {\"b.md\": \"\"}}\n", "-- alice/gists/1/a.md --\n-- alice/gists/1.json --\n{\"fork_of\": \"9\"}\n",
		"-- alice/user.json --\n{\"login\": \"bob\"}\n", "-- alice/user.json --\n[]\n", "-- options.json --\n{\"x\": 1}\n", "-- faults.json --\n{}\n",
	} {
		if err := load(server, world); err == nil || !strings.HasPrefix(err.Error(), "githubfake: ") {
			t.Errorf("%q: %v", world, err)
		}
	}
	if answer, _ := get(t, server.URL()+"/users/alice"); answer.StatusCode != 200 {
		t.Error("a failed load changed the world")
	}
}
