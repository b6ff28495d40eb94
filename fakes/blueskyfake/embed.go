package blueskyfake

// embed is what a record says of its embed; a quote with media is both.
func (w *world) embed(post *Post) object {
	var media, quote object
	switch {
	case len(post.Images) > 0:
		var images []any
		for _, alt := range post.Images {
			images = append(images, object{"alt": alt, "image": object{
				"$type": "blob", "ref": object{"$link": cidOf(alt)}, "mimeType": "image/jpeg", "size": 4114,
			}})
		}
		media = object{"$type": "app.bsky.embed.images", "images": images}
	case post.External != nil:
		media = object{"$type": "app.bsky.embed.external", "external": post.External}
	}
	if post.Quote != "" {
		quote = object{"$type": "app.bsky.embed.record", "record": w.strongRef(post.Quote)}
	}
	return both(media, quote, "")
}

// embedView is the embed as the AppView shows it, with the quoted post in full.
func (w *world) embedView(post *Post) object {
	var media, quote object
	switch {
	case len(post.Images) > 0:
		var images []any
		for _, alt := range post.Images {
			const cdn = "https://cdn.bsky.app/img/"
			images = append(images, object{
				"alt": alt, "thumb": cdn + "feed_thumbnail/plain/" + cidOf(alt), "fullsize": cdn + "feed_fullsize/plain/" + cidOf(alt),
			})
		}
		media = object{"$type": "app.bsky.embed.images#view", "images": images}
	case post.External != nil:
		media = object{"$type": "app.bsky.embed.external#view", "external": post.External}
	}
	if post.Quote != "" {
		quote = object{"$type": "app.bsky.embed.record#view", "record": w.quoted(post.Quote)}
	}
	return both(media, quote, "#view")
}

// both joins media and a quote in one embed.
func both(media, quote object, suffix string) object {
	if media == nil {
		return quote
	}
	if quote == nil {
		return media
	}
	return object{"$type": "app.bsky.embed.recordWithMedia" + suffix, "media": media, "record": quote}
}

// quoted is app.bsky.embed.record#viewRecord. What the quoted post quotes in
// turn is left out, as the AppView ends there too.
func (w *world) quoted(reference string) object {
	target := w.lookup(reference)
	if target == nil || target.post == nil {
		return object{"$type": "app.bsky.embed.record#viewNotFound", "uri": reference, "notFound": true}
	}
	record := w.record(target)
	return object{
		"$type": "app.bsky.embed.record#viewRecord", "uri": target.uri(), "cid": cidOf(record),
		"author": target.of.author(), "value": record, "labels": []any{}, "embeds": []any{},
		"replyCount": 0, "repostCount": 0, "likeCount": 0, "quoteCount": 0, "indexedAt": stamp(target.at),
	}
}
