package githubfake

import (
	"encoding/base64"
	"fmt"
	"maps"
	"path"
	"strings"
	"time"
)

type object = map[string]any

const api = "https://api.github.com"

// nodeID is the global id that GitHub gives besides the plain one.
func nodeID(kind, id any) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%v%v", kind, id))
}

// simpleUser is the account as owners and authors are shown.
func simpleUser(u *User) object {
	url := api + "/users/" + u.Login
	return object{
		"login": u.Login, "id": u.ID, "node_id": nodeID("04:User", u.ID),
		"avatar_url": fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", u.ID), "gravatar_id": "",
		"url": url, "html_url": "https://github.com/" + u.Login,
		"followers_url": url + "/followers", "following_url": url + "/following{/other_user}",
		"gists_url": url + "/gists{/gist_id}", "starred_url": url + "/starred{/owner}{/repo}",
		"subscriptions_url": url + "/subscriptions", "organizations_url": url + "/orgs", "repos_url": url + "/repos",
		"events_url": url + "/events{/privacy}", "received_events_url": url + "/received_events",
		"type": "User", "user_view_type": "public", "site_admin": false,
	}
}

// fullUser is the account as it is shown by itself.
func (w *world) fullUser(u *User) object {
	view := simpleUser(u)
	public := 0
	for _, g := range w.gists {
		if g.of == u && !g.Secret {
			public++
		}
	}
	maps.Copy(view, object{
		"name": orNull(u.Name), "company": nil, "blog": "", "location": nil, "email": nil, "hireable": nil, "bio": orNull(u.Bio),
		"twitter_username": nil, "public_repos": 0, "public_gists": public, "followers": 0, "following": 0,
		"created_at": stamp(epoch), "updated_at": stamp(epoch),
	})
	return view
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func stamp(t time.Time) string { return t.Format(time.RFC3339) }

// Limits of what the API shows of a gist.
const (
	maxFiles   = 300
	maxContent = 1 << 20
)

// listed is a gist as a list shows it, without content.
func (w *world) listed(g *gist) object { return w.gistView(g, g.Files, false) }

// full is a gist as it is shown by itself, in a revision.
func (w *world) full(g *gist, files []File) object {
	view := w.gistView(g, files, true)
	forks, history := []any{}, []any{}
	for _, other := range w.gists {
		if other.ForkOf == g.ID {
			forks = append(forks, object{
				"id": other.ID, "url": api + "/gists/" + other.ID, "user": simpleUser(other.of),
				"created_at": stamp(other.at), "updated_at": stamp(other.at),
			})
		}
	}
	for n := len(g.Revisions); n >= 0; n-- {
		history = append(history, object{
			"user": simpleUser(w.owner(g)), "version": g.version(n), "committed_at": stamp(g.at),
			"change_status": object{"total": 1, "additions": 1, "deletions": 0},
			"url":           api + "/gists/" + g.ID + "/" + g.version(n),
		})
	}
	view["forks"], view["history"] = forks, history
	if origin := w.gist(g.ForkOf); origin != nil {
		view["fork_of"] = w.listed(origin)
	}
	return view
}

func (w *world) gistView(g *gist, files []File, content bool) object {
	shown := object{}
	for _, f := range files[:min(len(files), maxFiles)] {
		shown[f.Name] = w.fileView(g, f, content)
	}
	url, page := api+"/gists/"+g.ID, "https://gist.github.com/"
	return object{
		"url": url, "forks_url": url + "/forks", "commits_url": url + "/commits", "id": g.ID, "node_id": nodeID("04:Gist", g.ID),
		"git_pull_url": page + g.ID + ".git", "git_push_url": page + g.ID + ".git", "html_url": page + g.ID,
		"files": shown, "public": !g.Secret, "created_at": stamp(g.at), "updated_at": stamp(g.at.Add(time.Duration(len(g.Revisions)) * time.Second)),
		"description": orNull(g.Description), "comments": len(g.Comments), "user": nil, "comments_enabled": true,
		"comments_url": url + "/comments", "owner": simpleUser(w.owner(g)), "truncated": len(files) > maxFiles,
	}
}

func (w *world) fileView(g *gist, f File, content bool) object {
	mime, language := "text/plain", any(nil)
	switch strings.ToLower(path.Ext(f.Name)) {
	case ".md":
		mime, language = "text/markdown", "Markdown"
	case ".json":
		mime, language = "application/json", "JSON"
	case ".txt":
		language = "Text"
	}
	view := object{"filename": f.Name, "type": mime, "language": language, "raw_url": w.rawURL(g, f), "size": len(f.Content)}
	if content {
		view["truncated"] = len(f.Content) > maxContent
		view["content"] = f.Content[:min(len(f.Content), maxContent)]
		view["encoding"] = "utf-8"
	}
	return view
}

func commentView(g *gist, n int, c Comment, author *User) object {
	return object{
		"id": n + 1, "node_id": nodeID("011:GistComment", n+1), "url": fmt.Sprintf("%s/gists/%s/comments/%d", api, g.ID, n+1),
		"body": c.Body, "user": simpleUser(author), "author_association": "NONE", "created_at": stamp(g.at), "updated_at": stamp(g.at),
	}
}
