package apfake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"kez.lat/kez/fakes/apfake"
)

func start(t *testing.T, world string) *apfake.Server {
	t.Helper()
	server, err := apfake.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := load(server, world); err != nil {
		t.Fatal(err)
	}
	return server
}

// load reads a world written as txtar.
func load(server *apfake.Server, text string) error {
	folder, err := txtar.FS(txtar.Parse([]byte(text)))
	if err != nil {
		return err
	}
	return server.Load(folder)
}

// get asks for https://URL, with an Accept header where one is given.
func get(t *testing.T, server *apfake.Server, url string, accept ...string) (*http.Response, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL()+"/"+url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header["Accept"] = accept
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

const activity = "application/activity+json"

// finger is what a client reads of WebFinger.
type finger struct {
	Subject string
	Links   []struct{ Rel, Type, Href string }
}

func (f finger) self() string {
	for _, link := range f.Links {
		if link.Rel == "self" {
			return link.Href
		}
	}
	return ""
}

// ask gives the WebFinger answer, with an empty subject where there is none.
func ask(t *testing.T, server *apfake.Server, host, query string) (code int, f finger) {
	t.Helper()
	answer, body := get(t, server, host+"/.well-known/webfinger"+query)
	if answer.StatusCode != http.StatusOK {
		return answer.StatusCode, f
	}
	if answer.Header.Get("Content-Type") != "application/jrd+json; charset=utf-8" || answer.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("headers %v", answer.Header)
	}
	if err := json.Unmarshal([]byte(body), &f); err != nil {
		t.Errorf("%s: %v", body, err)
	}
	return answer.StatusCode, f
}

func TestWebFinger(t *testing.T) {
	server := start(t, `
-- social.example/alice.json --
{}
`)
	for query, want := range map[string]int{
		"?resource=acct:alice@social.example": 200, "?resource=acct%3AAlice%40Social.example": 200,
		"?resource=https://social.example/users/alice": 200, "?resource=https://social.example/@alice": 200,
		"": 400, "?resource=": 400, "?resource=acct:bob@social.example": 404, "?resource=acct:alice@other.example": 404,
		"?resource=acct:alice@social.example&resource=x": 400,
	} {
		code, f := ask(t, server, "social.example", query)
		if code != want || code == 200 && (f.Subject != "acct:alice@social.example" || f.self() != "https://social.example/users/alice") {
			t.Errorf("%s gives %d %+v, want %d", query, code, f, want)
		}
	}
	if _, f := ask(t, server, "social.example", "?resource=acct:alice@social.example&rel=self"); len(f.Links) != 1 || f.Links[0].Type != activity {
		t.Errorf("rel=self gives %+v", f)
	}
	if unknown := server.Unknown(); len(unknown) != 0 {
		t.Errorf("unknown: %q", unknown)
	}
}

func TestActor(t *testing.T) {
	server := start(t, `
-- social.example/alice.json --
{"name": "Alice", "summary": "<p>&lt;3</p>", "fields": [{"name": "kez", "value": "<b>kez:z1:x</b>"}],
 "movedTo": "https://b.example/users/a", "alsoKnownAs": ["https://c.example/users/a"]}
`)
	answer, body := get(t, server, "social.example/users/alice", `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`)
	var actor struct {
		Context                                            []any `json:"@context"`
		ID, Type, PreferredUsername, Summary, URL, MovedTo string
		AlsoKnownAs                                        []string
		Attachment                                         []struct{ Type, Name, Value string }
		PublicKey                                          struct{ Owner string }
	}
	if err := json.Unmarshal([]byte(body), &actor); err != nil {
		t.Fatal(err)
	}
	const place = "https://social.example/users/alice"
	if answer.Header.Get("Content-Type") != activity+"; charset=utf-8" || len(actor.Context) != 3 || actor.ID != place || actor.Type != "Person" ||
		actor.PreferredUsername != "alice" || actor.URL != "https://social.example/@alice" || actor.PublicKey.Owner != place ||
		actor.Summary != "<p>&lt;3</p>" || actor.MovedTo != "https://b.example/users/a" || len(actor.AlsoKnownAs) != 1 ||
		len(actor.Attachment) != 1 || actor.Attachment[0].Type != "PropertyValue" || actor.Attachment[0].Value != "<b>kez:z1:x</b>" {
		t.Errorf("%v %s", answer.Header, body)
	}
	if answer, _ := get(t, server, "social.example/users/alice", "text/html"); answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("a browser gets %d %v", answer.StatusCode, answer.Header)
	}
	if answer, _ := get(t, server, "social.example/users/bob", activity); answer.StatusCode != 404 {
		t.Errorf("a stranger gives %d", answer.StatusCode)
	}
}

func TestSplitDomains(t *testing.T) {
	server := start(t, `
-- example.com/alice.json --
{"web_host": "social.example.com"}
-- example.com/eve.json --
{"web_host": "social.example.com", "unlinked": true}
`)
	for _, at := range []struct{ host, account string }{
		{"example.com", "alice@example.com"}, {"social.example.com", "alice@social.example.com"}, {"social.example.com", "alice@example.com"},
		{"example.com", "eve@example.com"},
	} {
		name, _, _ := strings.Cut(at.account, "@")
		code, f := ask(t, server, at.host, "?resource=acct:"+at.account)
		if code != 200 || f.Subject != "acct:"+name+"@example.com" || f.self() != "https://social.example.com/users/"+name {
			t.Errorf("%v: %d %+v", at, code, f)
		}
	}
	if code, _ := ask(t, server, "social.example.com", "?resource=acct:eve@social.example.com"); code != 404 {
		t.Errorf("the other host points back to eve: %d", code)
	}
}

func TestGivenDocuments(t *testing.T) {
	server := start(t, `
-- a.example/alice.json --
{"type": "Person", "id": "https://a.example/u/alice",   "preferredUsername": "alice"}
-- a.example/foreign.json --
{"@context": [], "id": "https://b.example/users/foreign"}
-- a.example/two.json --
{}
-- a.example/two.webfinger.json --
{"subject": "acct:two@a.example", "links": [{"rel": "self", "href": "http://a.example/1"}, {"rel": "self", "href": "https://a.example/users/two"}]}
`)
	if _, body := get(t, server, "a.example/u/alice", activity); !strings.Contains(body, `alice",   "pref`) {
		t.Errorf("not byte for byte: %s", body)
	}
	if _, f := ask(t, server, "a.example", "?resource=acct:alice@a.example"); f.self() != "https://a.example/u/alice" {
		t.Errorf("self of a document is %q", f.self())
	}
	if _, body := get(t, server, "a.example/users/foreign", activity); !strings.Contains(body, "b.example") {
		t.Errorf("%s", body)
	}
	if _, f := ask(t, server, "a.example", "?resource=acct:two@a.example"); f.self() != "http://a.example/1" || len(f.Links) != 2 {
		t.Errorf("%+v", f)
	}
}

func TestRedirectsAndFaults(t *testing.T) {
	server := start(t, `
-- b.example/alice.json --
{}
-- redirects.json --
{"a.example/.well-known/webfinger": "https://b.example/.well-known/webfinger"}
-- faults.json --
[{"on": "b.example/users/alice", "status": 401, "json": {"error": "Request not signed"}}]
`)
	answer, _ := get(t, server, "a.example/.well-known/webfinger?resource=acct:alice@b.example")
	if to := answer.Header.Get("Location"); answer.StatusCode != 301 || to != "https://b.example/.well-known/webfinger?resource=acct:alice@b.example" {
		t.Errorf("%d to %q", answer.StatusCode, to)
	}
	if answer, body := get(t, server, "b.example/users/alice", activity); answer.StatusCode != 401 || !strings.Contains(body, "not signed") {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	server.Fault("b.example/users/alice", apfake.Gone())
	if answer, _ := get(t, server, "b.example/users/alice", activity); answer.StatusCode != 410 {
		t.Errorf("%d of an account that is gone", answer.StatusCode)
	}
	server.Fault("b.example/**", apfake.SecureMode())
	if answer, _ := get(t, server, "b.example/users/alice", activity); answer.StatusCode != 401 {
		t.Errorf("%d in secure mode", answer.StatusCode)
	}
}

func TestDataMethods(t *testing.T) {
	server := start(t, "")
	server.AddHost("a.example")
	server.Put("a.example", "/users/x", "text/html", []byte("<p>"))
	server.Redirect("a.example", "/users/y", "http://169.254.169.254/")
	server.SetWebFinger("a.example", "acct:X@a.example", []byte("{}"))
	if err := server.AddActor("a.example", "z", apfake.Actor{ID: "https://b.example/users/z"}); err != nil {
		t.Fatal(err)
	}
	if err := server.AddActor("a.example", "w", apfake.Actor{URL: "http://a.example/users/w"}); err == nil {
		t.Error("an actor at a place that is not reached")
	}
	if answer, body := get(t, server, "a.example/users/x", activity); body != "<p>" || answer.Header.Get("Content-Type") != "text/html" {
		t.Errorf("%v %q", answer.Header, body)
	}
	if answer, _ := get(t, server, "a.example/users/y"); answer.Header.Get("Location") != "http://169.254.169.254/" {
		t.Errorf("%v", answer.Header)
	}
	if code, _ := ask(t, server, "a.example", "?resource=acct:x@a.example"); code != 200 {
		t.Errorf("%d", code)
	}
	if _, body := get(t, server, "a.example/users/z", activity); !strings.Contains(body, `"id":"https://b.example/users/z"`) {
		t.Errorf("%s", body)
	}
	server.Remove("a.example", "/users/y", "acct:x@a.example")
	if code, _ := ask(t, server, "a.example", "?resource=acct:x@a.example"); code != 404 {
		t.Errorf("%d after the removal", code)
	}
	if server.Env()["KEZ_AP_BASE_URL"] != server.URL() {
		t.Errorf("%v", server.Env())
	}
}

func TestStrict(t *testing.T) {
	server := start(t, "-- hosts.json --\n[\"a.example\"]\n")
	for _, url := range []string{"a.example/.well-known/host-meta", "b.example/.well-known/webfinger?resource=acct:a@b.example"} {
		if answer, _ := get(t, server, url); answer.StatusCode != http.StatusNotImplemented {
			t.Errorf("%s gives %d", url, answer.StatusCode)
		}
	}
	if unknown := server.Unknown(); len(unknown) != 2 || !strings.Contains(unknown[1], "no such host") {
		t.Errorf("unknown: %q", unknown)
	}
	for _, world := range []string{
		"-- alice.json --\n{}\n", "-- a.example/alice.txt --\n", "-- a.example/b/c.json --\n{}\n", "-- a.example/alice.json --\n{\"sumary\": \"\"}\n",
		"-- a.example/.json --\n{}\n", "-- a.example/alice.json --\n<html>\n", "-- faults.json --\n{}\n", "-- hosts.json --\n{}\n", "-- redirects.json --\n[]\n",
		"-- a.example/alice.json --\n{\"url\": \"ftp://x\"}\n",
	} {
		if err := load(server, world); err == nil || !strings.HasPrefix(err.Error(), "apfake: ") {
			t.Errorf("%q: %v", world, err)
		}
	}
	if code, _ := ask(t, server, "a.example", "?resource=acct:a@a.example"); code != 404 {
		t.Errorf("a failed load changed the world: %d", code)
	}
}
