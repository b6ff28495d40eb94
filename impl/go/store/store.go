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
// # Requests
//
// What is contacted, and how long a busy store is waited for, are as
// [serverclient] says. All requests may be repeated: an event that is stored
// twice is stored once (KEZ-STORE-028).
package store

import (
	"net/http"
	"net/url"

	"kez.lat/kez/impl/go/internal/serverclient"
	"kez.lat/kez/impl/go/kez"
)

// Bounds of one request, beside the deadline of its context.
const (
	Deadline = serverclient.Deadline
	Patience = serverclient.Patience
)

// Client asks one store. It is safe for concurrent use.
type Client struct{ *serverclient.Client }

// New makes the client of the store at an http or https URL, which may have a
// path. version is that of the program.
func New(base, version string) (*Client, error) {
	c, err := serverclient.New(base, "store", "name another store with KEZ_SIG_SERVER", version)
	if err != nil {
		return nil, err
	}
	return &Client{c}, nil
}

// URL is where the store serves the chain of a primary.
func (c *Client) URL(primary kez.Identity) string { return c.chainURL(primary).String() }

func (c *Client) chainURL(primary kez.Identity, below ...string) *url.URL {
	return c.Client.URL(append([]string{"v1", "sigchains", primary.System(), primary.Value()}, below...)...)
}

// get is a question that stores nothing.
func get(u *url.URL, accept string) serverclient.Request {
	return serverclient.Request{Method: http.MethodGet, URL: u, Accept: accept, Reads: true}
}

// refused words an answer to a question that stores nothing, and closes it.
func (c *Client) refused(answer *http.Response) error {
	e, _ := c.Refusal(answer, true)
	return e
}
