package service

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"

	"kez.lat/kez/impl/go/kez"
)

// conn is a connection whose framing is watched. Errors that net/http writes by
// itself, before there is a request, are written as error objects.
type conn struct {
	net.Conn
	mu      sync.Mutex
	framing framing
	served  int
}

// connKey finds the conn of a request in its context.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	if own, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, own)
	}
	return ctx
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		c.framing.feed(p[:n])
		c.mu.Unlock()
	}
	return n, err
}

// sound counts the next request that reached a handler and judges its framing.
func (c *conn) sound() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.served++
	return c.framing.sound(c.served)
}

// sending reports whether the request that is being answered has a body of which
// more is to come.
func (c *conn) sending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.served == c.framing.heads && frameBody <= c.framing.state && c.framing.state < frameLost
}

// builtin is how the errors that net/http writes itself go on after their
// status line; no handler here answers so.
var builtin = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")

// unexpected is how the answer of net/http to an unknown Expect begins, which has
// no body. Like builtin it has line ends, which no text of a client can bring
// into an answer as they are.
var unexpected = []byte("HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nDate: ")

func (c *conn) Write(p []byte) (int, error) {
	status, _, found := bytes.Cut(p, builtin)
	if found = found && bytes.HasPrefix(status, []byte("HTTP/1.1 ")) && !bytes.Contains(status, []byte("\n")); !found && !bytes.HasPrefix(p, unexpected) {
		return c.Conn.Write(p)
	}
	if _, err := c.Conn.Write(objectFor(status[len("HTTP/1.1 "):])); err != nil {
		return 0, err
	}
	return len(p), nil
}

// objectFor is the answer to a request that net/http cannot read. Its own words
// repeat what was sent, so they are not used.
func objectFor(status []byte) []byte {
	number, text := 400, "Bad Request"
	err := BadRequest("the request is no well-formed HTTP/1.1", "use a common HTTP client")
	switch {
	case bytes.HasPrefix(status, []byte("417")):
		number, text = 417, "Expectation Failed"
		err = BadRequest("the request expects what no server of KEZ does", "send no Expect, or 100-continue")
	case bytes.HasPrefix(status, []byte("431")):
		number, text = 431, "Request Header Fields Too Large"
		err = BadRequest(fmt.Sprintf("the head of the request is larger than %d bytes", maxHeader), "send fewer and shorter headers")
	case bytes.HasPrefix(status, []byte("501")):
		err = BadRequest("the transfer encoding is not chunked", "send a Content-Length, or chunked")
	case bytes.HasPrefix(status, []byte("505")):
		number, text = 505, "HTTP Version Not Supported"
	}
	body := fmt.Sprintf("{\"error\":%q,\"message\":%q,\"hint\":%q}\n", err.Code, err.Message, err.Hint)
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"+
		"Access-Control-Allow-Origin: *\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", number, text, len(body), body)
}

// CloseWrite lets net/http end an answer before it closes, so that the peer
// reads it although its own bytes were not read.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// guardFraming refuses requests that a proxy may have read in another way.
func guardFraming(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(connKey{}).(*conn); ok && !c.sound() {
			w.Header().Set("Connection", "close")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Access-Control-Allow-Origin", "*")
			Fail(w, r, kez.Errorf(kez.HTTPBadRequest, "the request says in two ways how long its body is").
				WithHint("send one Content-Length, or Transfer-Encoding: chunked"))
			return
		}
		next.ServeHTTP(w, r)
	})
}
