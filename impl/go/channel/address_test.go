package channel_test

import (
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/kez"
)

// serve starts a configured endpoint and counts its requests.
func serve(t *testing.T, handler http.HandlerFunc) (base string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, requests
}

func get(t *testing.T, r channel.Request) (*channel.Response, error) {
	t.Helper()
	return channel.NewClient("test").Get(context.Background(), r)
}

// TestAddressesFromDataAreRefused [KEZ-CHAN-024] [A-06] [G-11]
func TestAddressesFromDataAreRefused(t *testing.T) {
	for _, target := range []string{
		"http://example.com/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "http://169.254.169.254/",
		"https://169.254.169.254/", "https://user:pw@example.com/", "file:///etc/passwd", "ws://127.0.0.1:6379", "https://localhost/",
		"https:///x", "https:foo", "https://:443/",
	} {
		if _, err := get(t, channel.Request{URL: target}); !errors.Is(err, kez.ChannelBadContent) {
			t.Errorf("%s: %v", target, err)
		}
		base, requests := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", target) // as it is, unlike http.Redirect
			w.WriteHeader(http.StatusFound)
		})
		if u, err := url.Parse(target); err == nil && u.Hostname() == "" {
			_, err := get(t, channel.Request{URL: target, Origin: channel.Origin{Base: base}})
			if !errors.Is(err, kez.ChannelBadContent) || requests.Load() != 0 {
				t.Errorf("%s under an override: %v after %d requests", target, err, requests.Load())
			}
		}
		_, err := get(t, channel.Request{URL: "https://alice.example/x", Origin: channel.Origin{Base: base}})
		if target == "https://localhost/" {
			continue // a name is mapped again under an override, so nothing is dialled
		}
		if !errors.Is(err, kez.ChannelBadContent) || requests.Load() != 1 {
			t.Errorf("redirect to %s: %v after %d requests", target, err, requests.Load())
		}
	}
}

func TestRedirectsAreMappedAgain(t *testing.T) {
	var paths []string
	base, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.String())
		if len(paths) == 1 {
			http.Redirect(w, r, "https://b.example/y?q=1", http.StatusMovedPermanently)
			return
		}
		w.Write([]byte("here"))
	})
	response, err := get(t, channel.Request{URL: "https://a.example/x", Origin: channel.Origin{Base: base}})
	if err != nil || string(response.Body) != "here" || response.URL.String() != "https://b.example/y?q=1" {
		t.Fatalf("%+v, %v", response, err)
	}
	if strings.Join(paths, " ") != "/a.example/x /b.example/y?q=1" {
		t.Errorf("requests %v", paths)
	}
}

func TestRedirectsEnd(t *testing.T) {
	base, requests := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://a.example"+r.URL.Path[len("/a.example"):]+"x", http.StatusFound)
	})
	_, err := get(t, channel.Request{URL: "https://a.example/x", Origin: channel.Origin{Base: base}})
	if !errors.Is(err, kez.ChannelBadContent) || requests.Load() != channel.MaxRedirects+1 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

// TestTokenStaysWithItsHost [KEZ-CHAN-022] [G-13]
func TestTokenStaysWithItsHost(t *testing.T) {
	var tokens []string
	base, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		tokens = append(tokens, r.Header.Get("Authorization"))
		if len(tokens) == 1 {
			http.Redirect(w, r, "https://other.example/", http.StatusFound)
		}
	})
	if _, err := get(t, channel.Request{URL: "https://api.example/", Origin: channel.Origin{Base: base}, Token: "s3cret"}); err != nil {
		t.Fatal(err)
	}
	if len(tokens) != 2 || tokens[0] != "Bearer s3cret" || tokens[1] != "" {
		t.Errorf("tokens %q", tokens)
	}
}

func TestAPIRootIsReplaced(t *testing.T) {
	base, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.URL.String())) })
	origin := channel.Origin{Base: base + "/api", Root: "https://api.example"}
	response, err := get(t, channel.Request{URL: "https://api.example/users/a?page=2", Origin: origin})
	if err != nil || string(response.Body) != "/api/users/a?page=2" {
		t.Errorf("%+v, %v", response, err)
	}
	if _, err := get(t, channel.Request{URL: "https://api.example.evil.test/", Origin: origin}); !errors.Is(err, kez.ChannelBadContent) {
		t.Errorf("outside the root: %v", err)
	}
}

func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   kez.Code
	}{
		{"429", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(429)
		}, kez.ChannelRateLimited},
		{"502", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, kez.ChannelUnreachable},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("short"))
		}, kez.ChannelUnreachable},
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			chunk := make([]byte, 64<<10)
			for r.Context().Err() == nil {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, kez.ChannelTooLarge},
		{"gzip bomb", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			chunk := make([]byte, 1<<20)
			for range 64 {
				if _, err := z.Write(chunk); err != nil {
					return
				}
			}
			z.Close()
		}, kez.ChannelTooLarge},
		{"redirect to nowhere", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) }, kez.ChannelBadContent},
	} {
		t.Run(test.name, func(t *testing.T) {
			base, _ := serve(t, test.answer)
			_, err := get(t, channel.Request{URL: "https://a.example/", Origin: channel.Origin{Base: base}})
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

// TestFaultySaysWhenToComeBack has servers with a fault that name a time. The
// reset of a rate limit says nothing about a fault.
func TestFaultySaysWhenToComeBack(t *testing.T) {
	for after, hint := range map[string]string{
		"60": "try again in 60 seconds", "Fri, 02 Jan 2026 03:04:05 GMT": "try again after 2026-01-02T03:04:05Z",
		"": "the server has a fault; try again later",
	} {
		for _, status := range []int{500, 503} {
			base, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", after)
				w.Header().Set("X-RateLimit-Reset", "1767323045")
				w.WriteHeader(status)
			})
			_, err := get(t, channel.Request{URL: "https://a.example/", Origin: channel.Origin{Base: base}})
			e, _ := errors.AsType[*kez.Error](err)
			if e == nil || e.Code != kez.ChannelUnreachable || e.Hint != hint {
				t.Errorf("%d %q: %+v", status, after, e)
			}
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestTransportForTests: it sees what goes to public addresses, and nothing that
// the rules on URLs refuse.
func TestTransportForTests(t *testing.T) {
	var asked []string
	client := channel.NewClient("test", channel.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.String())
		w := httptest.NewRecorder()
		w.WriteString("here")
		return w.Result(), nil
	})))
	response, err := client.Get(t.Context(), channel.Request{URL: "https://a.example/x"})
	if err != nil || string(response.Body) != "here" {
		t.Errorf("%+v, %v", response, err)
	}
	if _, err := client.Get(t.Context(), channel.Request{URL: "https://127.0.0.1/"}); !errors.Is(err, kez.ChannelBadContent) {
		t.Error(err)
	}
	if strings.Join(asked, " ") != "https://a.example/x" {
		t.Errorf("asked %q", asked)
	}
}

func TestRedirectsCanBeJudged(t *testing.T) {
	base, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://b.example/", http.StatusFound)
	})
	_, err := get(t, channel.Request{URL: "https://a.example/", Origin: channel.Origin{Base: base}, Redirect: func(from, to *url.URL) error {
		if from.Host != to.Host {
			return kez.Errorf(kez.ChannelOwnerMismatch, "another host")
		}
		return nil
	}})
	if !errors.Is(err, kez.ChannelOwnerMismatch) {
		t.Error(err)
	}
}

// TestAddressesAreJudgedFirst has redirects that break two rules at once
// (KEZ-CHAN-026).
func TestAddressesAreJudgedFirst(t *testing.T) {
	for _, to := range []string{"http://b.example/", "https://127.0.0.1/", "https://user@b.example/"} {
		base, requests := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
		_, err := get(t, channel.Request{URL: "https://a.example/", Origin: channel.Origin{Base: base}, Redirect: func(_, _ *url.URL) error {
			return kez.Errorf(kez.ChannelOwnerMismatch, "another host")
		}})
		if !errors.Is(err, kez.ChannelBadContent) || requests.Load() != 1 {
			t.Errorf("%s: %v after %d requests", to, err, requests.Load())
		}
	}
}
