package verify

import (
	"context"
	"sync"
	"time"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain/chainfile"
	"kez.lat/kez/impl/go/verify/pins"
)

// Verifier verifies identities through their channels.
type Verifier struct {
	Channels channel.Registry
	Pins     *pins.Pins // nil: none are kept
	Repin    bool       // take the account found now for the right one
	// Timeout is for the places of a proof and, again, for the chain.
	Timeout  time.Duration
	Parallel int // identities at once; 0 is 32
	// Sources are where chains are looked for; nil: nowhere, and the files of a
	// question are all there is. Kept are the chains on this machine, nil for
	// none.
	Sources *chains.Sources
	Kept    *chainfile.Files

	mu       sync.Mutex // guards Pins and repinned
	repinned map[kez.Identity]bool
}

// Target is one identity to verify, its channel known.
type Target struct {
	ID      kez.Identity
	channel channel.Channel
}

// Targets finds the channel of every identity, before anything is asked.
func (v *Verifier) Targets(ids []kez.Identity) ([]Target, error) {
	targets := make([]Target, len(ids))
	for i, id := range ids {
		c, err := v.Channels.For(id)
		if err != nil {
			return nil, err
		}
		targets[i] = Target{id, c}
	}
	return targets, nil
}

// ID verifies one identity; q.Subject is set to it.
func (v *Verifier) ID(ctx context.Context, t Target, q Question) *Result {
	q.Subject = t.ID
	looking, cancel := v.inTime(ctx)
	finding := t.channel.Verify(looking, t.ID)
	cancel()
	// The chain has a time of its own: a host that answers late must not leave
	// none for the revocation of its claim.
	ctx, cancel = v.inTime(ctx)
	defer cancel()
	run := q.Run
	if run == nil {
		run = v.Begin(ctx)
	}
	if !q.NoChains {
		q.look = run.looking(ctx, q)
		run.ahead(finding, q)
	}
	r := Found(finding, q)
	if !q.NoChains {
		r.Notes = append(r.Notes, run.keep(r.chains)...)
	}
	if v.Pins != nil && finding.Account != "" {
		v.pin(r, t.ID, finding.Account)
	}
	return r
}

// inTime bounds one part of a look.
func (v *Verifier) inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if v.Timeout > 0 {
		return context.WithTimeout(ctx, v.Timeout)
	}
	return context.WithCancel(ctx)
}

// pin compares the account with the one of the last valid verification.
func (v *Verifier) pin(r *Result, id kez.Identity, account string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.Pins.Check(id, account); err != nil && (!v.Repin || v.repinned[id]) {
		r.fail(err, true)
		return
	}
	if r.Status == kez.Valid {
		v.Pins.Note(id, account)
		if v.repinned == nil {
			v.repinned = map[kez.Identity]bool{}
		}
		v.repinned[id] = true // a second change in one run is news again
	}
}

// All verifies many identities side by side. done is called once for each, in
// the order of the targets, as soon as all before it are known.
func (v *Verifier) All(ctx context.Context, targets []Target, q Question, done func(i int, r *Result)) {
	parallel := v.Parallel
	if parallel == 0 {
		parallel = 32
	}
	if q.Run == nil {
		q.Run = v.Begin(ctx) // so that each source is asked once
	}
	slots := make(chan struct{}, parallel)
	results := make([]chan *Result, len(targets))
	for i := range targets {
		results[i] = make(chan *Result, 1)
	}
	go func() {
		for i, t := range targets {
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				results[i] <- v.ID(ctx, t, q)
			}()
		}
	}()
	for i := range targets {
		done(i, <-results[i])
	}
}
