// Package wire measures servers: requests made beforehand go over kept
// connections, and just enough of the answers is read, since a whole HTTP client
// takes as much of a shared machine as the server that is measured.
package wire

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// Conn is one connection that is kept.
type Conn struct {
	conn   net.Conn
	reader *bufio.Reader
}

// maxAnswer bounds the body of an answer.
const maxAnswer = 64 << 20

// Dial connects to the host of a base URL. A context that ends closes the
// connection, so nothing waits longer.
func Dial(ctx context.Context, server *url.URL) (*Conn, error) {
	address := server.Host
	if server.Port() == "" {
		address = net.JoinHostPort(server.Hostname(), "80")
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, NoAnswer(err)
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	return &Conn{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

// Request is an HTTP/1.1 request as it goes over the wire.
func Request(method string, target *url.URL, mediaType string, body []byte, header ...string) []byte {
	out := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, target.RequestURI(), target.Host)
	if body != nil {
		out = fmt.Appendf(out, "Content-Type: %s\r\nContent-Length: %d\r\n", mediaType, len(body))
	}
	for i := 0; i+1 < len(header); i += 2 {
		out = fmt.Appendf(out, "%s: %s\r\n", header[i], header[i+1])
	}
	return append(append(out, "\r\n"...), body...)
}

// Do sends a request and reads the answer into buffer, which is grown as needed.
func (w *Conn) Do(request, buffer []byte) (status int, body []byte, err error) {
	if _, err := w.conn.Write(request); err != nil {
		return 0, nil, NoAnswer(err)
	}
	status, length, chunked, err := w.header()
	if err != nil {
		return 0, nil, NoAnswer(err)
	}
	if chunked {
		body, err = w.chunks(buffer[:0])
	} else {
		body, err = w.exactly(buffer[:0], length)
	}
	if err != nil {
		return 0, nil, NoAnswer(err)
	}
	return status, body, nil
}

func (w *Conn) header() (status, length int, chunked bool, err error) {
	line, err := w.line()
	if err != nil {
		return 0, 0, false, err
	}
	version, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	if status, err = strconv.Atoi(code); err != nil || version != "HTTP/1.1" {
		return 0, 0, false, fmt.Errorf("no HTTP/1.1: %s", kez.Quote(line))
	}
	for {
		line, err := w.line()
		if err != nil || line == "" {
			return status, length, chunked, err
		}
		name, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); {
		case strings.EqualFold(name, "Content-Length"):
			if length, err = strconv.Atoi(value); err != nil || length < 0 || length > maxAnswer {
				return 0, 0, false, fmt.Errorf("no length of an answer: %s", kez.Quote(value))
			}
		case strings.EqualFold(name, "Transfer-Encoding"):
			chunked = true
		}
	}
}

func (w *Conn) line() (string, error) {
	line, err := w.reader.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

func (w *Conn) exactly(buffer []byte, n int) ([]byte, error) {
	start := len(buffer)
	if cap(buffer) < start+n {
		grown := make([]byte, start, start+n)
		copy(grown, buffer)
		buffer = grown
	}
	buffer = buffer[:start+n]
	_, err := io.ReadFull(w.reader, buffer[start:])
	return buffer, err
}

func (w *Conn) chunks(buffer []byte) ([]byte, error) {
	for {
		line, err := w.line()
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseUint(line, 16, 31)
		if err != nil || len(buffer)+int(n) > maxAnswer {
			return nil, fmt.Errorf("no size of a chunk: %s", kez.Quote(line))
		}
		if buffer, err = w.exactly(buffer, int(n)); err != nil {
			return nil, err
		}
		if _, err := w.line(); err != nil || n == 0 {
			return buffer, err
		}
	}
}
