// Package serverclient asks one server that the user configured: a relay or a
// store.
//
// # What is contacted
//
// Exactly the scheme, host and port that were configured (KEZ-CHAN-023):
// redirects are refused, proxies of the environment are not used, and no URL out
// of an answer is followed.
//
// # Patience
//
// An answer 429 or 503 is asked for again, after the time that the server names
// or a growing one, as long as [Client.Patience] and the deadline of the context
// allow. So every request made here has to be one that may be repeated.
package serverclient

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Bounds of one request, beside the deadline of its context.
const (
	Deadline  = 30 * time.Second // from the request to the last byte of the answer
	Patience  = 5 * time.Second  // all waits between the tries of one request
	maxTries  = 5
	firstWait = 100 * time.Millisecond
)

// MaxAnswer bounds an answer for which no other limit is given, in bytes.
const MaxAnswer = 256 << 10

// Client asks one server. It is safe for concurrent use.
type Client struct {
	// Transport does the requests; it is for tests, and nil for one that takes
	// no proxies from the environment.
	Transport http.RoundTripper
	// Now and Wait are the clock; nil for the system's. Wait returns after d, or
	// earlier with the error of ctx.
	Now  func() time.Time
	Wait func(ctx context.Context, d time.Duration) error
	// Patience bounds the waits between tries; 0 is the constant of that name.
	Patience time.Duration

	what   string
	remedy string
	base   *url.URL
	agent  string
}

// New makes the client of a server at an http or https URL, which may have a
// path. what names such a server in messages, as in "relay"; remedy says what a
// person can do where this one does not serve; version is that of the program.
func New(base, what, remedy, version string) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.Opaque != "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		// Not quoted: it may hold a password.
		return nil, kez.Errorf(kez.CLIUsage, "the address of the %s is no URL of the form https://host", what).
			WithHint("it has neither a user name nor a query")
	}
	return &Client{base: u, what: what, remedy: remedy, agent: "kez/" + version}, nil
}

// Base gives the URL of the server, without a final slash.
func (c *Client) Base() string { return c.base.String() }

// Host gives the host of the server, without a port.
func (c *Client) Host() string { return c.base.Hostname() }

// URL gives the URL of a path, whose elements are escaped where needed.
func (c *Client) URL(elements ...string) *url.URL {
	escaped := make([]string, len(elements))
	for i, e := range elements {
		escaped[i] = url.PathEscape(e)
	}
	return c.base.JoinPath(escaped...)
}

// direct connects to what was configured, whatever the environment says.
var direct = sync.OnceValue(func() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy, t.DialContext = nil, (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	t.MaxIdleConnsPerHost, t.ResponseHeaderTimeout = 8, Deadline
	t.MaxResponseHeaderBytes = 64 << 10
	return t
})

func (c *Client) transport() http.RoundTripper {
	if c.Transport != nil {
		return c.Transport
	}
	return direct()
}

// Time gives the time of the client's clock.
func (c *Client) Time() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Pause waits on the client's clock.
func (c *Client) Pause(ctx context.Context, d time.Duration) error {
	if c.Wait != nil {
		return c.Wait(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) patience() time.Duration {
	if c.Patience > 0 {
		return c.Patience
	}
	return Patience
}
