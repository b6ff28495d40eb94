package apfake

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kez.lat/kez/fakes/httpfake"
)

// jrd is the answer of WebFinger, RFC 7033.
type jrd struct {
	Subject string   `json:"subject"`
	Aliases []string `json:"aliases"`
	Links   []link   `json:"links"`
}

type link struct {
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Href     string `json:"href,omitempty"`
	Template string `json:"template,omitempty"`
}

// finger is what a host says about a resource: given for the bytes, or made.
type finger struct {
	given []byte
	made  jrd
}

// fingerFor is Mastodon's answer about an account.
func fingerFor(account string, name string, actor Actor) finger {
	profile := "https://" + actor.WebHost + "/@" + name
	return finger{made: jrd{
		Subject: account,
		Aliases: []string{profile, actor.URL},
		Links: []link{
			{Rel: "http://webfinger.net/rel/profile-page", Type: "text/html", Href: profile},
			{Rel: "self", Type: "application/activity+json", Href: actor.URL},
			{Rel: "http://ostatus.org/schema/1.0/subscribe", Template: "https://" + actor.WebHost + "/authorize_interaction?uri={uri}"},
		},
	}}
}

const jrdType = "application/jrd+json; charset=utf-8"

// webFinger answers /.well-known/webfinger of a host.
func (s *Server) webFinger(w http.ResponseWriter, r *http.Request, h *host) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	resource := query.Get("resource")
	if err != nil || len(query["resource"]) != 1 || resource == "" {
		httpfake.Reply(w, r, http.StatusBadRequest, jrdType, nil)
		return
	}
	s.mu.Lock()
	found, known := h.fingers[resourceKey(resource)]
	s.mu.Unlock()
	if !known {
		httpfake.Reply(w, r, http.StatusNotFound, jrdType, nil)
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", "*") // RFC 7033, section 5
	w.Header().Set("Cache-Control", "max-age=259200, public")
	if found.given != nil {
		httpfake.Reply(w, r, http.StatusOK, jrdType, found.given)
		return
	}
	answer := found.made
	if wanted := query["rel"]; len(wanted) > 0 {
		answer.Links = slices.DeleteFunc(slices.Clone(answer.Links), func(l link) bool { return !slices.Contains(wanted, l.Rel) })
	}
	httpfake.ReplyJSON(w, r, http.StatusOK, jrdType, answer)
}

// resourceKey folds case for accounts, which no server distinguishes by it.
func resourceKey(resource string) string {
	if len(resource) > 5 && strings.EqualFold(resource[:5], "acct:") {
		return strings.ToLower(resource)
	}
	return resource
}
