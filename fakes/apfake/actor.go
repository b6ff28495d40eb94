package apfake

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// Actor is an account. The zero value is one with an empty profile.
type Actor struct {
	Name        string   `json:"name"` // the one shown
	Summary     string   `json:"summary"`
	Fields      []Field  `json:"fields"`
	MovedTo     string   `json:"movedTo"`
	AlsoKnownAs []string `json:"alsoKnownAs"`

	// WebHost is the host of the actor, where it is not that of the name.
	WebHost string `json:"web_host"`
	// Unlinked says that the web host does not answer for the account, which
	// makes the link of the other host a mere claim.
	Unlinked bool `json:"unlinked"`
	// URL is the place of the document, https://WEBHOST/users/NAME by default.
	URL string `json:"url"`
	// ID is the id in the document, the URL by default.
	ID string `json:"id"`

	// Document is served as it is, in the place of what the members above say
	// of the profile.
	Document json.RawMessage `json:"-"`
}

// Field is one line of a profile's table; the value is HTML.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// context is the part of Mastodon's @context that its actors need.
var context = []any{
	"https://www.w3.org/ns/activitystreams",
	"https://w3id.org/security/v1",
	map[string]any{
		"manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
		"toot":                      "http://joinmastodon.org/ns#",
		"featured":                  map[string]any{"@id": "toot:featured", "@type": "@id"},
		"alsoKnownAs":               map[string]any{"@id": "as:alsoKnownAs", "@type": "@id"},
		"movedTo":                   map[string]any{"@id": "as:movedTo", "@type": "@id"},
		"schema":                    "http://schema.org#",
		"PropertyValue":             "schema:PropertyValue",
		"value":                     "schema:value",
		"discoverable":              "toot:discoverable",
	},
}

// document is the actor as its server shows it.
func (a Actor) document(name, webHost string) ([]byte, error) {
	if a.Document != nil {
		return a.Document, nil
	}
	attachment := make([]any, 0, len(a.Fields))
	for _, field := range a.Fields {
		attachment = append(attachment, map[string]any{"type": "PropertyValue", "name": field.Name, "value": field.Value})
	}
	members := map[string]any{
		"@context":                  context,
		"id":                        a.ID,
		"type":                      "Person",
		"following":                 a.URL + "/following",
		"followers":                 a.URL + "/followers",
		"inbox":                     a.URL + "/inbox",
		"outbox":                    a.URL + "/outbox",
		"featured":                  a.URL + "/collections/featured",
		"preferredUsername":         name,
		"name":                      a.Name,
		"summary":                   a.Summary,
		"url":                       "https://" + webHost + "/@" + name,
		"manuallyApprovesFollowers": false,
		"discoverable":              true,
		"published":                 "2026-01-01T00:00:00Z",
		"publicKey":                 map[string]any{"id": a.ID + "#main-key", "owner": a.ID, "publicKeyPem": publicKey},
		"tag":                       []any{},
		"attachment":                attachment,
		"endpoints":                 map[string]any{"sharedInbox": "https://" + webHost + "/inbox"},
	}
	if a.MovedTo != "" {
		members["movedTo"] = a.MovedTo
	}
	if a.AlsoKnownAs != nil {
		members["alsoKnownAs"] = a.AlsoKnownAs
	}
	return json.Marshal(members)
}

// publicKey stands where a server shows the key of its HTTP signatures. KEZ has
// no use for it.
const publicKey = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"

// complete fills what an actor leaves to the default, and gives the place.
func (a *Actor) complete(host, name string) (place *url.URL, err error) {
	if a.WebHost == "" {
		a.WebHost = host
	}
	a.WebHost = strings.ToLower(a.WebHost)
	if a.Document != nil && a.URL == "" {
		var document struct{ ID string }
		_ = json.Unmarshal(a.Document, &document) // a document without an id has its place by name
		if id, err := url.Parse(document.ID); err == nil && id.Scheme == "https" && id.Host == a.WebHost {
			a.URL = document.ID
		}
	}
	if a.URL == "" {
		a.URL = "https://" + a.WebHost + "/users/" + name
	}
	if a.ID == "" {
		a.ID = a.URL
	}
	place, err = url.Parse(a.URL)
	if err == nil && (place.Scheme != "https" || place.Host == "" || place.Path == "") {
		err = fmt.Errorf("%s is no https URL of a document", a.URL)
	}
	return place, err
}
