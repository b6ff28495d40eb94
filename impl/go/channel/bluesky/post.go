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

// media are the embeds that hold texts of the author's own.
type media struct {
	External struct{ Description string }
	Images   []struct{ Alt string }
}

// record is app.bsky.feed.post as its author signed it. What it quotes is a
// mere reference there.
type record struct {
	Text  string
	Embed struct {
		media
		Media media // of app.bsky.embed.recordWithMedia
	}
}

// take reads the own posts of a page.
func (r *reading) take(items []item) error {
	for _, i := range items {
		author := i.Post.Author
		if !strings.EqualFold(author.Handle, r.handle) || strings.HasSuffix(i.Reason.Type, "#reasonRepost") {
			r.others++
			continue
		}
		if err := r.account(author.DID); err != nil {
			return err
		}
		r.own++
		at := "https://bsky.app/profile/" + r.handle + recordKey(i.Post.URI)
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
	for _, m := range []media{own.Embed.media, own.Embed.Media} {
		r.scan(at, "card description, ", m.External.Description)
		for n, image := range m.Images {
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
