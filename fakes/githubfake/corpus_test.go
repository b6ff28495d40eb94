package githubfake_test

import (
	"encoding/json"
	"testing"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/fakes/httpfake/corpustest"
)

// TestMembers compares the members of what the fake makes with recorded answers.
func TestMembers(t *testing.T) {
	server := start(t, `
-- alice/gists/1/README.md --
text
-- alice/gists/1.json --
{"description": "one", "comments": [{"login": "bob", "body": "x"}]}
`)
	get := func(path string) []byte {
		answer, body := get(t, server.URL()+path)
		if answer.StatusCode != 200 {
			t.Errorf("%s gives %d", path, answer.StatusCode)
		}
		return []byte(body)
	}
	for path, id := range map[string]string{
		"/users/alice/gists": "example-base-gist", "/gists/1": "example-gist", "/users/alice": "example-simple-user",
		"/gists/1/comments": "example-gist-comment",
	} {
		recorded, made := corpustest.Find(t, "github-api", "github-api/"+id), get(path)
		var list []json.RawMessage
		if json.Unmarshal(made, &list) == nil {
			made = list[0]
		}
		if missing := corpustest.Lacks(t, recorded, made); missing != nil {
			t.Errorf("%s lacks %q", path, missing)
		}
		var want, got struct {
			Owner, User json.RawMessage
			Files       map[string]json.RawMessage
			History     []json.RawMessage
		}
		_ = json.Unmarshal(recorded, &want) // Lacks has read both
		_ = json.Unmarshal(made, &got)
		if want.Owner != nil && corpustest.Lacks(t, want.Owner, got.Owner) != nil {
			t.Errorf("%s: the owner is %s, recorded %s", path, got.Owner, want.Owner)
		}
		for _, file := range want.Files {
			if missing := corpustest.Lacks(t, file, got.Files["README.md"]); missing != nil {
				t.Errorf("%s: a file lacks %q", path, missing)
			}
		}
		if want.History != nil && corpustest.Lacks(t, want.History[0], got.History[0]) != nil {
			t.Errorf("%s: history %s, recorded %s", path, got.History[0], want.History[0])
		}
	}
}

// TestRecordedBodies serves each recorded body in the place of a list of gists.
func TestRecordedBodies(t *testing.T) {
	server := start(t, "")
	for _, c := range corpustest.Read(t, "github-api") {
		server.ClearFaults()
		server.Fault("/users/alice/gists", httpfake.Status(200).JSON(string(c.Body)))
		if answer, body := get(t, server.URL()+"/users/alice/gists?per_page=100"); answer.StatusCode != 200 || body != string(c.Body) {
			t.Errorf("%s gives %d %s", c.ID, answer.StatusCode, body)
		}
	}
}
