// Package web looks for the proof of a web site at
// https://HOST/.well-known/kez.json (KEZ-CHAN-047 to 049).
package web

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

// Channel answers for web identities.
type Channel struct {
	Client *channel.Client
	// Base is KEZ_WEB_BASE_URL, or "".
	Base string
}

// System is "web".
func (Channel) System() string { return "web" }

// Verify fetches the one document of a site.
func (c Channel) Verify(ctx context.Context, id kez.Identity) *channel.Finding {
	f := &channel.Finding{}
	at := "https://" + id.Value() + "/.well-known/kez.json"
	response, err := c.Client.Get(ctx, channel.Request{
		URL: at, Origin: channel.Origin{Base: c.Base}, Accept: "application/json, text/plain;q=0.5", Redirect: sameHost,
	})
	if err != nil {
		f.Failed(at, err)
		return f
	}
	switch response.Status {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		f.Failed(at, kez.Errorf(kez.ChannelNotFound, "%s has no such file", at).
			WithHint("the owner puts the JSON form there: kez claim create %s --format json", id))
		return f
	case http.StatusUnauthorized, http.StatusForbidden:
		f.Failed(at, kez.Errorf(kez.ChannelUnreachable, "%s wants a login (status %d)", at, response.Status).
			WithHint("the file has to be public"))
		return f
	default:
		f.Failed(at, kez.Errorf(kez.ChannelBadContent, "%s answers with the status %d", at, response.Status))
		return f
	}
	read(f, response)
	return f
}

// read takes the JSON form or one token; a page of HTML is what a proxy or a
// catch-all route answers, and says nothing about the file.
func read(f *channel.Finding, response *channel.Response) {
	at := response.URL.String()
	if channel.IsHTML(response) {
		f.Failed(at, kez.Errorf(kez.ChannelBadContent, "%s is a web page, not a proof", at).
			WithHint("a proxy or a catch-all route may stand in the way; the file has to be served as it is"))
		return
	}
	f.Saw(at, "a document")
	body := bytes.Trim(response.Body, kez.JSONSpace)
	if len(body) == 0 { // nothing is there (KEZ-CHAN-015)
		empty := kez.Errorf(kez.InputEmpty, "the file is empty")
		f.Add(at, []encoding.Candidate{{Form: encoding.FormJSON, Err: empty}}, nil)
		return
	}
	if !bytes.HasPrefix(bytes.ToLower(body[:min(len(body), 4)]), []byte("kez:")) {
		f.Add(at, []encoding.Candidate{{Form: encoding.FormJSON, JSON: response.Body}}, nil)
		return
	}
	token, err := encoding.DecodeClaimToken(body)
	f.Add(at, []encoding.Candidate{{Form: token.Form, JSON: token.JSON, Err: err}}, nil)
}

// sameHost refuses to take the word of one host for another.
func sameHost(from, to *url.URL) error {
	if strings.EqualFold(strings.TrimSuffix(from.Host, ":443"), strings.TrimSuffix(to.Host, ":443")) {
		return nil
	}
	return kez.Errorf(kez.ChannelOwnerMismatch, "%s redirects to another host, %s", from.Host, kez.Quote(to.Host)).
		WithHint("a site's proof has to be served by the site itself; claim web:%s if that is the real one", kez.Quote(to.Hostname()))
}
