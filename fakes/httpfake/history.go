package httpfake

import (
	"net/http"
	"slices"
	"strings"
)

// Request is one request as it came in.
type Request struct {
	Method string
	Host   string // the host meant, in lower case
	Path   string // as sent, escapes kept
	Query  string // as sent
	Header http.Header
}

// Has tells whether the request had this header.
func (r Request) Has(header string) bool { return len(r.Header.Values(header)) > 0 }

// String is the line that scripts match: method, URL without its scheme, and
// the words "authorization" and "cookie" where a header of that name came.
func (r Request) String() string {
	line := r.Method + " " + r.Host + r.Path
	if r.Query != "" {
		line += "?" + r.Query
	}
	for _, header := range []string{"Authorization", "Cookie"} {
		if r.Has(header) {
			line += " " + strings.ToLower(header)
		}
	}
	return line
}

func describe(r *http.Request) Request {
	return Request{
		Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: r.Header.Clone(),
	}
}

func (s *Server) record(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history = append(s.history, describe(r))
}

// History lists the requests in the order they came, faulty answers and unknown
// requests included.
func (s *Server) History() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.history)
}

// Count gives the number of requests that a pattern matches. It panics when on
// is no pattern.
func (s *Server) Count(on string) int {
	p := mustPattern(on)
	n := 0
	for _, request := range s.History() {
		if p.matches(request) {
			n++
		}
	}
	return n
}

// Unknown lists the requests that the fake could not answer, each with the
// reason. A test that ends with one has not tested what it says.
func (s *Server) Unknown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.unknown)
}

// ClearHistory forgets what was asked, unknown requests included.
func (s *Server) ClearHistory() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history, s.unknown = nil, nil
}
