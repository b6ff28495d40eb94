package httpfake_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"kez.lat/kez/fakes/httpfake"
)

// start gives a server that answers /known of every host, and the base URL of
// an address for all hosts.
func start(t *testing.T) (*httpfake.Server, string) {
	t.Helper()
	var server *httpfake.Server
	server = httpfake.New("fake", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/known") {
			server.Refuse(w, r, "no such route")
			return
		}
		httpfake.ReplyJSON(w, r, http.StatusOK, "application/json", map[string]any{"host": r.Host, "path": r.URL.Path})
	}))
	base, err := server.Open("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server, base
}

// client follows nothing and asks for no compression.
var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
}

func get(t *testing.T, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
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

func TestHosts(t *testing.T) {
	server, base := start(t)
	root, err := server.Open("api.test")
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		base + "/A.test/known":          `{"host":"a.test","path":"/known"}`,
		base + "/a.test:8443/known/%2e": `{"host":"a.test:8443","path":"/known/."}`,
		root + "/known":                 `{"host":"api.test","path":"/known"}`,
	} {
		if answer, body := get(t, url); answer.StatusCode != 200 || body != want {
			t.Errorf("%s gives %d %s, want %s", url, answer.StatusCode, body, want)
		}
	}
	if unknown := server.Unknown(); len(unknown) != 0 {
		t.Errorf("unknown: %q", unknown)
	}
}

func TestUnknownRequests(t *testing.T) {
	server, base := start(t)
	for _, path := range []string{"/a.test", "/a.test/other?q=1", "/", "//known"} {
		if answer, body := get(t, base+path); answer.StatusCode != http.StatusNotImplemented || !strings.Contains(body, "unknown request") {
			t.Errorf("%s gives %d %s", path, answer.StatusCode, body)
		}
	}
	unknown := server.Unknown()
	if len(unknown) != 4 || unknown[1] != "GET a.test/other?q=1: no such route" {
		t.Errorf("unknown: %q", unknown)
	}
	if server.ClearHistory(); len(server.Unknown())+len(server.History()) != 0 {
		t.Error("something is left of the history")
	}
}

func TestHistory(t *testing.T) {
	server, base := start(t)
	get(t, base+"/a.test/known?x=1&y", "Authorization", "Bearer secret", "Cookie", "a=b", "User-Agent", "kez")
	get(t, base+"/b.test/known/%61")
	history := server.History()
	if len(history) != 2 || history[0].String() != "GET a.test/known?x=1&y authorization cookie" || history[1].String() != "GET b.test/known/%61" {
		t.Fatalf("history: %q", history)
	}
	if first := history[0]; first.Header.Get("User-Agent") != "kez" || !first.Has("Authorization") || history[1].Has("Cookie") {
		t.Errorf("headers: %v", first.Header)
	}
	for on, want := range map[string]int{"a.test/**": 1, "/known": 1, "/known/a": 1, "/**": 2, "POST /**": 0, "/known?x=1": 1, "/known?x=*": 1, "/known?x=2": 0} {
		if got := server.Count(on); got != want {
			t.Errorf("%s was asked %d times, want %d", on, got, want)
		}
	}
}

func TestConditionalRequests(t *testing.T) {
	_, base := start(t)
	first, _ := get(t, base+"/a.test/known")
	tag := first.Header.Get("ETag")
	if again, body := get(t, base+"/a.test/known", "If-None-Match", `"other", W/`+tag); again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("%d %q for the same tag", again.StatusCode, body)
	}
	head, err := client.Head(base + "/a.test/known")
	if err != nil {
		t.Fatal(err)
	}
	defer head.Body.Close()
	if head.ContentLength != first.ContentLength || head.ContentLength <= 0 {
		t.Errorf("HEAD announces %d bytes, GET %d", head.ContentLength, first.ContentLength)
	}
}

func TestFilesSortNumbersByValue(t *testing.T) {
	world := fstest.MapFS{}
	want := []string{"1.json", "2.json", "10.json", "a/1/kez.md", "a/007/kez.md", "a/b", "faults.json"}
	for _, name := range want {
		world[name] = &fstest.MapFile{}
	}
	if got, err := httpfake.Files(world); err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}
