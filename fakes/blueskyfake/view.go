package blueskyfake

import (
	"encoding/json"
	"strings"
)

type object = map[string]any

// author is app.bsky.actor.defs#profileViewBasic.
func (a *account) author() object {
	view := object{
		"did": a.DID, "handle": a.handle, "labels": []any{}, "createdAt": stamp(epoch),
		"associated": object{"activitySubscription": object{"allowSubscriptions": "followers"}},
	}
	if a.DisplayName != "" {
		view["displayName"] = a.DisplayName
	}
	return view
}

func (i *item) uri() string { return "at://" + i.of.DID + "/app.bsky.feed.post/" + i.rkey }

// record is the post as its author signed it, app.bsky.feed.post.
func (w *world) record(i *item) object {
	post := i.post
	record := object{"$type": "app.bsky.feed.post", "createdAt": post.CreatedAt, "langs": []string{"en"}, "text": post.Text}
	if post.CreatedAt == "" {
		record["createdAt"] = stamp(i.at)
	}
	if post.ReplyTo != "" {
		record["reply"] = object{"parent": w.strongRef(post.ReplyTo), "root": w.strongRef(w.root(post.ReplyTo))}
	}
	var facets []any
	for _, link := range post.Links {
		start := max(0, strings.Index(post.Text, link.Text))
		facets = append(facets, object{
			"$type":    "app.bsky.richtext.facet",
			"features": []any{object{"$type": "app.bsky.richtext.facet#link", "uri": link.URI}},
			"index":    object{"byteStart": start, "byteEnd": start + len(link.Text)},
		})
	}
	if facets != nil {
		record["facets"] = facets
	}
	if embed := w.embed(post); embed != nil {
		record["embed"] = embed
	}
	return record
}

// strongRef names a post as a record does.
func (w *world) strongRef(reference string) object {
	if target := w.lookup(reference); target != nil && target.post != nil {
		return object{"uri": target.uri(), "cid": cidOf(w.record(target))}
	}
	return object{"uri": reference, "cid": cidOf(reference)}
}

// root gives the first post of the thread that a post stands in.
func (w *world) root(reference string) string {
	for range len(w.items) { // posts that answer each other in a ring have no first
		target := w.lookup(reference)
		if target == nil || target.post == nil || target.post.ReplyTo == "" {
			break
		}
		reference = target.post.ReplyTo
	}
	return reference
}

// postView is app.bsky.feed.defs#postView.
func (w *world) postView(i *item) object {
	record := w.record(i)
	view := object{
		"uri": i.uri(), "cid": cidOf(record), "author": i.of.author(), "record": record,
		"bookmarkCount": 0, "replyCount": 0, "repostCount": 0, "likeCount": 0, "quoteCount": 0,
		"indexedAt": stamp(i.at), "labels": []any{},
	}
	if embed := w.embedView(i.post); embed != nil {
		view["embed"] = embed
	}
	return view
}

// threadView is a post of which a reply shows that it answers it.
func (w *world) threadView(reference string) object {
	target := w.lookup(reference)
	if target == nil || target.post == nil {
		return object{"$type": "app.bsky.feed.defs#notFoundPost", "uri": reference, "notFound": true}
	}
	view := w.postView(target)
	view["$type"] = "app.bsky.feed.defs#postView"
	return view
}

// feedView is app.bsky.feed.defs#feedViewPost, or nil where there is nothing to
// show: a repost of what is gone.
func (w *world) feedView(i *item) any {
	if i.given != nil {
		return json.RawMessage(i.given)
	}
	shown := i
	if i.repost != "" {
		if shown = w.lookup(i.repost); shown == nil || shown.post == nil {
			return nil
		}
	}
	view := object{"post": w.postView(shown)}
	if reply := shown.post.ReplyTo; reply != "" {
		view["reply"] = object{"parent": w.threadView(reply), "root": w.threadView(w.root(reply))}
	}
	if i.repost != "" {
		uri := "at://" + i.of.DID + "/app.bsky.feed.repost/" + i.rkey
		view["reason"] = object{
			"$type": "app.bsky.feed.defs#reasonRepost", "by": i.of.author(), "uri": uri, "cid": cidOf(uri), "indexedAt": stamp(i.at),
		}
	}
	return view
}
