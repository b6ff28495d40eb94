package httpscript

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// maxAnswer bounds what is read of an answer; a chain has at most 16 MiB.
const maxAnswer = 32 << 20

// ask makes the request of a step once.
func (r *runner) ask(ctx context.Context, s *Step) (answer, error) {
	body, err := r.world.expand(s.Body)
	if err != nil {
		return answer{}, err
	}
	if s.Raw {
		return r.raw(ctx, body)
	}
	if fill, ok := s.Options["fill"]; ok {
		size, text, _ := strings.Cut(fill, " ")
		n, err := strconv.Atoi(size)
		if err != nil || text == "" {
			return answer{}, fmt.Errorf("@fill %s is no SIZE TEXT", fill)
		}
		body = strings.Repeat(text, n/len(text)+1)[:n]
	}
	target, err := r.world.expand(s.Target)
	if err != nil {
		return answer{}, err
	}
	u, err := url.Parse(r.base.String() + target)
	if err != nil {
		return answer{}, err
	}
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	if _, chunked := s.Options["chunked"]; chunked {
		content = io.MultiReader(content) // of no known length
	}
	request, err := http.NewRequestWithContext(ctx, s.Method, u.String(), content)
	if err != nil {
		return answer{}, err
	}
	for _, line := range s.Header {
		if line, err = r.world.expand(line); err != nil {
			return answer{}, err
		}
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			return answer{}, fmt.Errorf("%q is no header", line)
		}
		if strings.EqualFold(name, "Host") {
			request.Host = value
		}
		request.Header.Add(name, value)
	}
	response, err := r.options.Transport.RoundTrip(request)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", s.line(), err)
	}
	if until, ok := s.Options["until"]; ok {
		return r.readUntil(response, until)
	}
	return read(response)
}

// readUntil takes an answer without an end as far as an expression matches.
func (r *runner) readUntil(response *http.Response, text string) (answer, error) {
	defer response.Body.Close()
	a := answer{status: response.StatusCode, header: response.Header}
	text, err := r.world.expand(text)
	if err != nil {
		return a, err
	}
	want, err := regexp.Compile(text)
	if err != nil {
		return a, err
	}
	piece := make([]byte, 4096)
	for !want.Match(a.body) && len(a.body) < maxAnswer {
		n, err := response.Body.Read(piece)
		if a.body = append(a.body, piece[:n]...); err != nil {
			if want.Match(a.body) {
				break
			}
			return a, fmt.Errorf("the answer ended without %s: %w\n%s", text, err, short(a.body))
		}
	}
	return a, nil
}

// read takes an answer whole, unpacked where it is packed.
func read(response *http.Response) (answer, error) {
	defer response.Body.Close()
	a := answer{status: response.StatusCode, header: response.Header, closed: response.Close}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return a, fmt.Errorf("the answer ended early: %w", err)
	}
	if len(body) > maxAnswer {
		return a, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	if response.Header.Get("Content-Encoding") == "gzip" && len(body) > 0 {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return a, fmt.Errorf("the answer is no gzip: %w", err)
		}
		if body, err = io.ReadAll(io.LimitReader(z, maxAnswer)); err != nil {
			return a, fmt.Errorf("the answer is no whole gzip: %w", err)
		}
	}
	a.body = body
	return a, nil
}

// raw sends lines as they stand, each ended by CRLF, and reads one answer. The
// answer counts as closing where the connection ends after it.
func (r *runner) raw(ctx context.Context, text string) (answer, error) {
	conn, err := r.dial(ctx)
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return answer{}, err
		}
	}
	if _, err := io.WriteString(conn, strings.ReplaceAll(text, "\n", "\r\n")+"\r\n\r\n"); err != nil {
		return answer{}, err
	}
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		return answer{}, fmt.Errorf("no HTTP answer came: %w", err)
	}
	closes := response.Close
	a, err := read(response)
	if err == nil && closes {
		if _, err := in.ReadByte(); !errors.Is(err, io.EOF) && !isReset(err) {
			return a, fmt.Errorf("the answer says Connection: close, and the connection stays open")
		}
	}
	return a, err
}

// isReset reports whether a connection ended in another way than by waiting.
func isReset(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return err != nil && (!ok || !timeout.Timeout())
}

func (r *runner) dial(ctx context.Context) (net.Conn, error) {
	host, port := r.base.Hostname(), r.base.Port()
	secure := r.base.Scheme == "https"
	if port == "" && secure {
		port = "443"
	} else if port == "" {
		port = "80"
	}
	address := net.JoinHostPort(host, port)
	if secure {
		return (&tls.Dialer{Config: &tls.Config{ServerName: host, NextProtos: []string{"http/1.1"}}}).DialContext(ctx, "tcp", address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", address)
}
