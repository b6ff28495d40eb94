package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// request is one question to the store.
type request struct {
	method      string
	url         *url.URL
	accept      string
	contentType string
	body        []byte
	known       string // an ETag
	// reads says that nothing is stored: failures of the store are then those of
	// a place that could not be looked at (KEZ-CHAN-008, 009).
	reads bool
}

// do asks until the store has time. The caller closes the body of the answer,
// whose status is neither a redirect nor 429 or 503.
func (c *Client) do(ctx context.Context, r request) (*http.Response, error) {
	left := c.patience()
	for try, backoff := 1, firstWait; ; try, backoff = try+1, 2*backoff {
		answer, err := c.once(ctx, r)
		if err != nil {
			return nil, err
		}
		if answer.StatusCode != http.StatusTooManyRequests && answer.StatusCode != http.StatusServiceUnavailable {
			return answer, nil
		}
		wait := max(backoff, retryAfter(answer.Header, c.now()))
		failed := c.refusal(answer, r)
		if deadline, ok := ctx.Deadline(); try == maxTries || wait > left || ok && c.now().Add(wait).After(deadline) {
			return nil, failed
		}
		left -= wait
		if c.wait(ctx, wait) != nil {
			return nil, failed
		}
	}
}

// once makes one request and refuses redirects.
func (c *Client) once(ctx context.Context, r request) (*http.Response, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	question, err := http.NewRequestWithContext(ctx, r.method, r.url.String(), body)
	if err != nil {
		return nil, kez.Errorf(kez.ChannelBadContent, "the URL of the store is malformed")
	}
	question.Header.Set("User-Agent", c.agent)
	question.Header.Set("Accept", r.accept)
	if r.contentType != "" {
		question.Header.Set("Content-Type", r.contentType)
	}
	if r.known != "" {
		question.Header.Set("If-None-Match", r.known)
	}
	answer, err := c.transport().RoundTrip(question)
	if err != nil {
		return nil, c.unreachable(err)
	}
	if answer.StatusCode >= 300 && answer.StatusCode < 400 && answer.StatusCode != http.StatusNotModified {
		answer.Body.Close()
		return nil, kez.Errorf(kez.ChannelBadContent, "the store %s redirects, and a store is asked only where it was configured", c.Base()).
			WithHint("configure the address that it redirects to, if that is the right one")
	}
	return answer, nil
}

// refusal words an answer that is none, and closes it. The store's own code
// counts where it is one of the registry.
func (c *Client) refusal(answer *http.Response, r request) error {
	defer answer.Body.Close()
	code, message, event := readRefusal(answer.Body)
	if message == "" {
		message = "the status " + strconv.Itoa(answer.StatusCode)
	}
	hint := "try again later, or name another store with KEZ_SIG_SERVER"
	if after := answer.Header.Get("Retry-After"); after != "" {
		hint = "try again after " + kez.Quote(after)
		if _, err := strconv.ParseUint(after, 10, 32); err == nil {
			hint = "try again in " + after + " seconds"
		}
	}
	told := code
	if code == "" || r.reads && isHTTP(code) {
		code = statusCode(answer.StatusCode)
	}
	e := kez.Errorf(code, "the store %s answers: %s", c.Base(), message).WithHint("%s", hint)
	if told != code {
		e.Cause = told
	}
	if answer.StatusCode == http.StatusConflict {
		return &Conflict{Reason: e, Event: event}
	}
	return e
}

// isHTTP reports codes about the exchange itself.
func isHTTP(code kez.Code) bool { return len(code) > 5 && code[:5] == "http." }

// statusCode is what a status means where no code says more.
func statusCode(status int) kez.Code {
	switch {
	case status == http.StatusTooManyRequests:
		return kez.ChannelRateLimited
	case status >= 500, status == http.StatusUnauthorized, status == http.StatusForbidden:
		return kez.ChannelUnreachable
	}
	return kez.ChannelBadContent
}

// readRefusal reads the error object of a store (KEZ-STORE-007), as far as there
// is one. Its text is data, and quoted.
func readRefusal(body io.Reader) (code kez.Code, message string, event []byte) {
	doc, err := readObject(body)
	if err != nil {
		return "", "", nil
	}
	root := doc.Root()
	if code = kez.Code(root.Member("error").Text()); !slices.Contains(kez.Codes(), code) {
		code = ""
	}
	if text := root.Member("message").Text(); text != "" {
		message = kez.Quote(text)
	}
	if e := root.Member("event"); e.Kind() == strictjson.Object {
		event = bytes.Clone(e.Raw())
	}
	return code, message, event
}

// readObject reads an answer that is one JSON object.
func readObject(body io.Reader) (*strictjson.Document, error) {
	data, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	return strictjson.Read(data, maxAnswer)
}

// unreachable words a failure below HTTP.
func (c *Client) unreachable(err error) error {
	const later = "check the network, or try again later"
	if errors.Is(err, context.DeadlineExceeded) {
		return kez.Errorf(kez.ChannelUnreachable, "the store %s did not answer in time", c.Base()).WithHint(later)
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return kez.Errorf(kez.ChannelUnreachable, "the name of the store %s does not resolve: %s", c.Base(), dns.Err).
			WithHint("check the network and the spelling of the host")
	}
	return kez.Errorf(kez.ChannelUnreachable, "the store %s cannot be reached: %w", c.Base(), err).WithHint(later)
}

// odd is the error of an answer that no store gives.
func (c *Client) odd(format string, args ...any) error {
	return kez.Errorf(kez.ChannelBadContent, "the store %s answers oddly: "+format, append([]any{c.Base()}, args...)...).
		WithHint("check that the address is that of a sigchain store")
}

// retryAfter reads the header of that name; 0 where it says nothing.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
