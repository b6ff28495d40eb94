package verify

import (
	"context"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// Pulled is what is known of a chain after it was asked for everywhere.
type Pulled struct {
	State   *sigchain.State // the longest chain, the kept one included
	Changed bool            // it is longer than what was kept before
	Sources []Source
	// Failed is the first failure where no source but this machine answered.
	Failed error
}

// Pull asks all sources of a primary's chain, those of the subjects given too,
// verifies what they serve, and keeps it where it extends the kept chain. A fork
// is an error, and its evidence is kept (KEZ-CLI-067, KEZ-CHAIN-075).
func (r *Run) Pull(ctx context.Context, primary kez.Identity, at ...kez.Identity) (*Pulled, error) {
	c := r.here(ctx, primary, at...)
	p := &Pulled{State: c.states[primary], Sources: c.list()}
	if p.State == nil {
		p.State = sigchain.NewState(primary)
	}
	asked, answered := 0, 0
	for i := range c.sources {
		s := &c.sources[i]
		if s.kind == fromHome {
			if s.err != nil {
				return nil, s.err // nothing is kept over what cannot be read
			}
			continue
		}
		if asked++; s.state != nil { // also nothing at a subject's own place, which was looked at
			answered++
		} else if p.Failed == nil {
			p.Failed = s.err
		}
	}
	switch {
	case asked == 0:
		p.Failed = kez.Errorf(kez.ChannelUnreachable, "there is no source to ask for the chain of %s", primary).
			WithHint("name a store with --server or KEZ_SIG_SERVER, or a place with --at web:HOST or --at dns:DOMAIN")
	case answered > 0:
		p.Failed = nil
	}
	var err error
	if r.kept != nil {
		r.keeping.Lock()
		p.Changed, err = r.keepOne(c, primary, p.State)
		r.keeping.Unlock()
	}
	switch {
	case err == nil && p.State.Fork != nil && r.kept != nil:
		err = r.kept.Forked(p.State)
	case err == nil && p.State.Fork != nil:
		err = forked(p.State)
	}
	return p, err
}

// Chain gives what all sources of a primary's chain and the files given add up
// to, and those sources. It keeps what it learnt.
func (r *Run) Chain(ctx context.Context, primary kez.Identity, files *Chains) (*sigchain.State, []Source, []string) {
	c := r.here(ctx, primary)
	if files != nil {
		for _, s := range files.sources {
			if s.primary == primary {
				c.add(s)
			}
		}
	}
	notes := r.keep(c)
	state := c.states[primary]
	if state == nil {
		state = sigchain.NewState(primary)
	}
	return state, c.list(), notes
}

// here gathers the sources of one primary, and those of the subjects given.
func (r *Run) here(ctx context.Context, primary kez.Identity, at ...kez.Identity) *Chains {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	c := &Chains{}
	for _, s := range r.sourcesOf(ctx, primary, at...) {
		c.add(s)
	}
	return c
}
