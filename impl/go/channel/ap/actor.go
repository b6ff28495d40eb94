package ap

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"

	"kez.lat/kez/impl/go/kez"
)

// maxAttachments bounds a profile; servers allow four to a few dozen.
const maxAttachments = 256

// actor is a profile whose id is the URL it was fetched from.
type actor struct {
	url        *url.URL
	name       string
	summary    string
	properties []string // HTML
}

// object is a JSON object by the exact names of its members.
type object map[string]json.RawMessage

// actor fetches a profile. Its type matters: a server that takes uploads may
// serve a forged one as a plain file.
func (c Channel) actor(ctx context.Context, at *url.URL) (*actor, error) {
	response, err := c.get(ctx, at.String(), `application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`)
	if err != nil {
		return nil, err
	}
	var document object
	kind := response.Header.Get("Content-Type")
	switch {
	case !isActivity(kind):
		return nil, kez.Errorf(kez.ChannelBadContent, "%s is served as %s, not as a document of ActivityPub", at, kez.Quote(kind))
	case json.Unmarshal(response.Body, &document) != nil || document == nil:
		return nil, kez.Errorf(kez.ChannelBadContent, "%s is no JSON object", at)
	}
	a := &actor{url: response.URL}
	if id, _ := document.text("id"); id != a.url.String() {
		return nil, mismatch("the document at %s says that it is %s", a.url, kez.Quote(id))
	}
	a.name, _ = document.text("preferredUsername")
	var ok bool
	if a.summary, ok = document.text("summary"); !ok {
		return nil, kez.Errorf(kez.ChannelBadContent, "the summary of %s is no text", a.url)
	}
	return a, a.attachments(document["attachment"])
}

// attachments takes the values of the properties; in JSON-LD one is written
// like a list of one.
func (a *actor) attachments(raw json.RawMessage) error {
	var list []json.RawMessage
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '{' {
		list = []json.RawMessage{raw}
	} else if len(raw) > 0 && json.Unmarshal(raw, &list) != nil {
		return kez.Errorf(kez.ChannelBadContent, "the attachments of %s are no list", a.url)
	}
	if len(list) > maxAttachments {
		return kez.Errorf(kez.ChannelTooLarge, "%s has %d attachments, and at most %d are read", a.url, len(list), maxAttachments)
	}
	for _, raw := range list {
		var o object
		if json.Unmarshal(raw, &o) != nil || !o.is("PropertyValue") {
			continue // a link, an image or another thing
		}
		value, ok := o.text("value")
		if !ok {
			return kez.Errorf(kez.ChannelBadContent, "a property of %s is no text", a.url)
		}
		a.properties = append(a.properties, value)
	}
	return nil
}

// text gives a member that is a text or not there.
func (o object) text(name string) (text string, ok bool) {
	if o[name] == nil {
		return "", true
	}
	return text, json.Unmarshal(o[name], &text) == nil
}

// is reports whether an object is of a type, or has it among several.
func (o object) is(wanted string) bool {
	if one, ok := o.text("type"); ok {
		return one == wanted
	}
	var several []string
	if json.Unmarshal(o["type"], &several) != nil {
		return false
	}
	for _, one := range several {
		if one == wanted {
			return true
		}
	}
	return false
}
