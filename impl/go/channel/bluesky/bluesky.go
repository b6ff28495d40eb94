// Package bluesky looks for the proof of a Bluesky handle in the posts of its
// author feed (KEZ-CHAN-060 to 064).
//
// The account's DID is reported as [channel.Finding.Account]: a handle can be
// given to somebody else, a DID cannot.
package bluesky

import (
	"context"
	"fmt"
	"net/url"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/kez"
)

// Root is the AppView that answers those who did not sign in.
const Root = "https://public.api.bsky.app"

// maxPages bounds the reading of one feed (KEZ-CHAN-003).
const maxPages = 10

// Channel answers for bluesky identities.
type Channel struct {
	Client *channel.Client
	// AppView is KEZ_BLUESKY_APPVIEW_URL, or "" for [Root].
	AppView string
}

// System is "bluesky".
func (Channel) System() string { return "bluesky" }

// Verify reads the author feed of a handle, newest posts first. It reads on
// after a candidate, since an older one may be the good one.
func (c Channel) Verify(ctx context.Context, id kez.Identity) *channel.Finding {
	f := &channel.Finding{}
	feed := reading{f: f, handle: id.Value()}
	feedURL := Root + "/xrpc/app.bsky.feed.getAuthorFeed?actor=" + url.QueryEscape(feed.handle) + "&limit=100&filter=posts_with_replies"
	if err := c.pages(ctx, feedURL, &feed); err != nil {
		f.Failed(feedURL, err)
	} else {
		f.Saw(feedURL, fmt.Sprintf("%d own post(s)", feed.own))
	}
	if feed.others > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d repost(s) and post(s) of others were ignored", feed.others))
	}
	return f
}

// pages follows the cursors to the end of the feed.
func (c Channel) pages(ctx context.Context, feedURL string, feed *reading) error {
	seen := map[string]bool{}
	at := feedURL
	for range maxPages {
		page, err := c.page(ctx, at)
		if err != nil {
			return err
		}
		if err := feed.take(page.Feed); err != nil {
			return err
		}
		switch {
		case page.Cursor == "":
			return nil
		case seen[page.Cursor]:
			return kez.Errorf(kez.ChannelUnreachable, "the pages of the feed lead in a circle").
				WithHint("the service has a fault; try again later")
		}
		seen[page.Cursor] = true
		at = feedURL + "&cursor=" + url.QueryEscape(page.Cursor)
	}
	return kez.Errorf(kez.ChannelTooLarge, "the feed has more than %d pages, and the rest was not read", maxPages).
		WithHint("post the proof again, so that it stands among the newest posts")
}
