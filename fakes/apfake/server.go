package apfake

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"kez.lat/kez/fakes/httpfake"
)

// Server serves the hosts.
type Server struct {
	*httpfake.Server
	url string

	mu    sync.Mutex
	world world
}

// world is the hosts by name.
type world map[string]*host

// host is what one host has.
type host struct {
	fingers   map[string]finger // by resource
	documents map[string]document
	redirects map[string]string
}

// document is what is served at a path.
type document struct {
	contentType string
	body        []byte
	actor       bool // served as JSON to those alone who accept it
}

// Start listens on loopback. No host is there yet.
func Start() (*Server, error) {
	s := &Server{world: world{}}
	s.Server = httpfake.New("apfake", http.HandlerFunc(s.serve))
	var err error
	s.url, err = s.Open("")
	return s, err
}

// URL is the base that stands for https:// of every host.
func (s *Server) URL() string { return s.url }

// Env is the variable that makes a kez ask this fake.
func (s *Server) Env() map[string]string { return map[string]string{"KEZ_AP_BASE_URL": s.url} }

// AddHost makes a host known, with nobody on it.
func (s *Server) AddHost(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.host(host)
}

// AddActor adds the account NAME@HOST, or puts it in the place of the one there.
func (s *Server) AddActor(host, name string, actor Actor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world.addActor(host, name, actor)
}

// SetWebFinger sets the bytes that a host answers about a resource.
func (s *Server) SetWebFinger(host, resource string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.host(host).fingers[resourceKey(resource)] = finger{given: body}
}

// Put puts a document at a path of a host, served to everyone alike.
func (s *Server) Put(host, path, contentType string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.host(host).documents[path] = document{contentType: contentType, body: body}
}

// Redirect makes a path of a host answer 301 with a URL. Where that has no query
// it gets the one of the request, as hosts that pass WebFinger on do.
func (s *Server) Redirect(host, path, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.host(host).redirects[path] = to
}

// Remove removes what a host answers at a path and about a resource; either may
// be empty.
func (s *Server) Remove(host, path, resource string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.world.host(host)
	delete(h.documents, path)
	delete(h.redirects, path)
	delete(h.fingers, resourceKey(resource))
}

// SecureMode is the fault of a server that wants signed requests.
func SecureMode() httpfake.Fault {
	return httpfake.Status(http.StatusUnauthorized).JSON(`{"error":"Request not signed"}`)
}

// Gone is the fault of an account that was deleted or suspended.
func Gone() httpfake.Fault { return httpfake.Status(http.StatusGone) }

func (w world) host(name string) *host {
	name = strings.ToLower(name)
	if w[name] == nil {
		w[name] = &host{fingers: map[string]finger{}, documents: map[string]document{}, redirects: map[string]string{}}
	}
	return w[name]
}

func (w world) addActor(host, name string, actor Actor) error {
	host = strings.ToLower(host)
	place, err := actor.complete(host, name)
	if err != nil {
		return fmt.Errorf("apfake: actor %s@%s: %w", name, host, err)
	}
	body, err := actor.document(name, actor.WebHost)
	if err != nil {
		return fmt.Errorf("apfake: actor %s@%s: %w", name, host, err)
	}
	w.host(place.Host).documents[place.Path] = document{contentType: actorType, body: body, actor: true}
	account := "acct:" + name + "@" + host
	answer := fingerFor(account, name, actor)
	w.host(host).fingers[resourceKey(account)] = answer
	if web := w.host(actor.WebHost); !actor.Unlinked || actor.WebHost == host {
		for _, resource := range []string{account, "acct:" + name + "@" + actor.WebHost, actor.URL, "https://" + actor.WebHost + "/@" + name} {
			web.fingers[resourceKey(resource)] = answer
		}
	}
	return nil
}
