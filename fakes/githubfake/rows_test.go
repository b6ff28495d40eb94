package githubfake_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// rows are hostile worlds, one for each way in which GitHub goes wrong. What a
// client must make of them is for the tests of clients; here each has to load
// and to show, at a URL below the API or the raw base, what makes it hostile.
var rows = []struct{ name, world, path, shows string }{
	{"gist of another owner", `
-- alice/gists/1/kez.md --
proof
-- alice/gists/1.json --
{"owner": "mallory"}
`, "/users/alice/gists", `"login":"mallory"`},
	{"forked proof", `
-- alice/gists/1/kez.md --
proof of alice
-- mallory/gists/2/kez.md --
proof of alice
-- mallory/gists/2.json --
{"fork_of": "1"}
`, "/users/mallory/gists", `"login":"mallory"`},
	{"next page that is this one", `
-- alice/gists/1/kez.md --
-- faults.json --
[{"on": "/user*/**", "headers": {"Link": "<https://api.github.com/users/alice/gists?per_page=100>; rel=\"next\""}}]
`, "/users/alice/gists", `users/alice/gists?per_page=100>; rel="next"`},
	{"next page elsewhere", `
-- alice/gists/1/kez.md --
-- faults.json --
[{"on": "/users/alice/gists", "headers": {"Link": "<https://169.254.169.254/latest>; rel=\"next\""}}]
`, "/users/alice/gists", `169.254.169.254`},
	{"nobody of that name", ``, "/users/alice/gists", `"Not Found"`},
	{"raw URL into the own network", `
-- alice/gists/1/kez.md --
-- alice/gists/1.json --
{"raw_urls": {"kez.md": "http://127.0.0.1:22/"}}
`, "/users/alice/gists", `"raw_url":"http://127.0.0.1:22/"`},
	{"raw redirect into the own network", `
-- alice/gists/1/kez.md --
-- faults.json --
[{"on": "gist.githubusercontent.com/**", "redirect": "http://127.0.0.1:22/"}]
`, "gist.githubusercontent.com/alice/1/raw/kez.md", "Location: http://127.0.0.1:22/"},
	{"raw file without end", `
-- alice/gists/1/kez.md --
-- faults.json --
[{"on": "gist.githubusercontent.com/**", "endless": true}]
`, "gist.githubusercontent.com/alice/1/raw/kez.md", strings.Repeat(" ", 1<<16)},
	{"raw redirect to another host of the service", `
-- alice/gists/1/kez.md --
-- alice/README.md --
-- faults.json --
[{"on": "gist.githubusercontent.com/**", "redirect": "https://raw.githubusercontent.com/alice/alice/HEAD/README.md"}]
`, "gist.githubusercontent.com/alice/1/raw/kez.md", "Location: https://raw."},
	{"proof in an old revision", `
-- alice/gists/1@1/kez.md --
proof
-- alice/gists/1/kez.md --
nothing
`, "gist.githubusercontent.com/alice/1/raw/kez.md", "nothing"},
	{"three gists", `
-- alice/gists/1/kez.md --
expired
-- alice/gists/2/kez.md --
wrong signature
-- alice/gists/3/kez.md --
good
`, "/users/alice/gists", `"id":"3"`},
	{"page of a proxy", `
-- alice/user.json --
{}
-- faults.json --
[{"on": "api.github.com/**", "type": "text/html", "body": "<html>"}]
`, "/users/alice/gists", "Content-Type: text/html\r\n"},
	{"mixed fences", "-- alice/gists/1/kez.md --\n```kez\nown\n```\n```kez\ncopied\n```\n```kez\nbroken\n```\n",
		"gist.githubusercontent.com/alice/1/raw", "copied"},
}

func TestRows(t *testing.T) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			server := start(t, row.world)
			url := server.RawURL() + "/" + row.path
			if strings.HasPrefix(row.path, "/") {
				url = server.URL() + row.path
			}
			client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			answer, err := client.Get(url)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			var shown strings.Builder
			_ = answer.Header.Write(&shown) // a builder takes everything
			if _, err := io.CopyN(&shown, answer.Body, 1<<17); err != nil && err != io.EOF {
				t.Error(err)
			}
			if !strings.Contains(shown.String(), row.shows) {
				t.Errorf("%s does not show %q: %.2000s", url, row.shows, shown.String())
			}
			if unknown := server.Unknown(); len(unknown) != 0 {
				t.Errorf("unknown: %q", unknown)
			}
		})
	}
}
