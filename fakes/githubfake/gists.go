package githubfake

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// listGists is one page of a user's public gists, the newest first. Links lead
// to the same below /user/ID, as GitHub's do.
func (w *world) listGists(u *User, query url.Values) answer {
	result := answer{docs: "/gists/gists#list-gists-for-a-user"}
	if u == nil {
		return result
	}
	var public []*gist
	for _, g := range slices.Backward(w.gists) {
		if g.of == u && !g.Secret {
			public = append(public, g)
		}
	}
	asked, _ := strconv.Atoi(query.Get("per_page"))
	if asked < 1 {
		asked = 30
	}
	asked = min(asked, 100)
	size := asked
	if w.pageSize > 0 {
		size = min(size, w.pageSize)
	}
	page, _ := strconv.Atoi(query.Get("page"))
	page = max(1, page)
	last := max(1, (len(public)+size-1)/size)
	start := min(len(public), (page-1)*size)
	views := []any{}
	for _, g := range public[start:min(len(public), start+size)] {
		views = append(views, w.listed(g))
	}
	result.value = views
	result.links = links(fmt.Sprintf("%s/user/%d/gists", api, u.ID), query.Get("per_page"), page, last)
	return result
}

// links writes the Link header of a page, empty where there is one page only.
func links(root, perPage string, page, last int) string {
	var all []string
	add := func(rel string, n int) {
		query := "page=" + strconv.Itoa(n)
		if perPage != "" {
			query = "per_page=" + url.QueryEscape(perPage) + "&" + query
		}
		all = append(all, "<"+root+"?"+query+`>; rel="`+rel+`"`)
	}
	if page > 1 {
		add("prev", min(page-1, last))
	}
	if page < last {
		add("next", page+1)
		add("last", last)
	}
	if page > 1 {
		add("first", 1)
	}
	return strings.Join(all, ", ")
}

func (w *world) showGist(r *http.Request, _ url.Values) answer {
	result := answer{docs: "/gists/gists#get-a-gist"}
	g := w.gist(r.PathValue("id"))
	if g == nil {
		return result
	}
	version := r.PathValue("version")
	for n, files := range append(slices.Clip(g.Revisions), g.Files) {
		if version == g.version(n) || version == "" && n == len(g.Revisions) {
			result.value = w.full(g, files)
		}
	}
	return result
}

func (w *world) showComments(r *http.Request, _ url.Values) answer {
	result := answer{docs: "/gists/comments#list-gist-comments"}
	if g := w.gist(r.PathValue("id")); g != nil {
		views := []any{}
		for n, comment := range g.Comments {
			author := w.user(comment.Login)
			if author == nil {
				author = &User{ID: 1, Login: comment.Login}
			}
			views = append(views, commentView(g, n, comment, author))
		}
		result.value = views
	}
	return result
}

func (w *world) showForks(r *http.Request, _ url.Values) answer {
	result := answer{docs: "/gists/gists#list-gist-forks"}
	if g := w.gist(r.PathValue("id")); g != nil {
		views := []any{}
		for _, other := range w.gists {
			if other.ForkOf == g.ID {
				views = append(views, w.listed(other))
			}
		}
		result.value = views
	}
	return result
}
