package conformance_test

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/conformance/httpscript"
)

// whenStatus changes one status into another for some requests.
func whenStatus(method, path string, from, to int) func(*http.Request, *http.Response, []byte) []byte {
	return func(r *http.Request, a *http.Response, body []byte) []byte {
		if r.Method == method && strings.Contains(r.URL.Path, path) && a.StatusCode == from {
			a.StatusCode = to
		}
		return body
	}
}

// replaced changes some bytes of the answers of a path.
func replaced(path, old, text string) func(*http.Request, *http.Response, []byte) []byte {
	return func(r *http.Request, _ *http.Response, body []byte) []byte {
		if strings.Contains(r.URL.Path, path) {
			return bytes.ReplaceAll(body, []byte(old), []byte(text))
		}
		return body
	}
}

// A wrong relay is a right one behind a transport that changes its answers. Each
// breaks one rule, and the scripts have to say which.
var wrongRelays = []struct {
	name, tag string
	change    func(r *http.Request, a *http.Response, body []byte) []byte
}{
	{"answers 200 to a new registration", "KEZ-RELAY-020", whenStatus("POST", "/register", 201, 200)},
	{"answers 400 to a taken handle", "KEZ-RELAY-021", whenStatus("POST", "/register", 409, 400)},
	{"answers 201 to a message it has", "KEZ-RELAY-049", whenStatus("POST", "/messages", 200, 201)},
	{"takes any policy", "KEZ-RELAY-053", whenStatus("PUT", "/policy", 400, 200)},
	{"takes stale signatures of polls", "KEZ-RELAY-036", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if bytes.Contains(body, []byte("auth.stale")) {
			a.StatusCode = 200
		}
		return body
	}},
	{"takes a signature again", "KEZ-RELAY-039", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if bytes.Contains(body, []byte("auth.replayed")) {
			a.StatusCode = 200
		}
		return body
	}},
	{"writes envelopes anew", "KEZ-RELAY-047", replaced("/inbox/", `"v": 1,   "text"`, `"v":1,"text"`)},
	{"escapes what it was not given escaped", "KEZ-RELAY-047", replaced("/inbox/", "<&>", `\u003c\u0026\u003e`)},
	{"ignores the limit", "KEZ-RELAY-058", func(r *http.Request, a *http.Response, body []byte) []byte {
		if r.URL.RawQuery == "limit=1" && a.StatusCode == 200 {
			return regexp.MustCompile(`(?s)"messages":\[(.*)\],"next"`).ReplaceAll(body, []byte(`"messages":[$1,$1],"next"`))
		}
		return body
	}},
	{"has another epoch each time", "KEZ-RELAY-057", replaced("/inbox/", `"epoch":"`, `"epoch":"x`)},
	{"lets answers be stored", "KEZ-RELAY-042", func(_ *http.Request, a *http.Response, body []byte) []byte {
		a.Header.Set("Cache-Control", "max-age=60")
		return body
	}},
	{"says WebFinger is JSON", "KEZ-RELAY-030", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if a.Header.Get("Content-Type") == "application/jrd+json" {
			a.Header.Set("Content-Type", "application/json")
		}
		return body
	}},
	{"repeats what it was asked", "KEZ-RELAY-031", func(r *http.Request, _ *http.Response, body []byte) []byte {
		if strings.Contains(r.URL.RawQuery, "script") {
			return []byte(`{"error":"http.bad_request","message":"<script>","hint":""}`)
		}
		return body
	}},
	{"shows a page for what is unknown", "KEZ-RELAY-005", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if a.StatusCode == 404 && bytes.Contains(body, []byte("http.not_found")) {
			a.Header.Set("Content-Type", "text/html")
		}
		return body
	}},
	{"drops the proofs", "KEZ-RELAY-032", replaced("/u/", `"proofs":["github:x"`, `"proofs":["github:y"`)},
	{"forgets the registration", "KEZ-RELAY-023", replaced("/u/", `"kez":"handle_registration"`, `"kez":"claim"`)},
	{"says policy for blocked", "KEZ-RELAY-056", replaced("/messages", "message.blocked", "message.policy")},
}

func TestWrongRelaysAreFound(t *testing.T) {
	scripts, err := httpscript.Relay()
	if err != nil {
		t.Fatal(err)
	}
	base := goRelay(t)
	for _, wrong := range wrongRelays {
		t.Run(wrong.name, func(t *testing.T) {
			r, err := httpscript.Run(context.Background(), scripts, httpscript.Options{Base: base, Transport: streaming{through{wrong.change, direct}}})
			if err != nil {
				t.Fatal(err)
			}
			var named []string
			for _, result := range r.Results {
				if result.Outcome == httpscript.Fail {
					named = append(named, result.Step.Tags...)
				}
			}
			if !slices.Contains(named, wrong.tag) {
				t.Errorf("want %s, the steps that fail name %v", wrong.tag, named)
			}
		})
	}
}

// streaming leaves answers without an end alone.
type streaming struct{ through }

func (s streaming) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/stream") {
		a, err := s.next.RoundTrip(r)
		if err != nil || a.StatusCode == http.StatusOK {
			return a, err
		}
		a.Body.Close()
		// Asked again, a refused stream is refused again.
	}
	return s.through.RoundTrip(r)
}
