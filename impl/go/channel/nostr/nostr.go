// Package nostr looks for the proof of a nostr key in the key's own events at
// the configured relays (KEZ-CHAN-050 to 059).
//
// # What counts
//
// The newest profile (kind 0, member about) and the newest kind 30078 event with
// d = kez, each over all relays, and the last 200 posts (kind 1). An event counts
// when its id and signature hold, its author is the asked key, a filter asked
// for it, and its author has not deleted it. No relay is believed beyond that.
//
// # What is contacted
//
// The relays of [Channel.Relays] as they are written there, without redirects
// and proxies. Relays named in events are never contacted.
package nostr

import (
	"context"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/kez"
)

// Limits of one relay. A relay that reaches one is answered for with
// channel.too_large.
const (
	MaxMessage  = channel.MaxBody // bytes of one message
	MaxBytes    = 8 << 20         // bytes of all messages
	MaxMessages = 1000
	MaxPosts    = 200 // events of kind 1 that are asked for
)

// MaxAhead is how far created_at of a replaceable event may lie ahead of the
// clock; one further ahead would hide all that come after it.
const MaxAhead = 15 * time.Minute

// Channel answers for nostr identities.
type Channel struct {
	// Relays are the ws or wss URLs that the user configured.
	Relays []string
	// Version of the program, for the User-Agent header.
	Version string
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Deadline bounds the whole search; 0: channel.Deadline.
	Deadline time.Duration
}

// System is "nostr".
func (Channel) System() string { return kez.SystemNostr }

// Verify asks all relays at once.
func (c Channel) Verify(ctx context.Context, id kez.Identity) *channel.Finding {
	f := &channel.Finding{}
	answers, err := c.ask(ctx, id, c.Relays, places)
	if err != nil {
		f.Failed("nostr", err)
		return f
	}
	collect(f, answers)
	return f
}

// ask visits relays at once and gives what each has to say.
func (c Channel) ask(ctx context.Context, id kez.Identity, relays []string, filters func(author string) []filter) ([]*answer, error) {
	relays = distinct(relays)
	if len(relays) == 0 {
		return nil, kez.Errorf(kez.ChannelUnreachable, "no relay is configured").
			WithHint("name relays with KEZ_NOSTR_RELAYS")
	}
	deadline := c.Deadline
	if deadline <= 0 {
		deadline = channel.Deadline
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	author, latest := hexKey(id), c.now().Add(MaxAhead).Unix()
	answers := make([]*answer, len(relays))
	var group sync.WaitGroup
	for i, url := range relays {
		answers[i] = newAnswer(url, author, latest, filters(author))
		group.Go(func() { visit(ctx, answers[i], "kez/"+c.Version) })
	}
	group.Wait()
	return answers, nil
}

func (c Channel) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// hexKey is how events name a key, which every nostr identity has.
func hexKey(id kez.Identity) string {
	public, _ := id.PublicKey()
	return hex.EncodeToString(public[:])
}

func distinct(relays []string) []string {
	var list []string
	for _, url := range relays {
		if !slices.Contains(list, url) {
			list = append(list, url)
		}
	}
	return list
}
