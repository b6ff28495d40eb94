package githubfake

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kez.lat/kez/fakes/httpfake"
)

const apiHost = "api.github.com"

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		s.Refuse(w, r, "only what is read is here")
	case !httpfake.Clean(r):
		s.Refuse(w, r, "GitHub has no such path")
	case r.Host == gistHost:
		s.serveGistFile(w, r)
	case r.Host == repositoryHost:
		s.serveRepositoryFile(w, r)
	case r.Host == apiHost:
		s.serveAPI(w, r)
	default:
		s.Refuse(w, r, "this is no host of GitHub's content")
	}
}

// answer is what a route of the API gives. Without a value it is 404.
type answer struct {
	value any
	links string
	docs  string
}

// routes are the paths of the API that the fake has.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	route := func(path string, parameters []string, run func(w *world, r *http.Request, query url.Values) answer) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			query, err := url.ParseQuery(r.URL.RawQuery)
			for name := range query {
				if !slices.Contains(parameters, name) {
					s.Refuse(w, r, "no parameter "+name+" here")
					return
				}
			}
			if err != nil {
				s.Refuse(w, r, "the query is malformed")
				return
			}
			s.mu.Lock()
			result := run(s.world, r, query)
			s.mu.Unlock()
			reply(w, r, result)
		})
	}
	paged := []string{"per_page", "page"}
	route("/users/{login}", nil, func(w *world, r *http.Request, _ url.Values) answer { return w.showUser(w.user(r.PathValue("login"))) })
	route("/user/{id}", nil, func(w *world, r *http.Request, _ url.Values) answer { return w.showUser(w.numbered(r)) })
	route("/users/{login}/gists", paged, func(w *world, r *http.Request, q url.Values) answer {
		return w.listGists(w.user(r.PathValue("login")), q)
	})
	route("/user/{id}/gists", paged, func(w *world, r *http.Request, q url.Values) answer { return w.listGists(w.numbered(r), q) })
	route("/gists/{id}", nil, (*world).showGist)
	route("/gists/{id}/{version}", nil, (*world).showGist)
	route("/gists/{id}/comments", nil, (*world).showComments)
	route("/gists/{id}/forks", nil, (*world).showForks)
	route("/repos/{owner}/{repository}/readme", nil, (*world).showReadme)
	mux.HandleFunc("GET /rate_limit", func(w http.ResponseWriter, r *http.Request) {
		core := object{"limit": 60, "used": 0, "remaining": 60, "reset": reset.Unix()}
		reply(w, r, answer{value: object{"resources": object{"core": core}, "rate": core}})
	})
	for _, path := range []string{"/", "GET /gists/public", "GET /gists/starred"} { // the last two are no ids
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { s.Refuse(w, r, "this part of the API is not here") })
	}
	return mux
}

const jsonType = "application/json; charset=utf-8"

func reply(w http.ResponseWriter, r *http.Request, result answer) {
	if result.value == nil {
		httpfake.ReplyJSON(w, r, http.StatusNotFound, jsonType, problem(http.StatusNotFound, "Not Found", docs+result.docs))
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=60, s-maxage=60")
	if result.links != "" {
		w.Header().Set("Link", result.links)
	}
	httpfake.ReplyJSON(w, r, http.StatusOK, jsonType, result.value)
}

// serveAPI judges the client before the routes do.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Server", "github.com")
	header.Set("X-GitHub-Media-Type", "github.v3; format=json")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Vary", "Accept, Accept-Encoding, X-Requested-With")
	if r.UserAgent() == "" {
		httpfake.Reply(w, r, http.StatusForbidden, "text/html", []byte("\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent header.\r\n"))
		return
	}
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	s.mu.Lock()
	refused := token != "" && len(s.world.tokens) > 0 && !slices.Contains(s.world.tokens, token)
	s.mu.Unlock()
	switch {
	case refused:
		httpfake.ReplyJSON(w, r, http.StatusUnauthorized, jsonType, problem(http.StatusUnauthorized, "Bad credentials", docs))
	case r.URL.Path != "/rate_limit" && !s.count(header, token != ""):
		httpfake.ReplyJSON(w, r, http.StatusForbidden, jsonType, problem(http.StatusForbidden, primaryMessage, primaryDocs))
	default:
		s.api.ServeHTTP(w, r)
	}
}

func (w *world) numbered(r *http.Request) *User {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil
	}
	return w.userByID(id)
}

func (w *world) showUser(u *User) answer {
	result := answer{docs: "/users/users#get-a-user"}
	if u != nil {
		result.value = w.fullUser(u)
	}
	return result
}

func (w *world) showReadme(r *http.Request, _ url.Values) answer {
	owner, repository := r.PathValue("owner"), r.PathValue("repository")
	result := answer{docs: "/repos/contents#get-a-repository-readme"}
	text, found := w.files[fileKey(owner, repository, "README.md")]
	if !found || w.user(owner) == nil {
		return result
	}
	content := base64.StdEncoding.EncodeToString([]byte(text))
	raw := "https://" + repositoryHost + "/" + owner + "/" + repository + "/main/README.md"
	result.value = object{
		"type": "file", "encoding": "base64", "size": len(text), "name": "README.md", "path": "README.md", "content": content + "\n",
		"sha": blob(text), "url": api + "/repos/" + owner + "/" + repository + "/contents/README.md?ref=main", "download_url": raw,
	}
	return result
}
