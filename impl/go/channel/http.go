package channel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"kez.lat/kez/impl/go/kez"
)

// Limits of every fetch.
const (
	MaxBody      = 1 << 20 // decoded bytes
	MaxRedirects = 5
	Deadline     = 10 * time.Second
)

// Client fetches documents for all channels. A URL out of data is fetched over
// https, from public addresses only, and every redirect is judged anew
// (KEZ-CHAN-018 to 030). It is safe for concurrent use.
type Client struct {
	userAgent  string
	public     http.RoundTripper
	configured http.RoundTripper
}

// Option changes a client that [NewClient] makes.
type Option func(*Client)

// WithTransport is for TESTS ONLY: requests to public addresses go through t,
// in the place of the guard that keeps URLs out of data away from the user's own
// network (KEZ-CHAN-024, 025). The rules on the URLs themselves still hold, and
// endpoints that the user configured are reached as ever.
func WithTransport(t http.RoundTripper) Option {
	return func(c *Client) { c.public = t }
}

// NewClient makes the client of a program version.
func NewClient(version string, options ...Option) *Client {
	// The address is checked after resolving, at the moment of the dial, so a
	// name that resolves differently the second time gains nothing.
	guard := ssrf.New(ssrf.WithAnyPort())
	dial := func(control *ssrf.Guardian) http.RoundTripper {
		dialer := &net.Dialer{Timeout: Deadline}
		if control != nil {
			dialer.Control = control.Safe
		}
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DialContext, t.Proxy = dialer.DialContext, nil
		t.MaxIdleConnsPerHost, t.ResponseHeaderTimeout = 8, Deadline
		t.MaxResponseHeaderBytes = 64 << 10
		return t
	}
	c := &Client{userAgent: "kez/" + version, public: dial(guard), configured: dial(nil)}
	for _, option := range options {
		option(c)
	}
	return c
}

// Origin maps original URLs to where they are really requested. The zero
// Origin requests them as they are.
type Origin struct {
	// Base, if set, is an endpoint that the user configured: https://HOST/PATH
	// is requested as Base/HOST/PATH, or, where Root is set and begins the URL,
	// with Base in the place of Root.
	Base string
	Root string
}

// target gives the URL to request, and whether the user configured it.
func (o Origin) target(u *url.URL) (string, bool, error) {
	switch {
	case o.Base == "":
		return u.String(), false, nil
	case o.Root == "":
		return strings.TrimSuffix(o.Base, "/") + "/" + u.Host + u.RequestURI(), true, nil
	}
	path, found := strings.CutPrefix(u.String(), o.Root)
	if !found || path != "" && path[0] != '/' && path[0] != '?' {
		return "", false, kez.Errorf(kez.ChannelBadContent, "the answer points outside %s", o.Root)
	}
	return strings.TrimSuffix(o.Base, "/") + path, true, nil
}

// Request is one document to fetch.
type Request struct {
	URL    string // the original one, https
	Origin Origin
	Accept string
	// Token is a bearer token, sent to the first URL's host alone.
	Token string
	// Limit bounds the decoded body; 0 is MaxBody.
	Limit int64
	// Redirect judges the original URL of every redirect that the rules of
	// addresses allow; nil takes all of those.
	Redirect func(from, to *url.URL) error
}

// Response is what came back, whatever its status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	URL    *url.URL // the original URL of the document after redirects
}

// Get fetches a document. Its errors have a channel.* code: unreachable,
// rate_limited, bad_content or too_large. Statuses other than 429 and those of
// a failing server are left to the caller.
func (c *Client) Get(ctx context.Context, r Request) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, kez.Errorf(kez.ChannelBadContent, "the URL %s is malformed", kez.Quote(r.URL))
	}
	if err := allowed(u); err != nil {
		return nil, err
	}
	first := u.Host
	for hops := 0; ; hops++ {
		response, next, err := c.hop(ctx, u, r, u.Host == first)
		if err != nil || next == nil {
			return response, err
		}
		if hops == MaxRedirects {
			return nil, kez.Errorf(kez.ChannelBadContent, "%s redirects more than %d times", r.URL, MaxRedirects)
		}
		if err := allowed(next); err != nil {
			return nil, err
		}
		if r.Redirect != nil {
			if err := r.Redirect(u, next); err != nil {
				return nil, err
			}
		}
		u = next
	}
}

// allowed refuses URLs that no document may lead to, before any connection.
func allowed(u *url.URL) error {
	switch {
	case u.Scheme != "https":
		return kez.Errorf(kez.ChannelBadContent, "%s is no https URL", kez.Quote(u.String()))
	case u.Opaque != "" || u.Hostname() == "":
		return kez.Errorf(kez.ChannelBadContent, "%s names no host", kez.Quote(u.String()))
	case u.User != nil:
		return kez.Errorf(kez.ChannelBadContent, "the URL holds a user name, which no public document needs")
	case net.ParseIP(u.Hostname()) != nil:
		return kez.Errorf(kez.ChannelBadContent, "%s names an address instead of a host", kez.Quote(u.String()))
	}
	return nil
}

// hop makes one request; next is where it redirects to.
func (c *Client) hop(ctx context.Context, u *url.URL, r Request, sendToken bool) (_ *Response, next *url.URL, _ error) {
	target, configured, err := r.Origin.target(u)
	if err != nil {
		return nil, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, nil, kez.Errorf(kez.ChannelBadContent, "the URL %s is malformed", kez.Quote(u.String()))
	}
	request.Header.Set("User-Agent", c.userAgent)
	if r.Accept != "" {
		request.Header.Set("Accept", r.Accept)
	}
	if r.Token != "" && sendToken {
		request.Header.Set("Authorization", "Bearer "+r.Token)
	}
	transport := c.public
	if configured {
		transport = c.configured
	}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return nil, nil, connectError(u, err)
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		next, err := u.Parse(answer.Header.Get("Location"))
		if err != nil || answer.Header.Get("Location") == "" {
			return nil, nil, kez.Errorf(kez.ChannelBadContent, "%s redirects to nowhere", u)
		}
		return nil, next, nil
	case http.StatusTooManyRequests:
		return nil, nil, RateLimited(u.Host, answer.Header)
	}
	if answer.StatusCode >= 500 {
		hint := retryAfter(answer.Header)
		if hint == "" {
			hint = "the server has a fault; try again later"
		}
		return nil, nil, kez.Errorf(kez.ChannelUnreachable, "%s answers with the status %d", u.Host, answer.StatusCode).WithHint("%s", hint)
	}
	body, err := readBody(answer.Body, r.limit(), u)
	return &Response{answer.StatusCode, answer.Header, body, u}, nil, err
}

func (r Request) limit() int64 {
	if r.Limit > 0 {
		return r.Limit
	}
	return MaxBody
}

func readBody(body io.Reader, limit int64, u *url.URL) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	switch {
	case int64(len(data)) > limit:
		return nil, kez.Errorf(kez.ChannelTooLarge, "%s is larger than %d bytes", u, limit).
			WithHint("publish the proof in a smaller document")
	case err != nil:
		return nil, connectError(u, err)
	}
	return data, nil
}

// RateLimited is the error of a service that wants fewer requests, with what
// it says about when to come back.
func RateLimited(host string, header http.Header) error {
	e := kez.Errorf(kez.ChannelRateLimited, "%s wants fewer requests", host)
	if hint := retryAfter(header); hint != "" {
		return e.WithHint("%s", hint)
	}
	if at, err := strconv.ParseUint(header.Get("X-RateLimit-Reset"), 10, 36); err == nil { // Unix seconds, as far as the year 4147
		return e.WithHint("try again after %s", kez.FormatTime(time.Unix(int64(at), 0)))
	}
	return e.WithHint("try again later")
}

// retryAfter words the header Retry-After; "" where it says nothing.
func retryAfter(header http.Header) string {
	after := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(after, 10, 32); err == nil {
		return fmt.Sprintf("try again in %d seconds", seconds)
	}
	if at, err := http.ParseTime(after); err == nil {
		return "try again after " + kez.FormatTime(at)
	}
	return ""
}

// connectError words a failure below HTTP. A refused address is content that
// must not be followed; everything else could not be looked at.
func connectError(u *url.URL, err error) error {
	if errors.Is(err, ssrf.ErrProhibitedNetwork) || errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) {
		return kez.Errorf(kez.ChannelBadContent, "%s resolves to an address that is not public, so it was not contacted", u.Host)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return kez.Errorf(kez.ChannelUnreachable, "%s did not answer in time", u.Host).WithHint("try again later")
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return kez.Errorf(kez.ChannelUnreachable, "the name %s does not resolve: %s", u.Hostname(), dns.Err).
			WithHint("check the network and the spelling of the host")
	}
	return kez.Errorf(kez.ChannelUnreachable, "%s cannot be reached: %w", u.Host, err).WithHint("check the network, or try again later")
}
