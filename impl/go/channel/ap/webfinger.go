package ap

import (
	"context"
	"encoding/json"
	"mime"
	"net/url"
	"slices"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// finger is what WebFinger says of an account. Self is nil where it has no
// profile of ActivityPub.
type finger struct {
	subject string
	self    *url.URL
}

func webFingerURL(host, resource string) string {
	// The colon and the at sign are legal in a query, and some servers know no
	// other spelling; what a document gave is escaped.
	escaped := strings.NewReplacer("%3A", ":", "%40", "@").Replace(url.QueryEscape(resource))
	return "https://" + host + "/.well-known/webfinger?resource=" + escaped
}

// webFinger takes the subject, and the first https link to an actor.
func (c Channel) webFinger(ctx context.Context, at string) (*finger, error) {
	response, err := c.get(ctx, at, "application/jrd+json, application/json")
	if err != nil {
		return nil, err
	}
	var answer struct {
		Subject string
		Links   []struct{ Rel, Type, Href string }
	}
	host := kez.Quote(response.URL.Host)
	if err := json.Unmarshal(response.Body, &answer); err != nil {
		return nil, kez.Errorf(kez.ChannelBadContent, "%s answers with something that is no WebFinger", host)
	}
	for _, link := range answer.Links {
		if link.Rel != "self" || !isActivity(link.Type) {
			continue
		}
		if u, err := url.Parse(link.Href); err == nil && u.Scheme == "https" && u.Host != "" {
			return &finger{answer.Subject, u}, nil
		}
	}
	return &finger{subject: answer.Subject}, nil
}

// isActivity reports whether a media type is one of ActivityPub's two.
func isActivity(mediaType string) bool {
	kind, parameters, err := mime.ParseMediaType(mediaType)
	switch {
	case err != nil:
		return false
	case kind == "application/activity+json":
		return true
	}
	return kind == "application/ld+json" &&
		slices.Contains(strings.Fields(parameters["profile"]), "https://www.w3.org/ns/activitystreams")
}
