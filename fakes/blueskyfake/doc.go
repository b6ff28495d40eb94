// Package blueskyfake is a Bluesky AppView for KEZ_BLUESKY_APPVIEW_URL: actors,
// their posts, and author feeds page by page.
//
// # What it answers
//
// app.bsky.feed.getAuthorFeed with actor, limit, cursor and filter,
// app.bsky.actor.getProfile and com.atproto.identity.resolveHandle, as the
// public AppView answers those who did not sign in. Newest first. A page has a
// cursor whenever it has items, so the last page with items is followed by an
// empty one. Items are one second apart, from 2026-01-01T00:00:01.000Z on, in
// the order in which they were added; a cursor is such a time. Counters are 0.
// Any other method, parameter or filter is an unknown request.
//
// # Three sets of methods
//
// Data: [Server.AddActor], [Server.SetDID], [Server.AddPost],
// [Server.AddRepost], [Server.AddItem], [Server.Delete], [Server.PageSize].
// Faults and history are those of [kez.lat/kez/fakes/httpfake], where patterns
// are explained; [Error] and [RateLimited] are the service's own.
//
// # Folder of a world
//
//	alice.test/actor.json   the members of [Actor]; without it the DID follows
//	                        from the handle
//	alice.test/1.txt        a post with this text, its last newline apart
//	alice.test/2.json       a post by the members of [Post]; or
//	                        {"repost": "bob.test/1"}; or, with "post", an item of
//	                        the feed as it is
//	alice.test/feed.json    items as they are, newest first: a list, or what
//	                        getAuthorFeed answers
//	options.json            {"page_size": 2}
//	faults.json             as httpfake says
//
// Files count in the order of their names, handle by handle, numbers by value.
// In reply_to, quote and repost a post is meant by HANDLE/FILE without the
// ending, or by its at:// URI. Any other file is an error.
package blueskyfake
