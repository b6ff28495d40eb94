package nostr

import (
	"context"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// chainTag is d of the event that holds the bundle of a chain (decision D14).
const chainTag = "kez-sigchain"

// Published is the event in which a chain stands.
type Published struct {
	Relay   string
	ID      string
	At      time.Time
	Content string // the bundle
}

// Chain gives the newest event over all relays that holds the chain of a nostr
// key; nil where all relays say that there is none. An event that its author
// deleted counts as none (KEZ-CHAN-053 to 056, 074, 080).
func (c Channel) Chain(ctx context.Context, id kez.Identity) (*Published, error) {
	answers, err := c.ask(ctx, id, c.Relays, chainPlace)
	if err != nil {
		return nil, err
	}
	return newestChain(answers)
}

func newestChain(answers []*answer) (*Published, error) {
	var best *holder
	relay := ""
	for _, a := range answers {
		if h := a.newest[kindData]; h != nil && (best == nil || newer(h.event, best.event) < 0) {
			best, relay = h, a.relay
		}
	}
	if best != nil && !newDeletions(answers).cover(best.event) {
		return &Published{relay, best.ID, time.Unix(best.CreatedAt, 0), best.Content}, nil
	}
	for _, a := range inOrder(answers) {
		if a.err != nil { // what is not seen may be there
			return nil, a.err
		}
	}
	return nil, nil
}
