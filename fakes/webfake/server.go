package webfake

import (
	"net/http"
	"path"
	"strings"
	"sync"

	"kez.lat/kez/fakes/httpfake"
)

// Server serves the sites.
type Server struct {
	*httpfake.Server
	url string

	mu    sync.Mutex
	world world
}

// world is the sites by host.
type world map[string]map[string]page

// page is a file, or a redirect where to is not empty.
type page struct {
	contentType string
	body        []byte
	to          string
}

// Start listens on loopback. No host is there yet.
func Start() (*Server, error) {
	s := &Server{world: world{}}
	s.Server = httpfake.New("webfake", http.HandlerFunc(s.serve))
	var err error
	s.url, err = s.Open("")
	return s, err
}

// URL is the base that stands for https:// of every host.
func (s *Server) URL() string { return s.url }

// Env is the variable that makes a kez ask this fake.
func (s *Server) Env() map[string]string { return map[string]string{"KEZ_WEB_BASE_URL": s.url} }

// AddHost makes a host known, with nothing on it.
func (s *Server) AddHost(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.host(host)
}

// Put puts a file on a host, at a path that starts with a slash. Without a
// content type it follows from the name.
func (s *Server) Put(host, at, contentType string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.put(host, at, contentType, body)
}

// Redirect makes a path of a host answer 301 with a URL, as given.
func (s *Server) Redirect(host, at, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.host(host)[at] = page{to: to}
}

// Remove removes a file or redirect; the host stays.
func (s *Server) Remove(host, at string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.world.host(host), at)
}

func (w world) host(name string) map[string]page {
	name = strings.ToLower(name)
	if w[name] == nil {
		w[name] = map[string]page{}
	}
	return w[name]
}

func (w world) put(host, at, contentType string, body []byte) {
	if contentType == "" {
		contentType = typeOf(at)
	}
	w.host(host)[at] = page{contentType: contentType, body: body}
}

// typeOf is what a web server would say of a file with this name. The table of
// the system is not asked: it differs from one machine to the next.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".json":
		return "application/json"
	case ".jsonl":
		return "application/jsonl"
	case ".md":
		return "text/markdown; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".html", "":
		return "text/html; charset=utf-8"
	}
	return "application/octet-stream"
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.Refuse(w, r, "a site of files takes GET and HEAD")
		return
	}
	s.mu.Lock()
	site, known := s.world[r.Host]
	found, exists := site[r.URL.Path]
	s.mu.Unlock()
	switch {
	case !known:
		s.Refuse(w, r, "this world has no such host")
	case !exists:
		httpfake.Reply(w, r, http.StatusNotFound, "text/html; charset=utf-8", []byte("<html><body><h1>404 Not Found</h1></body></html>\n"))
	case found.to != "":
		w.Header().Set("Location", found.to)
		httpfake.Reply(w, r, http.StatusMovedPermanently, "text/html; charset=utf-8", []byte("<html><body><h1>301 Moved Permanently</h1></body></html>\n"))
	default:
		httpfake.Reply(w, r, http.StatusOK, found.contentType, found.body)
	}
}
