package apfake_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

const fingerOfAlice = "a.example/.well-known/webfinger?resource=acct:alice@a.example"

// rows are hostile worlds, one for each way in which these servers go wrong.
// What a client must make of them is for the tests of clients; here each has to
// load and to show what makes it hostile.
var rows = []struct{ name, world, url, shows string }{
	{"actor on another host, which points back", `
-- a.example/alice.json --
{"web_host": "b.example"}
`, "b.example/.well-known/webfinger?resource=acct:alice@b.example", `"subject":"acct:alice@a.example"`},
	{"actor on another host, which does not know", `
-- a.example/alice.json --
{"web_host": "b.example", "unlinked": true}
`, "b.example/.well-known/webfinger?resource=acct:alice@b.example", "404"},
	{"actor on another host, which means another", `
-- a.example/alice.webfinger.json --
{"subject": "acct:alice@a.example", "links": [{"rel": "self", "type": "application/activity+json", "href": "https://b.example/users/alice"}]}
-- b.example/alice.json --
{}
`, "b.example/.well-known/webfinger?resource=acct:alice@b.example", `"subject":"acct:alice@b.example"`},
	{"id of another host", `
-- a.example/alice.json --
{"id": "https://b.example/users/alice"}
`, "a.example/users/alice", `"id":"https://b.example/users/alice"`},
	{"redirect to the metadata of a cloud", `
-- redirects.json --
{"a.example/.well-known/webfinger": "http://169.254.169.254/"}
`, fingerOfAlice, "Location: http://169.254.169.254/"},
	{"redirect to loopback", `
-- a.example/alice.json --
{}
-- redirects.json --
{"a.example/users/alice": "https://127.0.0.1/"}
`, "a.example/users/alice", "Location: https://127.0.0.1/"},
	{"six redirects", `
-- redirects.json --
{"a.example/.well-known/webfinger": "/1", "a.example/1": "/2", "a.example/2": "/3", "a.example/3": "/4", "a.example/4": "/5", "a.example/5": "/6"}
`, "a.example/5", "Location: /6"},
	{"redirect out of https", `
-- redirects.json --
{"a.example/.well-known/webfinger": "http://a.example/.well-known/webfinger"}
`, fingerOfAlice, "Location: http://a.example/"},
	{"URL that was shortened", `
-- a.example/alice.json --
{"fields": [{"name": "kez", "value": "<a href=\"x\"><span class=\"invisible\">kez:z1:</span><span class=\"ellipsis\">AAAA</span><span class=\"invisible\">BBBB</span></a>"}]}
`, "a.example/users/alice", "ellipsis"},
	{"script and references", `
-- a.example/alice.json --
{"summary": "<script>kez:z1:no</script>&#107;ez:z1:yes", "fields": [{"name": "b", "value": "` + strings.Repeat("<b>", 1<<18) + `"}]}
`, "a.example/users/alice", `&#107;ez:z1:yes`},
	{"two self links", `
-- a.example/alice.json --
{}
-- a.example/alice.webfinger.json --
{"subject": "acct:alice@a.example", "links": [{"rel": "self", "type": "application/activity+json", "href": "http://a.example/users/alice"},
 {"rel": "self", "type": "application/activity+json", "href": "https://a.example/users/alice"}]}
`, fingerOfAlice, `"href": "http://a.example/users/alice"`},
	{"gone", `
-- a.example/alice.json --
{}
-- faults.json --
[{"on": "a.example/users/alice", "status": 410}]
`, "a.example/users/alice", "410"},
	{"signed requests wanted", `
-- a.example/alice.json --
{}
-- faults.json --
[{"on": "a.example/users/*", "status": 403, "json": {"error": "This method requires an authenticated user"}}]
`, "a.example/users/alice", "403"},
	{"moved", `
-- a.example/alice.json --
{"movedTo": "https://b.example/users/alice", "alsoKnownAs": ["https://b.example/users/alice"]}
-- b.example/alice.json --
{"summary": "proof"}
`, "a.example/users/alice", `"movedTo":"https://b.example/users/alice"`},
	{"quoted proof", `
-- a.example/alice.json --
{"summary": "<p>bob says: proof of bob</p>"}
`, "a.example/users/alice", "proof of bob"},
}

func TestRows(t *testing.T) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			server := start(t, row.world)
			answer, body := get(t, server, row.url, activity)
			var shown strings.Builder
			shown.WriteString(answer.Status + "\r\n")
			_ = answer.Header.Write(&shown) // a builder takes everything
			shown.WriteString(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(body))
			if !strings.Contains(shown.String(), row.shows) {
				t.Errorf("it does not show %q: %.2000s", row.shows, shown.String())
			}
			if unknown := server.Unknown(); len(unknown) != 0 {
				t.Errorf("unknown: %q", unknown)
			}
		})
	}
}

// TestTenGigabytes asks for a bomb and reads, as a client does, no more than a
// megabyte and a byte.
func TestTenGigabytes(t *testing.T) {
	server := start(t, `
-- faults.json --
[{"on": "a.example/users/alice", "gzip_bomb": 10737418240, "type": "application/activity+json"}]
`)
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL()+"/a.example/users/alice", nil)
	request.Header.Set("Accept-Encoding", "gzip")
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	unpacked, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.CopyN(io.Discard, unpacked, 1<<20+1); err != nil || answer.Header.Get("Content-Type") != activity {
		t.Errorf("%d bytes, %v, %v", n, err, answer.Header)
	}
}
