package conformance_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kez.lat/kez/conformance/httpscript"
)

// A wrong store is a right one behind a transport that changes its answers. Each
// breaks one rule, and the scripts have to say which.
var wrongStores = []struct {
	name, tag string
	change    func(r *http.Request, a *http.Response, body []byte) []byte
}{
	{"answers 200 for what it stored", "KEZ-STORE-022", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if a.StatusCode == 201 {
			a.StatusCode = 200
		}
		return body
	}},
	{"keeps the stored event to itself", "KEZ-STORE-024", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if a.StatusCode == 409 {
			return regexp.MustCompile(`,"event":.*`).ReplaceAll(body, []byte("}"))
		}
		return body
	}},
	{"shows the last event in the place of the forked one", "KEZ-STORE-024", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if a.StatusCode == 409 {
			return bytes.Replace(body, []byte(`"seq":0`), []byte(`"seq":1`), 1)
		}
		return body
	}},
	{"has no hint", "KEZ-STORE-018", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if a.StatusCode >= 400 {
			return bytes.Replace(body, []byte(`"hint"`), []byte(`"help"`), 1)
		}
		return body
	}},
	{"serves a chain with spaces", "KEZ-STORE-010", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if a.Header.Get("Content-Type") == "application/jsonl" && a.Header.Get("Content-Encoding") == "" {
			return bytes.ReplaceAll(body, []byte(`,"`), []byte(`, "`))
		}
		return body
	}},
	{"ignores since", "KEZ-STORE-012", func(r *http.Request, a *http.Response, body []byte) []byte {
		if strings.HasSuffix(r.URL.RawQuery, "since=2") && a.StatusCode == 200 {
			return []byte("{}\n")
		}
		return body
	}},
	{"takes a since with a zero in front", "KEZ-STORE-013", func(r *http.Request, a *http.Response, body []byte) []byte {
		if strings.HasSuffix(r.URL.RawQuery, "since=01") {
			a.StatusCode = 200
		}
		return body
	}},
	{"has no entity tag", "KEZ-STORE-014", func(_ *http.Request, a *http.Response, body []byte) []byte {
		a.Header.Del("ETag")
		return body
	}},
	{"redirects", "KEZ-STORE-006", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if a.StatusCode == 404 {
			a.Header.Set("Location", "/v1/healthz")
		}
		return body
	}},
	{"allows credentials", "KEZ-STORE-008", func(_ *http.Request, a *http.Response, body []byte) []byte {
		a.Header.Set("Access-Control-Allow-Credentials", "true")
		return body
	}},
	{"uses Host", "KEZ-STORE-009", func(r *http.Request, a *http.Response, body []byte) []byte {
		if a.StatusCode == 201 && r.Host != "" {
			a.Header.Set("Location", "http://"+r.Host+r.URL.Path)
		}
		return body
	}},
	{"does not say nosniff", "KEZ-STORE-039", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if a.Header.Get("Content-Type") == "application/jsonl" {
			a.Header.Del("X-Content-Type-Options")
		}
		return body
	}},
	{"keeps the connection after a body too large", "KEZ-STORE-026", func(_ *http.Request, a *http.Response, body []byte) []byte {
		if a.StatusCode == 413 {
			a.Close = false
			a.Header.Del("Connection")
		}
		return body
	}},
	{"lists primaries backwards", "KEZ-STORE-029", func(r *http.Request, _ *http.Response, body []byte) []byte {
		m := regexp.MustCompile(`"ed25519:[0-9a-f]{64}"`).FindAllString(string(body), -1)
		if !strings.HasPrefix(r.URL.Path, "/v1/by-subject/") || len(m) < 2 {
			return body
		}
		slices.Reverse(m)
		return []byte(`{"primaries":[` + strings.Join(m, ",") + `],"next":""}`)
	}},
	{"counts the same event twice", "KEZ-STORE-028", func(r *http.Request, a *http.Response, body []byte) []byte {
		if r.Method == "POST" && a.StatusCode == 200 {
			a.StatusCode = 201
		}
		return body
	}},
}

// through changes answers on their way.
type through struct {
	change func(*http.Request, *http.Response, []byte) []byte
	next   http.RoundTripper
}

func (t through) RoundTrip(r *http.Request) (*http.Response, error) {
	a, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(a.Body)
	a.Body.Close()
	if err != nil {
		return nil, err
	}
	if r.Method != http.MethodHead {
		body = t.change(r, a, body)
		a.Header.Set("Content-Length", strconv.Itoa(len(body)))
	} else {
		t.change(r, a, nil)
	}
	a.Body = io.NopCloser(bytes.NewReader(body))
	return a, nil
}

func TestWrongStoresAreFound(t *testing.T) {
	scripts, err := httpscript.Store()
	if err != nil {
		t.Fatal(err)
	}
	base := goStore(t, "--new-chains", "0")
	for _, wrong := range wrongStores {
		t.Run(wrong.name, func(t *testing.T) {
			r, err := httpscript.Run(context.Background(), scripts, httpscript.Options{Base: base, Transport: through{wrong.change, direct}})
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, result := range r.Results {
				if result.Outcome == httpscript.Fail {
					found = append(found, result.Step.Tags...)
				}
			}
			if !slices.Contains(found, wrong.tag) {
				t.Errorf("the failing steps name %v, want %s among them", found, wrong.tag)
			}
		})
	}
}
