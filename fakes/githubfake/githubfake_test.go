package githubfake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"testing"

	"golang.org/x/tools/txtar"

	"kez.lat/kez/fakes/githubfake"
)

func start(t *testing.T, world string) *githubfake.Server {
	t.Helper()
	server, err := githubfake.Start()
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
func load(server *githubfake.Server, text string) error {
	folder, err := txtar.FS(txtar.Parse([]byte(text)))
	if err != nil {
		return err
	}
	return server.Load(folder)
}

// get asks, with headers in pairs.
func get(t *testing.T, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
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

// gist is what the tests read of a gist.
type gist struct {
	ID       string
	Public   bool
	Comments int
	Owner    struct {
		Login string
		ID    int64
	}
	Files map[string]struct {
		Filename, Type string
		Language       *string
		RawURL         string `json:"raw_url"`
		Size           int
		Truncated      *bool
		Content        *string
	}
	Truncated bool
	History   []struct{ Version string }
	Forks     []struct{ ID string }
	ForkOf    *struct{ ID string } `json:"fork_of"`
}

// decode reads a JSON answer with status 200.
func decode[T any](t *testing.T, answer *http.Response, body string) (value T) {
	t.Helper()
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("%s: %d %v", answer.Request.URL, answer.StatusCode, answer.Header)
	}
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return value
}

var nextLink = regexp.MustCompile(`<https://api\.github\.com([^>]+)>; rel="next"`)

// list follows the pages as the github channel does.
func list(t *testing.T, server *githubfake.Server, login string) (gists []gist, pages int) {
	t.Helper()
	for path := "/users/" + login + "/gists?per_page=100"; path != ""; pages++ {
		answer, body := get(t, server.URL()+path)
		gists = append(gists, decode[[]gist](t, answer, body)...)
		path = ""
		if next := nextLink.FindStringSubmatch(answer.Header.Get("Link")); next != nil {
			path = next[1]
		}
	}
	return gists, pages
}

func ids(gists []gist) (ids string) {
	for _, g := range gists {
		ids += g.ID + " "
	}
	return ids
}

// raw fetches a raw URL by way of the base.
func raw(t *testing.T, server *githubfake.Server, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	return get(t, server.RawURL()+"/"+url[len("https://"):], headers...)
}
