package bluesky

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/kez"
)

// page is one answer of app.bsky.feed.getAuthorFeed.
type page struct {
	Feed   []json.RawMessage // each an item; an odd one spoils no other
	Cursor string
}

// item is app.bsky.feed.defs#feedViewPost without what others wrote: replies
// answered and records quoted stand in members that are not read.
type item struct {
	Post struct {
		URI    string
		Author struct{ DID, Handle string }
		Record json.RawMessage
	}
	Reason struct {
		Type string `json:"$type"`
	}
}

func (c Channel) page(ctx context.Context, at string) (*page, error) {
	response, err := c.Client.Get(ctx, channel.Request{
		URL: at, Origin: channel.Origin{Base: c.AppView, Root: Root}, Accept: "application/json", Redirect: sameHost,
	})
	if err != nil {
		return nil, err
	}
	if channel.IsHTML(response) {
		return nil, kez.Errorf(kez.ChannelBadContent, "%s answers with a web page", response.URL.Host).
			WithHint("a proxy or a login page may stand in the way")
	}
	if response.Status != http.StatusOK {
		return nil, refusal(response)
	}
	var answer page
	if err := json.Unmarshal(response.Body, &answer); err != nil || answer.Feed == nil {
		return nil, kez.Errorf(kez.ChannelBadContent, "%s answers with something that is no author feed", response.URL.Host).
			WithHint("the service may have changed, or KEZ_BLUESKY_APPVIEW_URL may name another one")
	}
	return &answer, nil
}

// refusal words the error object of XRPC.
func refusal(response *channel.Response) error {
	var said struct{ Error, Message string }
	_ = json.Unmarshal(response.Body, &said) // what is no such object has said nothing
	switch {
	case response.Status == http.StatusBadRequest && said.Message == "Profile not found":
		return kez.Errorf(kez.ChannelAccountMissing, "Bluesky has no account of that handle").
			WithHint("check the spelling; the account may have another handle now, or be gone")
	case said.Error == "RateLimitExceeded":
		return channel.RateLimited(response.URL.Host, response.Header)
	case response.Status == http.StatusUnauthorized || response.Status == http.StatusForbidden:
		return kez.Errorf(kez.ChannelUnreachable, "%s refuses access (status %d)", response.URL.Host, response.Status).
			WithHint("the service wants a login; name another AppView with KEZ_BLUESKY_APPVIEW_URL")
	}
	return kez.Errorf(kez.ChannelBadContent, "%s refuses the request (status %d): %s", response.URL.Host, response.Status, kez.Quote(said.Message))
}

// sameHost keeps the reading at the one service that speaks for Bluesky.
func sameHost(from, to *url.URL) error {
	if from.Host == to.Host {
		return nil
	}
	return kez.Errorf(kez.ChannelBadContent, "%s redirects to another host, %s", from.Host, kez.Quote(to.Host))
}
