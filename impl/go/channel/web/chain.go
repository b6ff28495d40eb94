package web

import (
	"context"
	"net/http"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/kez"
)

// ChainURL is where a host serves the chain of a primary.
func ChainURL(host string) string { return "https://" + host + "/.well-known/kez-sigchain.jsonl" }

// Chain fetches the chain that a host serves; nil where it serves none
// (KEZ-CHAN-075, 076). It is not verified.
func (c Channel) Chain(ctx context.Context, host string) ([]byte, error) {
	return c.chain(ctx, ChainURL(host), channel.Request{Redirect: sameHost})
}

// ChainAt fetches a chain from a URL that came out of data, a TXT record's, under
// the rules for those (KEZ-CHAN-078).
func (c Channel) ChainAt(ctx context.Context, url string) ([]byte, error) {
	return c.chain(ctx, url, channel.Request{})
}

func (c Channel) chain(ctx context.Context, url string, r channel.Request) ([]byte, error) {
	r.URL, r.Origin, r.Limit = url, channel.Origin{Base: c.Base}, kez.MaxChain
	r.Accept = "application/jsonl, text/plain;q=0.5"
	response, err := c.Client.Get(ctx, r)
	if err != nil {
		return nil, err
	}
	switch response.Status {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return nil, nil
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, kez.Errorf(kez.ChannelUnreachable, "%s wants a login (status %d)", url, response.Status).
			WithHint("the file has to be public")
	default:
		return nil, kez.Errorf(kez.ChannelBadContent, "%s answers with the status %d", url, response.Status)
	}
	if channel.IsHTML(response) {
		return nil, kez.Errorf(kez.ChannelBadContent, "%s is a web page, not a chain", url).
			WithHint("a proxy or a catch-all route may stand in the way; the file has to be served as it is")
	}
	return response.Body, nil
}
