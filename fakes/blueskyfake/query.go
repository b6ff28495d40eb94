package blueskyfake

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kez.lat/kez/fakes/httpfake"
)

// answer is what a query gives: a value with its status, or the reason why the
// request is unknown.
type answer struct {
	status  int
	value   any
	unknown string
}

func ok(value any) answer { return answer{status: http.StatusOK, value: value} }

func invalid(message string) answer {
	return answer{status: http.StatusBadRequest, value: map[string]string{"error": "InvalidRequest", "message": message}}
}

// queries are the methods with their parameters, of which the first must be
// there.
var queries = map[string]struct {
	parameters []string
	run        func(*world, url.Values) answer
}{
	"app.bsky.feed.getAuthorFeed":        {[]string{"actor", "limit", "cursor", "filter"}, (*world).authorFeed},
	"app.bsky.actor.getProfile":          {[]string{"actor"}, (*world).profile},
	"com.atproto.identity.resolveHandle": {[]string{"handle"}, (*world).resolveHandle},
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	method, isXRPC := strings.CutPrefix(r.URL.Path, "/xrpc/")
	query, known := queries[method]
	if !isXRPC || !known || r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.Refuse(w, r, "no such XRPC query here")
		return
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		s.Refuse(w, r, "the query is malformed")
		return
	}
	for name := range values {
		// A client that sends one expects what the fake cannot give.
		if !slices.Contains(query.parameters, name) {
			s.Refuse(w, r, "no parameter "+name+" here")
			return
		}
	}
	result := invalid(`Error: Params must have the property "` + query.parameters[0] + `"`)
	if values.Get(query.parameters[0]) != "" {
		s.mu.Lock()
		result = query.run(s.world, values)
		s.mu.Unlock()
	}
	if result.unknown != "" {
		s.Refuse(w, r, result.unknown)
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	httpfake.ReplyJSON(w, r, result.status, "application/json; charset=utf-8", result.value)
}

func (w *world) authorFeed(query url.Values) answer {
	keep, known := filters[query.Get("filter")]
	limit, before, wrong := pageAsked(query)
	asked := w.find(query.Get("actor"))
	switch {
	case !known:
		return answer{unknown: "no such filter here"}
	case wrong != "":
		return invalid(wrong)
	case asked == nil:
		return invalid("Profile not found")
	}
	return ok(w.page(asked, keep, before, limit))
}

// pageAsked reads the parameters of getAuthorFeed, or says what is wrong.
func pageAsked(query url.Values) (limit int, before time.Time, wrong string) {
	limit, before = 50, epoch.AddDate(1000, 0, 0)
	var err error
	if text := query.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil {
			return 0, before, "Error: limit must be an integer"
		}
	}
	if cursor := query.Get("cursor"); cursor != "" {
		if before, err = time.Parse(time.RFC3339Nano, cursor); err != nil {
			return 0, before, "Malformed cursor"
		}
	}
	switch actor := query.Get("actor"); {
	case limit < 1:
		wrong = "Error: limit can not be less than 1"
	case limit > 100:
		wrong = "Error: limit can not be greater than 100"
	case !strings.HasPrefix(actor, "did:") && (!strings.Contains(actor, ".") || strings.ContainsAny(actor, "@: ")):
		wrong = "Error: actor must be a valid did or a handle"
	}
	return limit, before, wrong
}

// page is one page of an author feed, newest first, with the cursor of its last
// item.
func (w *world) page(of *account, keep func(*world, *item) bool, before time.Time, limit int) any {
	if w.pageSize > 0 {
		limit = min(limit, w.pageSize)
	}
	page := struct {
		Feed   []any  `json:"feed"`
		Cursor string `json:"cursor,omitempty"`
	}{Feed: []any{}}
	for _, i := range slices.Backward(w.items) {
		if i.of != of || !i.at.Before(before) || !keep(w, i) {
			continue
		}
		if view := w.feedView(i); view != nil {
			page.Feed = append(page.Feed, view)
			page.Cursor = stamp(i.at)
		}
		if len(page.Feed) == limit {
			break
		}
	}
	return page
}

// filters are those of getAuthorFeed; what is given as it is passes all.
var filters = map[string]func(*world, *item) bool{
	"":                   func(*world, *item) bool { return true },
	"posts_with_replies": func(*world, *item) bool { return true },
	"posts_no_replies":   func(_ *world, i *item) bool { return i.post == nil || i.post.ReplyTo == "" },
	"posts_with_media": func(_ *world, i *item) bool {
		return i.post == nil && i.repost == "" || i.post != nil && len(i.post.Images) > 0
	},
	"posts_and_author_threads": func(w *world, i *item) bool {
		if i.post == nil || i.post.ReplyTo == "" {
			return true
		}
		root := w.lookup(w.root(i.post.ReplyTo))
		return root != nil && root.of == i.of
	},
}

func (w *world) profile(query url.Values) answer {
	asked := w.find(query.Get("actor"))
	if asked == nil {
		return invalid("Profile not found")
	}
	view := asked.author()
	posts := 0
	for _, i := range w.items {
		if i.of == asked && i.post != nil {
			posts++
		}
	}
	view["followersCount"], view["followsCount"], view["postsCount"] = 0, 0, posts
	view["indexedAt"] = stamp(epoch)
	if asked.Description != "" {
		view["description"] = asked.Description
	}
	return ok(view)
}

func (w *world) resolveHandle(query url.Values) answer {
	asked := w.find(query.Get("handle"))
	if asked == nil {
		return invalid("Unable to resolve handle")
	}
	return ok(map[string]string{"did": asked.DID})
}
