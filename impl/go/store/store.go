// Package store is the client of a sigchain store (spec/store.md): it fetches,
// appends, and asks for hints.
//
// # Trust
//
// A store is believed nothing. What it serves is verified while it is read, and
// the members of its answers are read by their exact names, unknown ones
// ignored. It cannot forge a chain; that it holds one back is for the caller to
// see, who asks several.
//
// # What is contacted
//
// Exactly the scheme, host and port that the user configured (KEZ-CHAN-023):
// redirects are refused, proxies of the environment are not used, and no URL out
// of an answer is followed.
//
// # Patience
//
// An answer 429 or 503 is asked for again, after the time that the store names
// or a growing one, as long as [Client.Patience] and the deadline of the context
// allow. All requests may be repeated: an event that is stored twice is stored
// once (KEZ-STORE-028).
package store

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Bounds of one request, beside the deadline of its context.
const (
	Deadline  = 30 * time.Second // from the request to the last byte of the answer
	Patience  = 5 * time.Second  // all waits between the tries of one request
	maxTries  = 5
	firstWait = 100 * time.Millisecond
	maxAnswer = 256 << 10 // bytes of an answer that is no chain, the event of a 409 in it
)

// Client asks one store. It is safe for concurrent use.
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

	base  *url.URL
	agent string
}

// New makes the client of the store at an http or https URL, which may have a
// path. version is that of the program.
func New(base, version string) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.Opaque != "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		// Not quoted: it may hold a password.
		return nil, kez.Errorf(kez.CLIUsage, "the address of a store is no URL of the form https://host").
			WithHint("it has neither a user name nor a query")
	}
	return &Client{base: u, agent: "kez/" + version}, nil
}

// Base gives the URL of the store, without a final slash.
func (c *Client) Base() string { return c.base.String() }

// URL is where the store serves the chain of a primary.
func (c *Client) URL(primary kez.Identity) string { return c.chainURL(primary).String() }

func (c *Client) chainURL(primary kez.Identity) *url.URL {
	return c.base.JoinPath("v1", "sigchains", primary.System(), url.PathEscape(primary.Value()))
}

// direct connects to what was configured, whatever the environment says.
var direct = func() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy, t.DialContext = nil, (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	t.MaxIdleConnsPerHost, t.ResponseHeaderTimeout = 8, Deadline
	t.MaxResponseHeaderBytes = 64 << 10
	return t
}()

func (c *Client) transport() http.RoundTripper {
	if c.Transport != nil {
		return c.Transport
	}
	return direct
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Client) wait(ctx context.Context, d time.Duration) error {
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
