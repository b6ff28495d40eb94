package githubfake

import (
	"net/http"
	"slices"
	"strings"

	"kez.lat/kez/fakes/httpfake"
)

// The hosts of raw content.
const (
	gistHost       = "gist.githubusercontent.com"
	repositoryHost = "raw.githubusercontent.com"
)

const textType = "text/plain; charset=utf-8"

// serveGistFile answers /LOGIN/ID/raw, /LOGIN/ID/raw/NAME and
// /LOGIN/ID/raw/BLOB/NAME, the last one for old revisions too.
func (s *Server) serveGistFile(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if len(parts) < 3 || len(parts) > 5 || parts[2] != "raw" {
		s.Refuse(w, r, "a raw gist file is /LOGIN/ID/raw/BLOB/NAME")
		return
	}
	s.mu.Lock()
	content, found := s.world.gistFile(parts[0], parts[1], parts[3:])
	s.mu.Unlock()
	replyRaw(w, r, content, found)
}

func (w *world) gistFile(login, id string, rest []string) (string, bool) {
	g := w.gist(id)
	if g == nil || !strings.EqualFold(login, g.of.Login) && !strings.EqualFold(login, w.owner(g).Login) {
		return "", false
	}
	files, wanted := g.Files, ""
	switch len(rest) {
	case 0:
		return g.Files[0].Content, true
	case 2:
		wanted = rest[0]
		files = slices.Concat(append(slices.Clip(g.Revisions), g.Files)...)
	}
	for _, f := range files {
		if f.Name == rest[len(rest)-1] && (wanted == "" || wanted == blob(f.Content)) {
			return f.Content, true
		}
	}
	return "", false
}

// serveRepositoryFile answers /OWNER/REPOSITORY/REF/PATH of the default branch.
func (s *Server) serveRepositoryFile(w http.ResponseWriter, r *http.Request) {
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 4)
	if len(parts) < 4 {
		s.Refuse(w, r, "a raw file is /OWNER/REPOSITORY/REF/PATH")
		return
	}
	s.mu.Lock()
	content, found := s.world.files[fileKey(parts[0], parts[1], parts[3])]
	s.mu.Unlock()
	replyRaw(w, r, content, found && slices.Contains([]string{"HEAD", "main", "refs/heads/main"}, parts[2]))
}

func replyRaw(w http.ResponseWriter, r *http.Request, content string, found bool) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	header.Set("Access-Control-Allow-Origin", "*")
	if !found {
		httpfake.Reply(w, r, http.StatusNotFound, textType, []byte("404: Not Found"))
		return
	}
	header.Set("Cache-Control", "max-age=300")
	httpfake.Reply(w, r, http.StatusOK, textType, []byte(content))
}
