package httpfake

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"
)

// Server serves one fake, on as many addresses as were opened.
type Server struct {
	name    string
	handler http.Handler
	ctx     context.Context
	cancel  context.CancelFunc
	serving sync.WaitGroup

	mu      sync.Mutex
	servers []*http.Server
	rules   []*rule
	latency time.Duration
	history []Request
	unknown []string
}

// New makes a server that answers with handler. The name is for messages.
func New(name string, handler http.Handler) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	return &Server{name: name, handler: handler, ctx: ctx, cancel: cancel}
}

// Open listens on a free port of 127.0.0.1 and gives the URL, without a final
// slash. It stands for host, or for all hosts where host is empty.
func (s *Server) Open(host string) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.name, err)
	}
	server := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(host, w, r) }),
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // clients that hang up are the daily business of a fake
	}
	s.mu.Lock()
	s.servers = append(s.servers, server)
	s.mu.Unlock()
	s.serving.Go(func() { _ = server.Serve(listener) })
	return "http://" + listener.Addr().String(), nil
}

// Close ends all addresses, requests that hang included.
func (s *Server) Close() error {
	s.cancel()
	s.mu.Lock()
	servers := s.servers
	s.servers = nil
	s.mu.Unlock()
	var first error
	for _, server := range servers {
		if err := server.Close(); err != nil && first == nil {
			first = err
		}
	}
	s.serving.Wait()
	return first
}

// Latency makes every answer wait. It is for benchmarks: a test that waits
// proves nothing that Hang does not prove faster.
func (s *Server) Latency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
}

func (s *Server) serve(host string, w http.ResponseWriter, r *http.Request) {
	original, err := unmap(host, r)
	if err != nil {
		s.record(r)
		s.Refuse(w, r, err.Error())
		return
	}
	s.record(original)
	s.mu.Lock()
	latency := s.latency
	s.mu.Unlock()
	if !wait(r.Context(), latency) {
		panic(http.ErrAbortHandler)
	}
	if fault, ok := s.match(original); ok {
		s.deliver(w, original, fault)
		return
	}
	s.handler.ServeHTTP(w, original)
}

// unmap gives the request as it was before an override put BASE before it.
func unmap(host string, r *http.Request) (*http.Request, error) {
	rest := r.URL.EscapedPath()
	if host == "" {
		var found bool
		host, rest, found = strings.Cut(strings.TrimPrefix(rest, "/"), "/")
		if host == "" {
			return nil, fmt.Errorf("the path names no host")
		}
		if rest = "/" + rest; !found {
			rest = "/"
		}
	}
	clear, err := url.PathUnescape(rest)
	if err != nil {
		return nil, err
	}
	original := r.Clone(r.Context())
	original.Host = strings.ToLower(host)
	original.URL.Host = original.Host
	original.URL.Path, original.URL.RawPath = clear, rest
	return original, nil
}

// Refuse answers 501 to a request that the fake does not know and keeps it for
// [Server.Unknown].
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request, why string) {
	line := describe(r).String() + ": " + why
	s.mu.Lock()
	s.unknown = append(s.unknown, line)
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusNotImplemented)
	fmt.Fprintf(w, "%s: unknown request: %s\n", s.name, line)
}

// Clean tells whether the path is one that [http.ServeMux] takes as it is and
// does not redirect; a fake that routes with it asks this first.
func Clean(r *http.Request) bool {
	clean := path.Clean(r.URL.Path)
	return r.URL.Path == clean || r.URL.Path == clean+"/"
}

// wait waits for d, or tells that the request ended before.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
