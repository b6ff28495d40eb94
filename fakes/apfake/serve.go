package apfake

import (
	"fmt"
	"html"
	"net/http"
	"strings"

	"kez.lat/kez/fakes/httpfake"
)

const (
	actorType = "application/activity+json; charset=utf-8"
	htmlType  = "text/html; charset=utf-8"
)

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.Refuse(w, r, "only what is read is here")
		return
	}
	s.mu.Lock()
	h := s.world[r.Host]
	var to string
	var doc document
	var redirected, found bool
	if h != nil {
		to, redirected = h.redirects[r.URL.Path]
		doc, found = h.documents[r.URL.Path]
	}
	s.mu.Unlock()
	switch {
	case h == nil:
		s.Refuse(w, r, "this world has no such host")
	case redirected:
		if r.URL.RawQuery != "" && !strings.Contains(to, "?") {
			to += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", to)
		httpfake.Reply(w, r, http.StatusMovedPermanently, htmlType, nil)
	case found:
		serveDocument(w, r, doc)
	case r.URL.Path == "/.well-known/webfinger":
		s.webFinger(w, r, h)
	case strings.HasPrefix(r.URL.Path, "/.well-known/"):
		s.Refuse(w, r, "of the well-known paths only webfinger is here")
	default:
		httpfake.Reply(w, r, http.StatusNotFound, htmlType, []byte("<!DOCTYPE html><title>The page you are looking for isn&#39;t here.</title>\n"))
	}
}

func serveDocument(w http.ResponseWriter, r *http.Request, doc document) {
	if !doc.actor {
		httpfake.Reply(w, r, http.StatusOK, doc.contentType, doc.body)
		return
	}
	w.Header().Set("Vary", "Accept, Origin, Cookie")
	if !acceptsJSON(r.Header.Get("Accept")) {
		page := fmt.Sprintf("<!DOCTYPE html><title>%s - Mastodon</title>\n", html.EscapeString(r.Host+r.URL.Path))
		httpfake.Reply(w, r, http.StatusOK, htmlType, []byte(page))
		return
	}
	w.Header().Set("Cache-Control", "max-age=180, public")
	httpfake.Reply(w, r, http.StatusOK, doc.contentType, doc.body)
}

// acceptsJSON tells whether a client asked for ActivityPub. Mastodon takes plain
// JSON for the same.
func acceptsJSON(accept string) bool {
	for _, wanted := range []string{"application/activity+json", "application/ld+json", "application/json"} {
		if strings.Contains(strings.ToLower(accept), wanted) {
			return true
		}
	}
	return false
}
