package blueskyfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"

	"kez.lat/kez/fakes/httpfake"
)

// Server is the AppView.
type Server struct {
	*httpfake.Server
	url string

	mu    sync.Mutex
	world *world
}

// Start listens on loopback. Nobody is there yet.
func Start() (*Server, error) {
	s := &Server{world: newWorld()}
	s.Server = httpfake.New("blueskyfake", http.HandlerFunc(s.serve))
	var err error
	s.url, err = s.Open("public.api.bsky.app")
	return s, err
}

// URL is the root in the place of https://public.api.bsky.app.
func (s *Server) URL() string { return s.url }

// Env is the variable that makes a kez ask this fake.
func (s *Server) Env() map[string]string { return map[string]string{"KEZ_BLUESKY_APPVIEW_URL": s.url} }

// AddActor adds an account, or changes the one with that handle. Without a DID
// it gets one that follows from the handle.
func (s *Server) AddActor(handle string, actor Actor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.addActor(handle, actor)
}

// SetDID puts another account behind a handle, with the same posts.
func (s *Server) SetDID(handle, did string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.world.find(handle); a != nil {
		a.DID = did
		return
	}
	s.world.addActor(handle, Actor{DID: did})
}

// AddPost adds a post and gives its URI.
func (s *Server) AddPost(handle string, post Post) (uri string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world.add(handle, item{post: &post}).uri()
}

// AddRepost makes a handle repost a post.
func (s *Server) AddRepost(handle, uri string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.add(handle, item{repost: uri})
}

// AddItem adds an entry to the feed of a handle as it is.
func (s *Server) AddItem(handle string, feedViewPost json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.add(handle, item{given: feedViewPost})
}

// Delete removes a post. Quotes of it and replies to it say that it is gone.
func (s *Server) Delete(uri string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gone := s.world.lookup(uri)
	s.world.items = slices.DeleteFunc(s.world.items, func(i *item) bool { return i == gone })
	for name, i := range s.world.named {
		if i == gone {
			delete(s.world.named, name)
		}
	}
}

// PageSize makes pages shorter than a client asks for, as the service may. Zero
// gives as many as asked.
func (s *Server) PageSize(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.pageSize = n
}

// Error is the fault of an XRPC error.
func Error(status int, name, message string) httpfake.Fault {
	body, _ := json.Marshal(map[string]string{"error": name, "message": message}) // two strings
	return httpfake.Status(status).JSON(string(body))
}

// RateLimited is the fault of a client that asked too often.
func RateLimited() httpfake.Fault {
	return Error(http.StatusTooManyRequests, "RateLimitExceeded", "Rate Limit Exceeded").
		Header("RateLimit-Limit", "3000").Header("RateLimit-Remaining", "0").
		Header("RateLimit-Reset", "1767225900").Header("RateLimit-Policy", "3000;w=300")
}
