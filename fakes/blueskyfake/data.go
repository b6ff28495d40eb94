package blueskyfake

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Actor is an account.
type Actor struct {
	DID         string `json:"did"`
	DisplayName string `json:"displayName"`
	Description string `json:"description"`
}

// Post is what someone wrote.
type Post struct {
	Text      string    `json:"text"`
	CreatedAt string    `json:"created_at"` // as the author says, RFC 3339; the time of the item by default
	ReplyTo   string    `json:"reply_to"`   // URI of the post answered
	Quote     string    `json:"quote"`      // URI of the post quoted
	External  *External `json:"external"`   // a link with a card
	Images    []string  `json:"images"`     // their alt texts
	Links     []Link    `json:"links"`      // facets
}

// External is a link that is shown as a card.
type External struct {
	URI         string `json:"uri"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// Link is a piece of the text that leads somewhere.
type Link struct {
	Text string `json:"text"`
	URI  string `json:"uri"`
}

// world is all the data. Items are kept in the order in which they came, which
// is that of their times.
type world struct {
	accounts []*account
	items    []*item
	named    map[string]*item // by HANDLE/FILE, of a world folder
	pageSize int
}

type account struct {
	Actor
	handle string
}

// item is one entry of an author feed.
type item struct {
	of     *account
	at     time.Time
	rkey   string
	post   *Post
	repost string
	given  json.RawMessage
}

func newWorld() *world { return &world{named: map[string]*item{}} }

// find gives the account with a handle, whatever its case, or a DID.
func (w *world) find(actor string) *account {
	for _, a := range w.accounts {
		if strings.EqualFold(a.handle, actor) || a.DID == actor {
			return a
		}
	}
	return nil
}

func (w *world) addActor(handle string, actor Actor) *account {
	handle = strings.ToLower(handle)
	if actor.DID == "" {
		actor.DID = didOf(handle)
	}
	known := w.find(handle)
	if known == nil {
		known = &account{handle: handle}
		w.accounts = append(w.accounts, known)
	}
	known.Actor = actor
	return known
}

// add appends an item to the feed of a handle, whose account it makes if there
// is none.
func (w *world) add(handle string, i item) *item {
	if i.of = w.find(handle); i.of == nil {
		i.of = w.addActor(handle, Actor{})
	}
	n := 1
	if len(w.items) > 0 { // not its length: items can be deleted, and times are keys
		n += int(w.items[len(w.items)-1].at.Sub(epoch) / time.Second)
	}
	i.at = epoch.Add(time.Duration(n) * time.Second)
	i.rkey = tid(i.at)
	w.items = append(w.items, &i)
	return &i
}

// lookup gives the item of a post, which may be gone. A DID can change, so that
// of a URI only the key counts.
func (w *world) lookup(reference string) *item {
	if named := w.named[reference]; named != nil {
		return named
	}
	key := reference[strings.LastIndexByte(reference, '/')+1:]
	for _, i := range w.items {
		if i.rkey == key && strings.HasPrefix(reference, "at://") {
			return i
		}
	}
	return nil
}

// missing names a reference of a world folder that leads nowhere. A post that
// was deleted is meant by a URI.
func (w *world) missing() error {
	for _, i := range w.items {
		references := []string{i.repost}
		if i.post != nil {
			references = append(references, i.post.ReplyTo, i.post.Quote)
		}
		for _, reference := range references {
			if reference != "" && !strings.HasPrefix(reference, "at://") && w.named[reference] == nil {
				return fmt.Errorf("no post %s", reference)
			}
		}
	}
	return nil
}
