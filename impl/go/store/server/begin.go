package server

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// beginnings limits how many chains a client begins (KEZ-STORE-033). Requests
// that bring the first event of one chain at the same time count once, so that
// none is refused for the others (KEZ-STORE-028), and a chain that is not stored
// costs nothing.
type beginnings struct {
	log     sigchain.Log
	limiter *service.Limiter

	mu   sync.Mutex
	open map[beginning]*attempt
}

type beginning struct {
	client  netip.Prefix
	primary kez.Identity
}

// attempt is what requests that begin the same chain share.
type attempt struct {
	requests int
	stored   bool
}

func newBeginnings(log sigchain.Log, limiter *service.Limiter) *beginnings {
	return &beginnings{log: log, limiter: limiter, open: map[beginning]*attempt{}}
}

// may refuses a new chain of a client that has to wait anyway, before its body
// is read and verified.
func (b *beginnings) may(ctx context.Context, which beginning) error {
	wait := b.limiter.Wait(which.client)
	if wait == 0 {
		return nil
	}
	b.mu.Lock()
	open := b.open[which] != nil
	b.mu.Unlock()
	if open {
		return nil
	}
	return b.unlessThere(ctx, which.primary, wait)
}

// begin counts a chain that is about to be stored; where it did, end is to
// follow.
func (b *beginnings) begin(ctx context.Context, which beginning) (counted bool, err error) {
	b.mu.Lock()
	a, wait := b.open[which], time.Duration(0)
	if a == nil {
		if wait = b.limiter.Take(which.client); wait == 0 {
			a = &attempt{}
			b.open[which] = a
		}
	}
	if a != nil {
		a.requests++
	}
	b.mu.Unlock()
	if a != nil {
		return true, nil
	}
	return false, b.unlessThere(ctx, which.primary, wait)
}

// end tells whether the chain was stored.
func (b *beginnings) end(which beginning, stored bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.open[which]
	a.stored = a.stored || stored
	if a.requests--; a.requests > 0 {
		return
	}
	delete(b.open, which)
	if !a.stored {
		b.limiter.Give(which.client)
	}
}

// unlessThere is the refusal to begin a chain, unless another request has begun
// it meanwhile.
func (b *beginnings) unlessThere(ctx context.Context, primary kez.Identity, wait time.Duration) error {
	tip, err := b.log.Tip(ctx, primary)
	if err == nil && tip.Length == 0 {
		err = service.RateLimited("new chains", wait)
	}
	return err
}
