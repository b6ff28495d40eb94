package service

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// Handler answers a request, or gives the error to answer with as long as it
// has written nothing.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Mux finds the handler of a path and a method. Paths are matched as they were
// sent: a segment is decoded once, nothing is cleaned, and nothing redirects.
type Mux struct {
	mux      http.ServeMux
	routes   map[string]map[string]Handler
	fallback Handler
}

// NewMux makes a mux without routes.
func NewMux() *Mux {
	m := &Mux{routes: map[string]map[string]Handler{}, fallback: func(http.ResponseWriter, *http.Request) error { return NotFound() }}
	m.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		setRoute(r, "none")
		if err := m.fallback(w, r); err != nil {
			Fail(w, r, err)
		}
	})
	return m
}

// Fallback sets what answers paths without a route; by default they are
// http.not_found.
func (m *Mux) Fallback(h Handler) { m.fallback = h }

// Handle adds a route: a method and a pattern of [http.ServeMux] without one.
// What takes GET takes HEAD.
func (m *Mux) Handle(method, pattern string, h Handler) {
	methods := m.routes[pattern]
	if methods == nil {
		methods = map[string]Handler{}
		m.routes[pattern] = methods
		m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { m.serve(w, r, pattern, methods) })
	}
	methods[method] = h
	if method == http.MethodGet {
		methods[http.MethodHead] = h
	}
}

// Routes gives the patterns with their methods, HEAD and OPTIONS left out.
func (m *Mux) Routes() map[string][]string {
	all := map[string][]string{}
	for pattern, methods := range m.routes {
		all[pattern] = slices.DeleteFunc(slices.Sorted(maps.Keys(methods)), func(s string) bool { return s == http.MethodHead })
	}
	return all
}

// ServeHTTP finds the route. http.ServeMux would redirect to a cleaned path;
// such paths are unknown here (KEZ-STORE-006).
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Access-Control-Allow-Origin", "*") // KEZ-STORE-008
	h.Set("Access-Control-Expose-Headers", "ETag, Retry-After")
	if unclean(r.URL.EscapedPath()) {
		setRoute(r, "none")
		Fail(w, r, NotFound())
		return
	}
	m.mux.ServeHTTP(w, r)
}

func (m *Mux) serve(w http.ResponseWriter, r *http.Request, pattern string, methods map[string]Handler) {
	setRoute(r, pattern)
	handler := methods[r.Method]
	switch {
	case handler != nil:
		if err := handler(w, r); err != nil {
			Fail(w, r, err)
		}
	case r.Method == http.MethodOptions:
		preflight(w, allowed(methods))
	default:
		w.Header().Set("Allow", allowed(methods))
		Fail(w, r, kez.Errorf(kez.HTTPMethod, "this route does not take %s", kez.Quote(r.Method)).
			WithHint("it takes %s", allowed(methods)))
	}
}

// preflight answers OPTIONS, whether a browser asks before a request or a
// person wants to know.
func preflight(w http.ResponseWriter, allow string) {
	h := w.Header()
	h.Set("Allow", allow)
	h.Set("Access-Control-Allow-Methods", allow)
	h.Set("Access-Control-Allow-Headers", "Content-Type, If-None-Match, X-KEZ-Auth, Last-Event-ID")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

func allowed(methods map[string]Handler) string {
	all := append(slices.Collect(maps.Keys(methods)), http.MethodOptions)
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// unclean reports whether a path as sent is one that a cleaner would change.
func unclean(path string) bool {
	if !strings.HasPrefix(path, "/") {
		return true
	}
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		if s == "." || s == ".." || s == "" && i < len(segments)-1 {
			return true
		}
	}
	return false
}

// Single gives a parameter of the query, and false where it is absent. One that
// is given twice, or a query that is broken, is http.bad_request.
func Single(r *http.Request, name string) (string, bool, error) {
	query, err := parseQuery(r)
	if err != nil {
		return "", false, err
	}
	values, given := query[name]
	if len(values) > 1 {
		return "", false, BadRequest(fmt.Sprintf("%s is given %d times", name, len(values)), "give it once")
	}
	if !given {
		return "", false, nil
	}
	return values[0], true, nil
}
