package serverclient_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/serverclient"
	"kez.lat/kez/impl/go/kez"
)

func TestNewRefusesWhatIsNoServer(t *testing.T) {
	for _, base := range []string{"", "ftp://host", "http://", "https:host", "http://user:hunter2@host", "http://host?q", "http://host#f", "host"} {
		if _, err := serverclient.New(base, "relay", "try another", "1"); !errors.Is(err, kez.CLIUsage) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", base, err)
		}
	}
	c, err := serverclient.New("https://Host.test:8/path/", "relay", "try another", "1")
	if err != nil || c.Base() != "https://Host.test:8/path" || c.Host() != "Host.test" {
		t.Fatal(c, err)
	}
	if got := c.URL("v1", "u", "a/../b ?").String(); got != "https://Host.test:8/path/v1/u/a%2F..%2Fb%20%3F" {
		t.Error(got)
	}
}

// ask makes one request to a handler and gives what was waited between the tries.
func ask(t *testing.T, patience time.Duration, h http.HandlerFunc) (status int, waited []time.Duration, err error) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	c, err := serverclient.New(s.URL, "relay", "try another", "1")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	c.Patience, c.Now = patience, func() time.Time { return now }
	c.Wait = func(_ context.Context, d time.Duration) error {
		waited = append(waited, d)
		now = now.Add(d)
		return nil
	}
	answer, err := c.Do(t.Context(), serverclient.Request{Method: http.MethodGet, URL: c.URL("x"), Accept: "application/json"})
	if err != nil {
		return 0, waited, err
	}
	defer answer.Body.Close()
	return answer.StatusCode, waited, nil
}

func TestPatience(t *testing.T) {
	tries := 0
	busy := func(times int, after string) http.HandlerFunc {
		tries = 0
		return func(w http.ResponseWriter, _ *http.Request) {
			if tries++; tries > times {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
	ms := time.Millisecond
	for name, test := range map[string]struct {
		times  int
		after  string
		waited []time.Duration
		code   kez.Code
	}{
		"at once":             {0, "", nil, ""},
		"growing":             {3, "", []time.Duration{100 * ms, 200 * ms, 400 * ms}, ""},
		"as named":            {2, "2", []time.Duration{2 * time.Second, 2 * time.Second}, ""},
		"as named by date":    {1, "Mon, 01 Jun 2026 00:00:03 GMT", []time.Duration{3 * time.Second}, ""},
		"a date that is past": {1, "Mon, 01 Jun 2020 00:00:03 GMT", []time.Duration{100 * ms}, ""},
		"too long":            {1, "3600", nil, kez.ChannelUnreachable},
		"too often":           {9, "", []time.Duration{100 * ms, 200 * ms, 400 * ms, 800 * ms}, kez.ChannelUnreachable},
		"no number":           {1, "soon", []time.Duration{100 * ms}, ""},
	} {
		status, waited, err := ask(t, 5*time.Second, busy(test.times, test.after))
		if kez.CodeOf(err) != test.code || err == nil && status != http.StatusNoContent || !slices.Equal(waited, test.waited) {
			t.Errorf("%s: %d, %v, %v", name, status, waited, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		code   kez.Code
		says   string
	}{
		"a code of the registry": {429, `{"error":"message.quota","message":"full","hint":"wait"}`, kez.MessageQuota, "full"},
		"an unknown code":        {429, `{"error":"x.y","message":"no"}`, kez.ChannelRateLimited, "no"},
		"no object":              {503, `<html>`, kez.ChannelUnreachable, "the status 503"},
		"hostile words":          {503, "{\"message\":\"a\\u001b[2J\"}", kez.ChannelUnreachable, `\x1b`},
		"endless words":          {503, fmt.Sprintf(`{"message":%q}`, strings.Repeat("x", 5000)), kez.ChannelUnreachable, "…"},
	} {
		_, waited, err := ask(t, time.Nanosecond, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			fmt.Fprint(w, test.body)
		})
		if kez.CodeOf(err) != test.code || len(waited) > 0 || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %v (%s), waited %v", name, err, kez.CodeOf(err), waited)
		}
	}
}

func TestRedirectsAreRefused(t *testing.T) {
	followed := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		_, _, err := ask(t, 0, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) })
		if !errors.Is(err, kez.ChannelBadContent) || followed {
			t.Errorf("%d: %v, followed %v", status, err, followed)
		}
	}
}
