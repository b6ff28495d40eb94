package githubfake

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"kez.lat/kez/fakes/httpfake"
)

// Server is GitHub, at two addresses.
type Server struct {
	*httpfake.Server
	apiURL, rawURL string
	api            *http.ServeMux

	mu        sync.Mutex
	world     *world
	used      int
	remaining *int // until the rate limit, nil for no limit
}

// Start listens on loopback. Nobody is there yet.
func Start() (*Server, error) {
	s := &Server{world: newWorld()}
	s.Server = httpfake.New("githubfake", http.HandlerFunc(s.serve))
	s.api = s.routes()
	var err error
	if s.apiURL, err = s.Open(apiHost); err != nil {
		return nil, err
	}
	if s.rawURL, err = s.Open(""); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// URL is the root in the place of https://api.github.com.
func (s *Server) URL() string { return s.apiURL }

// RawURL is the base that stands for https:// of the hosts of raw content.
func (s *Server) RawURL() string { return s.rawURL }

// Env is the variables that make a kez ask this fake.
func (s *Server) Env() map[string]string {
	return map[string]string{"KEZ_GITHUB_API_URL": s.apiURL, "KEZ_GITHUB_RAW_URL": s.rawURL}
}

// AddUser adds an account or changes the one with that login. Without an ID it
// gets one.
func (s *Server) AddUser(user User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.addUser(user)
}

// AddGist adds a gist to those of a user, who is made if not there. It is the
// newest one.
func (s *Server) AddGist(login string, g Gist) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world.addGist(login, g)
}

// UpdateGist puts files in the place of those of a gist, which become a
// revision.
func (s *Server) UpdateGist(id string, files ...File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.world.gist(id); g != nil {
		g.Revisions = append(slices.Clip(g.Revisions), g.Files)
		g.Files = files
	}
}

// DeleteGist removes a gist with its past.
func (s *Server) DeleteGist(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.gists = slices.DeleteFunc(s.world.gists, func(g *gist) bool { return g.ID == id })
}

// SetReadme sets the README.md of the repository that has the user's name.
func (s *Server) SetReadme(login, text string) { s.SetFile(login, login, "README.md", text) }

// SetFile sets a file on the default branch of a repository.
func (s *Server) SetFile(login, repository, path, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.setFile(s.world.ensure(login).Login, repository, path, text)
}

func (w *world) setFile(login, repository, path, text string) {
	w.files[fileKey(login, repository, path)] = text
}

func fileKey(login, repository, path string) string {
	return strings.ToLower(login+"/"+repository) + "/" + path
}

// Rename gives a user another login. The old one is free: the API knows nobody
// of that name, and the raw host keeps serving the repositories until somebody
// takes it.
func (s *Server) Rename(from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := s.world.user(from)
	if user == nil {
		return
	}
	user.Login = to
	for key, text := range s.world.files {
		if rest, own := strings.CutPrefix(key, strings.ToLower(from)+"/"); own {
			s.world.files[strings.ToLower(to)+"/"+rest] = text
		}
	}
}

// Tokens makes the API refuse all tokens but these. Without any it takes all.
func (s *Server) Tokens(tokens ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.tokens = tokens
}

// PageSize makes pages shorter than a client asks for. Zero gives as many as
// asked.
func (s *Server) PageSize(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.pageSize = n
}
