package verify

import (
	"context"
	"errors"
	"sync"
	"time"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/sigchain/chainfile"
	"kez.lat/kez/impl/go/store"
)

// Bounds of a run.
const (
	// maxPrimaries is how many primaries' chains are looked for on behalf of one
	// identity: whoever writes a page can name as many as it holds. A claim of one
	// more is not valid, or the page could hide its revocation.
	maxPrimaries = 8
	// perService is how many questions one service is asked at a time, so that a
	// hundred identities neither flood a store nor fill the memory.
	perService = 8
	// budget bounds the memory of all chains that a run holds: a dozen of the
	// longest there can be, or tens of thousands of usual ones.
	budget    = 256 << 20
	eventCost = 300 // bytes of an event in memory, beside its line
	// defaultTimeout is for a verifier that has none.
	defaultTimeout = 20 * time.Second
)

// Run looks chains up, each source once for each primary, however many identities
// are verified in it. It is safe for concurrent use.
type Run struct {
	sources *chains.Sources
	kept    *chainfile.Files
	timeout time.Duration
	ctx     context.Context // of the whole run: one identity's time must not end another's question

	mu    sync.Mutex
	asked map[asking]*asked
	local map[kez.Identity]*asked
	slots map[string]chan struct{}
	held  int // bytes of the budget, of chains that were fetched
	// heldLocal is that of the chains on this machine, for which the budget holds too.
	heldLocal int
	keeping   sync.Mutex
}

// asking is one question to one source.
type asking struct {
	source  string
	primary kez.Identity
}

// asked is a question under way; chain and err are there once done is closed.
type asked struct {
	done  chan struct{}
	chain *store.Chain
	err   error
	full  bool // no memory was left for the chain
}

// Begin starts a run, which ends with ctx.
func (v *Verifier) Begin(ctx context.Context) *Run {
	timeout := v.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	return &Run{sources: v.Sources, kept: v.Kept, timeout: timeout, ctx: context.WithoutCancel(ctx),
		asked: map[asking]*asked{}, local: map[kez.Identity]*asked{}, slots: map[string]chan struct{}{}}
}

// looking gives the function by which one identity's question finds chains, nil
// where there is nowhere to look.
func (r *Run) looking(ctx context.Context, q Question) func(kez.Identity) *Chains {
	if r.sources == nil && r.kept == nil {
		return nil
	}
	known := map[kez.Identity]*Chains{}
	return func(primary kez.Identity) *Chains {
		if c := known[primary]; c != nil {
			return c
		}
		from := r
		if len(known) >= maxPrimaries {
			from = &Run{kept: r.kept, local: map[kez.Identity]*asked{}} // this machine alone
		}
		c := from.gather(ctx, primary, q.Subject, q.Chains)
		if from != r && c != q.Chains {
			c.unasked = true
		}
		known[primary] = c
		return c
	}
}

// ahead starts the questions about all primaries whose claims were found, so that
// none waits for another's rotations: a page could make up enough of those to
// leave no time for the chain that revokes its claim.
func (r *Run) ahead(found *channel.Finding, q Question) {
	if r.sources == nil || len(found.Candidates) < 2 {
		return
	}
	anyDevice := func(kez.Identity, kez.Identity) bool { return true }
	begun := map[kez.Identity]bool{}
	for _, f := range found.Candidates {
		if f.Err != nil {
			continue
		}
		c, err := claim.Read(f.JSON, q.Now, anyDevice)
		if err != nil || begun[c.Primary] || !q.Primary.IsZero() && c.Primary != q.Primary || !c.Subject.Same(q.Subject) {
			continue
		}
		begun[c.Primary] = true
		for _, s := range r.sources.For(c.Primary, q.Subject) {
			r.ask(s, c.Primary)
		}
		if len(begun) == maxPrimaries {
			return
		}
	}
}

// gather asks all sources for the chain of a primary and, where it was rotated,
// for those of its successors (KEZ-VERIFY-021). Files that belong to none of
// them are left out, and a fault if all are.
func (r *Run) gather(ctx context.Context, primary, subject kez.Identity, files *Chains) *Chains {
	c := &Chains{}
	for hop, p := 0, primary; hop <= MaxHops; hop++ {
		for _, s := range r.sourcesOf(ctx, p, subject) {
			c.add(s)
		}
		if files != nil {
			for _, s := range files.sources {
				if s.primary == p {
					c.add(s)
				}
			}
		}
		state := c.states[p]
		if state == nil || !state.Closed() || c.asks(state.Successor) {
			break
		}
		p = state.Successor
	}
	if files != nil && !c.hasFile() {
		return files // decide says whose they are not
	}
	return c
}

// asks reports whether a primary's sources are in already: a rotation in a circle.
func (c *Chains) asks(primary kez.Identity) bool {
	for _, s := range c.sources {
		if s.primary == primary {
			return true
		}
	}
	return false
}

func (c *Chains) hasFile() bool {
	for _, s := range c.sources {
		if s.kind == fromFile {
			return true
		}
	}
	return false
}

// sourcesOf asks for one chain everywhere at once, and waits as long as ctx
// allows: what has not answered by then did not answer.
func (r *Run) sourcesOf(ctx context.Context, primary kez.Identity, subjects ...kez.Identity) []chainSource {
	var list []chainSource
	var pending []*asked
	if r.sources != nil {
		for _, s := range r.sources.For(primary, subjects...) {
			kind := fromAfar
			if s.OfSubject {
				kind = fromThere
			}
			list = append(list, chainSource{name: s.Name, primary: primary, kind: kind})
			pending = append(pending, r.ask(s, primary))
		}
	}
	for i, a := range pending {
		select {
		case <-a.done:
		case <-ctx.Done():
		}
		select {
		case <-a.done: // also where time was up at the same moment
			if list[i].err, list[i].full = a.err, a.full; a.err == nil {
				list[i].state, list[i].lines = a.chain.State, a.chain.Lines
			}
		default:
			list[i].err = tooSlow(list[i].name)
		}
	}
	return append(list, r.keptChain(primary)...)
}

func tooSlow(name string) error {
	return kez.Errorf(kez.ChannelUnreachable, "%s did not answer in time", name).WithHint("try again later, or with a longer --timeout")
}

// ask starts a question, unless it was asked in this run.
func (r *Run) ask(s chains.Source, primary kez.Identity) *asked {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := asking{s.Name, primary}
	if a := r.asked[key]; a != nil {
		return a
	}
	a := &asked{done: make(chan struct{})}
	r.asked[key] = a
	slot := r.slots[s.Service]
	if slot == nil {
		slot = make(chan struct{}, perService)
		r.slots[s.Service] = slot
	}
	go func() {
		defer close(a.done)
		slot <- struct{}{}
		defer func() { <-slot }()
		ctx, cancel := context.WithTimeout(r.ctx, r.timeout)
		defer cancel()
		a.chain, a.err = s.Get(ctx)
		if a.err == nil && !r.hold(a.chain, &r.held) {
			a.chain, a.full, a.err = nil, true, kez.Errorf(kez.ChannelTooLarge, "the chains of this run are larger together than %d bytes", budget).
				WithHint("verify fewer identities at once")
		}
	}()
	return a
}

// hold counts, in held, a chain that stays in memory until the run ends, and
// reports false where there is no room for it.
func (r *Run) hold(c *store.Chain, held *int) bool {
	cost := len(c.Lines) + eventCost*c.State.Length
	r.mu.Lock()
	defer r.mu.Unlock()
	if *held+cost > budget {
		return false
	}
	*held += cost
	return true
}

// keptChain is the chain on this machine as a source, none where none is kept
// (KEZ-VERIFY-025). Evidence of a fork is part of it (KEZ-CHAIN-074).
func (r *Run) keptChain(primary kez.Identity) []chainSource {
	if r.kept == nil {
		return nil
	}
	a := r.loaded(primary)
	switch state := a.chain.State; {
	case a.err != nil && !errors.Is(a.err, kez.SigchainFork):
		return []chainSource{{name: localSource, primary: primary, kind: fromHome, err: a.err}}
	case state.Length == 0 && state.Fork == nil:
		return nil
	default:
		return []chainSource{{name: localSource, primary: primary, kind: fromHome, state: state, lines: a.chain.Lines}}
	}
}

// loaded reads a kept chain once for the run, as long as the memory for those
// lasts, and then each time.
func (r *Run) loaded(primary kez.Identity) *asked {
	r.mu.Lock()
	a := r.local[primary]
	if a != nil {
		r.mu.Unlock()
		<-a.done
		return a
	}
	a = &asked{done: make(chan struct{}), chain: &store.Chain{}}
	r.local[primary] = a
	r.mu.Unlock()
	a.chain.State, a.chain.Lines, a.err = r.kept.Load(primary)
	if a.chain.State != nil && !r.hold(a.chain, &r.heldLocal) {
		r.mu.Lock()
		delete(r.local, primary)
		r.mu.Unlock()
	}
	close(a.done)
	return a
}

// localSource is the name of the kept chain among the sources (KEZ-CLI-054).
const localSource = "local"

// keep keeps what was learnt of the chains behind a verdict: longer ones, and the
// evidence of forks (KEZ-VERIFY-028, KEZ-CHAIN-075). That it could not is worth a
// note, and changes no verdict.
func (r *Run) keep(c *Chains) (notes []string) {
	if r.kept == nil || c == nil {
		return nil
	}
	r.keeping.Lock()
	defer r.keeping.Unlock()
	for primary, state := range c.states {
		if _, err := r.keepOne(c, primary, state); err != nil {
			notes = append(notes, "the chain of "+primary.String()+" was not kept: "+err.Error())
		}
	}
	return notes
}

func (r *Run) keepOne(c *Chains, primary kez.Identity, state *sigchain.State) (changed bool, err error) {
	kept := 0
	var longest *chainSource
	var lines [][]byte
	for i := range c.sources {
		s := &c.sources[i]
		switch {
		case s.primary != primary || s.state == nil:
			continue
		case s.kind == fromHome && s.state.Fork != nil && state.Fork != nil && s.state.Fork.Seq <= state.Fork.Seq:
			return false, nil // the evidence is there
		case s.kind == fromHome:
			kept = s.state.Length
		case s.kind == fromAfar || s.kind == fromThere:
			if longest == nil || s.state.Length > longest.state.Length {
				longest = s
			}
		}
		lines = append(lines, s.lines)
	}
	switch {
	case state.Fork != nil:
		return false, r.kept.KeepFork(state, lines...)
	case longest == nil || longest.state.Length <= kept:
		return false, nil
	}
	return r.kept.Keep(longest.state, longest.lines)
}
