package webfake_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/fakes/webfake"
)

func start(t *testing.T) *webfake.Server {
	t.Helper()
	server, err := webfake.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// load reads a world written as txtar.
func load(server *webfake.Server, text string) error {
	folder, err := txtar.FS(txtar.Parse([]byte(text)))
	if err != nil {
		return err
	}
	return server.Load(folder)
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(url)
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

const example = `
-- example.com/.well-known/kez.json --
{"kez":"claim"}
-- example.com/.well-known/kez-sigchain.jsonl --
{}
-- redirects.json --
{"old.test/.well-known/kez.json": "https://example.com/.well-known/kez.json", "loop.test/": "/"}
-- hosts.json --
["empty.test"]
-- faults.json --
[{"on": "example.com/.well-known/kez-sigchain.jsonl", "status": 503}]
`

func TestWorld(t *testing.T) {
	server := start(t)
	if err := load(server, example); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path, contentType, location, body string
		code                              int
	}{
		{"/Example.com/.well-known/kez.json", "application/json", "", "{\"kez\":\"claim\"}\n", 200},
		{"/example.com/.well-known/kez-sigchain.jsonl", "text/plain; charset=utf-8", "", "", 503},
		{"/example.com/", "text/html; charset=utf-8", "", "404", 404},
		{"/empty.test/.well-known/kez.json", "text/html; charset=utf-8", "", "404", 404},
		{"/old.test/.well-known/kez.json", "text/html; charset=utf-8", "https://example.com/.well-known/kez.json", "301", 301},
		{"/loop.test/", "text/html; charset=utf-8", "/", "301", 301},
	} {
		answer, body := get(t, server.URL()+test.path)
		if answer.StatusCode != test.code || answer.Header.Get("Content-Type") != test.contentType ||
			answer.Header.Get("Location") != test.location || !strings.Contains(body, test.body) {
			t.Errorf("%s gives %d %v %q", test.path, answer.StatusCode, answer.Header, body)
		}
	}
	if unknown := server.Unknown(); len(unknown) != 0 {
		t.Errorf("unknown: %q", unknown)
	}
}

func TestDataMethods(t *testing.T) {
	server := start(t)
	server.AddHost("b.test")
	server.Put("a.test", "/.well-known/kez.json", "text/html", []byte("<p>"))
	server.Redirect("a.test", "/x", "http://127.0.0.1:22/")
	if answer, body := get(t, server.URL()+"/a.test/.well-known/kez.json"); answer.Header.Get("Content-Type") != "text/html" || body != "<p>" {
		t.Errorf("%v %q", answer.Header, body)
	}
	server.Remove("a.test", "/x")
	for _, path := range []string{"/a.test/x", "/b.test/"} {
		if answer, _ := get(t, server.URL()+path); answer.StatusCode != 404 {
			t.Errorf("%s gives %d", path, answer.StatusCode)
		}
	}
	if got := server.Env()["KEZ_WEB_BASE_URL"]; got != server.URL() {
		t.Errorf("the environment says %q", got)
	}
}

func TestStrict(t *testing.T) {
	server := start(t)
	server.AddHost("a.test")
	get(t, server.URL()+"/b.test/.well-known/kez.json")
	answer, err := http.Post(server.URL()+"/a.test/", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if unknown := server.Unknown(); len(unknown) != 2 || answer.StatusCode != http.StatusNotImplemented {
		t.Errorf("unknown: %q", unknown)
	}
	if server.Count("b.test/**") != 1 {
		t.Errorf("history: %q", server.History())
	}
}

func TestLoadRefusesAndChangesNothing(t *testing.T) {
	server := start(t)
	server.Put("a.test", "/", "", nil)
	server.Fault("a.test/teapot", httpfake.Status(418))
	for _, world := range []string{
		"-- kez.json --\n{}\n", "-- faults.json --\n{}\n", "-- redirects.json --\n[]\n", "-- hosts.json --\n{}\n",
	} {
		if err := load(server, "-- b.test/x --\n"+world); err == nil || !strings.Contains(err.Error(), "json") {
			t.Errorf("%q: %v", world, err)
		}
	}
	for path, want := range map[string]int{"/a.test/": 200, "/a.test/teapot": 418, "/b.test/x": 501} {
		if answer, _ := get(t, server.URL()+path); answer.StatusCode != want {
			t.Errorf("%s gives %d, want %d", path, answer.StatusCode, want)
		}
	}
}
