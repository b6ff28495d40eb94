package bluesky

import (
	"encoding/json"
	"fmt"
	"strings"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

// reading is what was read of a feed so far.
type reading struct {
	f           *channel.Finding
	handle      string
	own, others int
}

// record is app.bsky.feed.post as its author signed it. What it quotes is a
// mere reference there.
type record struct {
	Text  string
	Embed json.RawMessage // of a form that may be unknown, which the text survives
}

// embed is one of those that hold texts of the author's own.
type embed struct {
	Type     string `json:"$type"`
	External struct{ Description string }
	Images   []struct{ Alt string }
	Media    json.RawMessage // of app.bsky.embed.recordWithMedia: another embed
}

// readEmbed gives an empty embed where the form is not one of those known: then
// it holds no place for proofs.
func readEmbed(raw json.RawMessage) embed {
	var e embed
	if err := json.Unmarshal(raw, &e); err != nil {
		return embed{}
	}
	switch e.Type {
	case "", "app.bsky.embed.external", "app.bsky.embed.images", "app.bsky.embed.recordWithMedia":
		return e
	}
	return embed{}
}

// take reads the own posts of a page.
func (r *reading) take(items []json.RawMessage) error {
	profile := "https://bsky.app/profile/" + r.handle
	for _, raw := range items {
		var i item
		if err := json.Unmarshal(raw, &i); err != nil {
			r.f.Failed(profile, kez.Errorf(kez.ChannelBadContent, "the feed holds an item of an unknown form"))
			continue
		}
		author := i.Post.Author
		if !strings.EqualFold(author.Handle, r.handle) || strings.HasSuffix(i.Reason.Type, "#reasonRepost") {
			r.others++
			continue
		}
		if err := r.account(author.DID); err != nil {
			return err
		}
		r.own++
		at := profile + recordKey(i.Post.URI)
		var own record
		if err := json.Unmarshal(i.Post.Record, &own); err != nil {
			r.f.Failed(at, kez.Errorf(kez.ChannelBadContent, "%s is a post of an unknown form", at))
			continue
		}
		r.post(at, &own)
	}
	return nil
}

// account keeps the DID, which must be one and the same. A handle that stands
// for two accounts proves nothing about either.
func (r *reading) account(did string) error {
	switch {
	case did == "":
		return kez.Errorf(kez.ChannelBadContent, "the service does not say which account wrote a post")
	case r.f.Account == "" || r.f.Account == did:
		r.f.Account = did
		return nil
	}
	first := r.f.Account
	r.f.Account, r.f.Candidates = "", nil
	return kez.Errorf(kez.ChannelOwnerMismatch, "the handle stands for two accounts, %s and %s", kez.Quote(first), kez.Quote(did)).
		WithHint("the handle may be moving right now; try again later")
}

// post scans all texts of a post; cards and descriptions of images hold more
// than the 300 characters of the text.
func (r *reading) post(at string, own *record) {
	r.scan(at, "", own.Text)
	outer := readEmbed(own.Embed)
	for _, e := range []embed{outer, readEmbed(outer.Media)} {
		r.scan(at, "card description, ", e.External.Description)
		for n, image := range e.Images {
			r.scan(at, fmt.Sprintf("alt text of image %d, ", n+1), image.Alt)
		}
	}
}

func (r *reading) scan(at, part, text string) {
	if text == "" {
		return
	}
	found, err := encoding.ScanText([]byte(text))
	for i := range found {
		found[i].Where = part + found[i].Where
	}
	r.f.Add(at, found, err)
}

// recordKey gives the path of a post below its author's page, or "" where the
// URI is none of a post: it is shown to people.
func recordKey(uri string) string {
	const legal = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:-"
	_, key, found := strings.Cut(uri, "/app.bsky.feed.post/")
	if !found || key == "" || len(key) > 512 || strings.Trim(key, legal) != "" {
		return ""
	}
	return "/post/" + key
}
