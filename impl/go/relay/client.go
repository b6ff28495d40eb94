package relay

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"kez.lat/kez/impl/go/internal/serverclient"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// Client speaks to one relay and believes it nothing that it can check itself.
// It is safe for concurrent use. All its requests may be repeated, and are where
// the relay answers 429 or 503.
type Client struct {
	http *serverclient.Client

	mu    sync.Mutex
	name  string // of the relay, once known
	stamp int64  // of the last signature that a relay takes once
}

// ClientOptions are what a client takes from outside; the zero value is the
// system's clock and network.
type ClientOptions struct {
	Version   string            // of the program
	Transport http.RoundTripper // for tests
	Now       func() time.Time
	Wait      func(ctx context.Context, d time.Duration) error
	Patience  time.Duration // bounds the waits of one request; 0 is 5 s
}

// NewClient makes the client of the relay at a URL.
func NewClient(base string, o ClientOptions) (*Client, error) {
	c, err := serverclient.New(base, "relay", "name another relay with --server or KEZ_CHAT_SERVER", o.Version)
	if err != nil {
		return nil, err
	}
	c.Transport, c.Now, c.Wait, c.Patience = o.Transport, o.Now, o.Wait, o.Patience
	return &Client{http: c}, nil
}

// Base gives the URL of the relay.
func (c *Client) Base() string { return c.http.Base() }

// Time gives the time of the client's clock.
func (c *Client) Time() time.Time { return c.http.Time() }

// Health asks how the relay does.
func (c *Client) Health(ctx context.Context) (Health, error) {
	m, err := c.get(ctx, c.http.URL("v1", "healthz"))
	if err != nil {
		return Health{}, err
	}
	return Health{Server: m.text("server"), Epoch: m.text("epoch"), Status: m.text("status")}, nil
}

// Name gives the name of the relay, which registrations and signatures hold. A
// relay that does not tell it has that of its host.
func (c *Client) Name(ctx context.Context) (string, error) {
	c.mu.Lock()
	name := c.name
	c.mu.Unlock()
	if name != "" {
		return name, nil
	}
	h, err := c.Health(ctx)
	if err != nil {
		return "", err
	}
	if h.Server == "" {
		h.Server = c.http.Host()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.name = h.Server
	return c.name, nil
}

// Contact is a handle whose primary asked for it itself. Proofs are hints that
// say nothing before they are verified (KEZ-RELAY-027).
type Contact struct {
	Handle       string
	Server       string
	Primary      kez.Identity
	RegisteredAt string
	SigchainURL  string
	Proofs       []json.RawMessage
}

// Lookup asks who has a handle. Error: handle.unknown.
func (c *Client) Lookup(ctx context.Context, handle string) (*Contact, error) {
	if err := CheckHandle(handle); err != nil {
		return nil, err
	}
	return c.contact(ctx, c.http.URL("v1", "u", handle), handle, kez.Identity{})
}

// LookupPrimary asks for the handle of a primary. Error: handle.unknown.
func (c *Client) LookupPrimary(ctx context.Context, primary kez.Identity) (*Contact, error) {
	return c.contact(ctx, c.http.URL("v1", "by-primary", primary.String()), "", primary)
}

func (c *Client) contact(ctx context.Context, u *url.URL, handle string, primary kez.Identity) (*Contact, error) {
	name, err := c.Name(ctx)
	if err != nil {
		return nil, err
	}
	m, err := c.get(ctx, u)
	if err != nil {
		return nil, err
	}
	return c.check(m, name, handle, primary)
}

// check holds a lookup against what was asked: signature, handle, server and
// primary, and never the age (KEZ-RELAY-026).
func (c *Client) check(m object, name, handle string, primary kez.Identity) (*Contact, error) {
	r, err := ReadRegistration(m["registration"], name)
	if err != nil {
		return nil, kez.Errorf(kez.ChannelBadContent, "the relay %s shows no registration that holds: %w", c.Base(), err).WithCause(err).
			WithHint("do not write to this handle here; the relay may be lying about whose it is")
	}
	switch {
	case handle != "" && r.Handle != handle,
		!primary.IsZero() && r.Primary != primary,
		m.text("handle") != r.Handle, m.text("primary") != r.Primary.String():
		return nil, kez.Errorf(kez.ChannelBadContent, "the relay %s answers with a registration of %s for %s, which is not what was asked",
			c.Base(), r.Primary, r.Handle).WithHint("do not write to this handle here; the relay is lying about whose it is")
	}
	contact := &Contact{Handle: r.Handle, Server: r.Server, Primary: r.Primary, RegisteredAt: m.text("registered_at"), SigchainURL: m.text("sigchain_url")}
	if err := json.Unmarshal(m["proofs"], &contact.Proofs); err != nil || len(contact.Proofs) > MaxProofs {
		contact.Proofs = nil // hints that cannot be read are none
	}
	return contact, nil
}

// Register asks for a handle with the primary's key. To ask again is no error.
func (c *Client) Register(ctx context.Context, handle string, signer *keys.Private) (*Contact, error) {
	if err := CheckHandle(handle); err != nil {
		return nil, err
	}
	name, err := c.Name(ctx)
	if err != nil {
		return nil, err
	}
	r, err := SignRegistration(handle, name, signer, c.Time())
	if err != nil {
		return nil, err
	}
	m, _, err := c.exchange(ctx, serverclient.Request{Method: http.MethodPost, URL: c.http.URL("v1", "register"), Body: r.Text})
	if err != nil {
		return nil, err
	}
	return c.check(m, name, handle, signer.Identity())
}

func (c *Client) get(ctx context.Context, u *url.URL) (object, error) {
	m, _, err := c.exchange(ctx, serverclient.Request{Method: http.MethodGet, URL: u, Reads: true})
	return m, err
}

// exchange makes one request whose answer is one object of usual size.
func (c *Client) exchange(ctx context.Context, r serverclient.Request) (object, int, error) {
	return c.exchangeUpTo(ctx, r, serverclient.MaxAnswer)
}

func (c *Client) exchangeUpTo(ctx context.Context, r serverclient.Request, limit int64) (object, int, error) {
	ctx, cancel := context.WithTimeout(ctx, serverclient.Deadline)
	defer cancel()
	r.Accept = "application/json"
	if r.Body != nil {
		r.ContentType = "application/json"
	}
	answer, err := c.http.Do(ctx, r)
	if err != nil {
		return nil, 0, err
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		refused, _ := c.http.Refusal(answer, r.Reads)
		return nil, answer.StatusCode, refused
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return nil, 0, c.http.Unreachable(err)
	}
	if int64(len(data)) > limit {
		return nil, 0, kez.Errorf(kez.ChannelTooLarge, "the relay %s answers with more than %d bytes", c.Base(), limit).
			WithHint("it may be under attack, or no relay; try another one")
	}
	var m object
	if err := json.Unmarshal(data, &m); err != nil || m == nil {
		return nil, 0, c.http.Odd("it sends no JSON object")
	}
	return m, answer.StatusCode, nil
}

// object is an answer by its exact member names. The answer is the relay's own
// word; what is signed in it is read strictly from the bytes kept here.
type object map[string]json.RawMessage

// text gives a string member, "" where there is none.
func (m object) text(name string) (s string) {
	if json.Unmarshal(m[name], &s) != nil {
		return ""
	}
	return s
}

// number gives a member written as plain decimal digits.
func (m object) number(name string) (int64, bool) { return plainNumber(string(m[name])) }

// signedHeader signs the lines of a request, anew for each try.
func (c *Client) signedHeader(lines []string, signer *keys.Private) func() (http.Header, error) {
	return func() (http.Header, error) { return signedAt(lines, signer, c.Time()) }
}

// signedOnce is signedHeader for what a relay takes once (KEZ-RELAY-039). A
// signature of the same text at the same time is the same, so times do not
// repeat, as far as a relay takes those ahead of its clock.
func (c *Client) signedOnce(lines []string, signer *keys.Private) func() (http.Header, error) {
	return func() (http.Header, error) {
		now := c.Time().Unix()
		c.mu.Lock()
		c.stamp = max(c.stamp+1, now)
		if c.stamp > now+int64(MaxSkew/time.Second)/2 {
			c.stamp = now
		}
		at := c.stamp
		c.mu.Unlock()
		return signedAt(lines, signer, time.Unix(at, 0))
	}
}

func signedAt(lines []string, signer *keys.Private, at time.Time) (http.Header, error) {
	value, err := SignAuth(lines, signer, at)
	if err != nil {
		return nil, err
	}
	return http.Header{http.CanonicalHeaderKey(AuthHeader): {value}}, nil
}

// Pause waits on the client's clock, or until ctx ends.
func (c *Client) Pause(ctx context.Context, d time.Duration) error { return c.http.Pause(ctx, d) }
