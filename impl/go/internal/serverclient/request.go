package serverclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Request is one question to the server.
type Request struct {
	Method      string
	URL         *url.URL
	Accept      string
	ContentType string
	Body        []byte
	// Header, where set, gives further headers for each try anew: what is signed
	// once may be taken once.
	Header func() (http.Header, error)
	// Reads says that nothing is stored: failures of the server are then those of
	// a place that could not be looked at (KEZ-CHAN-008, 009).
	Reads bool
}

// Do asks until the server has time. The caller closes the body of the answer,
// whose status is neither a redirect nor 429 or 503.
func (c *Client) Do(ctx context.Context, r Request) (*http.Response, error) {
	left := c.patience()
	for try, backoff := 1, firstWait; ; try, backoff = try+1, 2*backoff {
		answer, err := c.once(ctx, r)
		if err != nil {
			return nil, err
		}
		if answer.StatusCode != http.StatusTooManyRequests && answer.StatusCode != http.StatusServiceUnavailable {
			return answer, nil
		}
		wait := max(backoff, retryAfter(answer.Header, c.Time()))
		failed, _ := c.Refusal(answer, r.Reads)
		if !mayPass(failed) {
			return nil, failed
		}
		if deadline, ok := ctx.Deadline(); try == maxTries || wait > left || ok && wait > time.Until(deadline) {
			return nil, failed
		}
		left -= wait
		if c.Pause(ctx, wait) != nil {
			return nil, failed
		}
	}
}

// mayPass reports whether asking again can help: a mailbox that is full answers
// 429 too, and stays full.
func mayPass(refused *kez.Error) bool {
	code := refused.Code
	if refused.Cause != "" {
		code = refused.Cause
	}
	return isHTTP(code) || strings.HasPrefix(string(code), "channel.")
}

// once makes one request and refuses redirects.
func (c *Client) once(ctx context.Context, r Request) (*http.Response, error) {
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	question, err := http.NewRequestWithContext(ctx, r.Method, r.URL.String(), body)
	if err != nil {
		return nil, kez.Errorf(kez.ChannelBadContent, "the URL of the %s is malformed", c.what)
	}
	if r.Header != nil {
		more, err := r.Header()
		if err != nil {
			return nil, err
		}
		question.Header = more
	}
	question.Header.Set("User-Agent", c.agent)
	question.Header.Set("Accept", r.Accept)
	if r.ContentType != "" {
		question.Header.Set("Content-Type", r.ContentType)
	}
	answer, err := c.transport().RoundTrip(question)
	if err != nil {
		return nil, c.Unreachable(err)
	}
	if answer.StatusCode >= 300 && answer.StatusCode < 400 && answer.StatusCode != http.StatusNotModified {
		answer.Body.Close()
		return nil, kez.Errorf(kez.ChannelBadContent, "the %s %s redirects, and a %s is asked only where it was configured", c.what, c.Base(), c.what).
			WithHint("configure the address that it redirects to, if that is the right one")
	}
	return answer, nil
}

// Refusal words an answer that is none, and closes it. The server's own code
// counts where it is one of the registry. The document is the error object, nil
// where there is none.
func (c *Client) Refusal(answer *http.Response, reads bool) (*kez.Error, *strictjson.Document) {
	defer answer.Body.Close()
	doc, code, message, hint := readRefusal(answer.Body)
	if message == "" {
		message = "the status " + strconv.Itoa(answer.StatusCode)
	}
	told := code
	if code == "" || reads && isHTTP(code) {
		code = statusCode(answer.StatusCode)
	}
	if hint == "" || isHTTP(told) || told == "" {
		hint = c.retryHint(answer.Header.Get("Retry-After"))
	}
	e := kez.Errorf(code, "the %s %s answers: %s", c.what, c.Base(), message).WithHint("%s", hint)
	if told != code {
		e.Cause = told
	}
	return e, doc
}

func (c *Client) retryHint(after string) string {
	if after == "" {
		return "try again later, or " + c.remedy
	}
	if _, err := strconv.ParseUint(after, 10, 32); err == nil {
		return "try again in " + after + " seconds"
	}
	return "try again after " + kez.Quote(after)
}

// isHTTP reports codes about the exchange itself.
func isHTTP(code kez.Code) bool { return strings.HasPrefix(string(code), "http.") }

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

// readRefusal reads the error object of a server (KEZ-STORE-007), as far as there
// is one. Its text is data: cut, and quoted where it is anything but plain words.
func readRefusal(body io.Reader) (doc *strictjson.Document, code kez.Code, message, hint string) {
	doc, err := ReadObject(body, MaxAnswer)
	if err != nil {
		return nil, "", "", ""
	}
	root := doc.Root()
	if code = kez.Code(root.Member("error").Text()); !slices.Contains(kez.Codes(), code) || ofClients(code) {
		code = ""
	}
	return doc, code, words(root.Member("message").Text()), words(root.Member("hint").Text())
}

// ofClients reports codes that tell of the program's own machine and memory. From a
// server they would end what a server cannot end.
func ofClients(code kez.Code) bool {
	return strings.HasPrefix(string(code), "cli.") || code == kez.MessagePeerChanged
}

// words gives the text of a server as it may stand in a message.
func words(text string) string {
	const most = 300
	for i := range len(text) {
		if i == most || text[i] < 0x20 || text[i] > 0x7e {
			return kez.Quote(text)
		}
	}
	return text
}

// ReadObject reads an answer that is one JSON object of at most limit bytes.
func ReadObject(body io.Reader, limit int) (*strictjson.Document, error) {
	data, err := io.ReadAll(io.LimitReader(body, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	doc, err := strictjson.Read(data, limit)
	if err != nil && len(data) <= limit {
		doc, err = readKnown(data, limit, err)
	}
	if err == nil && doc.Root().Kind() != strictjson.Object {
		err = kez.Errorf(kez.JSONType, "the answer is %s, and must be an object", doc.Root().Kind())
	}
	return doc, err
}

// readKnown reads an object without the members that the strict reader refuses:
// what no page defines may be anything, such as a number with a fraction. Where
// that does not help, strict is the error.
func readKnown(data []byte, limit int, strict error) (*strictjson.Document, error) {
	var members map[string]json.RawMessage // by exact names, unlike a struct
	if json.Unmarshal(data, &members) != nil {
		return nil, strict
	}
	for name, value := range members {
		if _, err := strictjson.Read(value, limit); err != nil {
			delete(members, name)
		}
	}
	left, err := json.Marshal(members)
	if err != nil {
		return nil, strict
	}
	doc, err := strictjson.Read(left, max(limit, len(left)))
	if err != nil {
		return nil, strict
	}
	return doc, nil
}

// Unreachable words a failure below HTTP. That the caller ended it is no failure
// of the server, and handed on.
func (c *Client) Unreachable(err error) error {
	const later = "check the network, or try again later"
	if errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return kez.Errorf(kez.ChannelUnreachable, "the %s %s did not answer in time", c.what, c.Base()).WithHint(later)
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return kez.Errorf(kez.ChannelUnreachable, "the name of the %s %s does not resolve: %s", c.what, c.Base(), dns.Err).
			WithHint("check the network and the spelling of the host")
	}
	return kez.Errorf(kez.ChannelUnreachable, "the %s %s cannot be reached: %w", c.what, c.Base(), err).WithHint(later)
}

// Odd is the error of an answer that no such server gives.
func (c *Client) Odd(format string, args ...any) error {
	return kez.Errorf(kez.ChannelBadContent, "the %s %s answers oddly: "+format, append([]any{c.what, c.Base()}, args...)...).
		WithHint("check that the address is that of a %s", c.what)
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
