package blueskyfake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"

	"golang.org/x/tools/txtar"

	"kez.lat/kez/fakes/blueskyfake"
)

func start(t *testing.T, world string) *blueskyfake.Server {
	t.Helper()
	server, err := blueskyfake.Start()
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
func load(server *blueskyfake.Server, text string) error {
	folder, err := txtar.FS(txtar.Parse([]byte(text)))
	if err != nil {
		return err
	}
	return server.Load(folder)
}

func get(t *testing.T, server *blueskyfake.Server, pathAndQuery string) (*http.Response, []byte) {
	t.Helper()
	answer, err := http.Get(server.URL() + pathAndQuery)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, body
}

// entry is what the tests read of app.bsky.feed.defs#feedViewPost.
type entry struct {
	Post   post
	Reason struct {
		Type string `json:"$type"`
		By   struct{ Handle string }
	}
	Reply struct{ Parent, Root post }
}

type post struct {
	Type, URI, CID, IndexedAt string
	NotFound                  bool
	Author                    struct{ DID, Handle string }
	Record                    struct {
		Type            string `json:"$type"`
		Text, CreatedAt string
		Reply           struct{ Parent, Root struct{ URI, CID string } }
		Embed           json.RawMessage
		Facets          []struct {
			Index    struct{ ByteStart, ByteEnd int }
			Features []struct{ URI string }
		}
	}
	Embed struct {
		Type   string          `json:"$type"`
		Record json.RawMessage // a view, or one more embed in recordWithMedia
	}
}

const authorFeed = "/xrpc/app.bsky.feed.getAuthorFeed"

// feed asks as the bluesky channel does.
func feed(t *testing.T, server *blueskyfake.Server, handle, cursor string, more ...string) (items []entry, next string) {
	t.Helper()
	query := url.Values{"actor": {handle}, "limit": {"100"}, "filter": {"posts_with_replies"}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	for i := 0; i < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	answer, body := get(t, server, authorFeed+"?"+query.Encode())
	var page struct {
		Feed   []entry
		Cursor string
	}
	if err := json.Unmarshal(body, &page); err != nil || answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Fatalf("%d %v %s: %v", answer.StatusCode, answer.Header, body, err)
	}
	return page.Feed, page.Cursor
}

func texts(items []entry) (texts []string) {
	for _, i := range items {
		texts = append(texts, i.Post.Record.Text)
	}
	return texts
}
