package server

import (
	"bytes"
	"context"
	"sync"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// storers is how many chains are stored side by side, which one sync serves.
const storers = 64

// flush stores a batch, chain by chain, and moves the cursor. A failure of the
// database or the network is returned, and the cursor stays where it was.
func (m *mirror) flush(ctx context.Context, b *batch) error {
	if b.last.N == 0 {
		return nil
	}
	var (
		group  sync.WaitGroup
		places = make(chan struct{}, storers)
		mu     sync.Mutex
		first  error
	)
	for _, p := range b.chains {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			last, err := m.store(ctx, p)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil && ours(err):
				first = err
			case err != nil:
				m.skip(p.primary, err)
			case last.Line != nil || last.Hash != sigchain.Hash{}:
				b.last.Primary, b.last.Seq, b.last.Stored = p.primary.String(), last.Seq, last.Hash.String()
			}
		})
	}
	group.Wait()
	if first != nil {
		return first
	}
	if b.last.Primary == "" { // nothing was stored: what was stays
		b.last.Primary, b.last.Seq, b.last.Stored = m.cursor.Primary, m.cursor.Seq, m.cursor.Stored
	}
	m.cursor = b.last
	return m.cursors.save(m.cursor)
}

// store stores events of one chain. Where some are missing before them, the
// whole chain is fetched; where one is wrong, those before it are stored.
func (m *mirror) store(ctx context.Context, p *pending) (sigchain.Stored, error) {
	appended, err := sigchain.AppendTo(ctx, m.log, p.primary, joinLines(p.lines), sigchain.AppendOptions{})
	if err == nil || ours(err) {
		return appended.Last, err
	}
	if code := kez.CodeOf(err); code == kez.SigchainGap || code == kez.SigchainFirstSeq {
		chain, fetchErr := m.from.Fetch(ctx, p.primary)
		if fetchErr != nil {
			return sigchain.Stored{}, fetchErr
		}
		appended, err = sigchain.AppendTo(ctx, m.log, p.primary, chain.Lines, sigchain.AppendOptions{})
		return appended.Last, err
	}
	last := sigchain.Stored{}
	for _, line := range p.lines {
		appended, err := sigchain.AppendTo(ctx, m.log, p.primary, line, sigchain.AppendOptions{})
		if err != nil {
			return last, err
		}
		last = appended.Last
	}
	return last, nil
}

func joinLines(lines [][]byte) []byte { return append(bytes.Join(lines, newline), '\n') }

// ours reports whether an error is about this machine or the network, and so
// not about the chain.
func ours(err error) bool {
	switch kez.CodeOf(err) {
	case kez.HTTPInternal, kez.HTTPStorageFull, kez.HTTPUnavailable, kez.HTTPRateLimited, kez.ChannelUnreachable,
		kez.ChannelRateLimited, "": // without a code it is the context's
		return true
	}
	return false
}

// skip leaves a chain out until the program starts again. Of very many chains
// the list is begun anew, which costs only work.
func (m *mirror) skip(primary kez.Identity, err error) {
	m.logger.Warn("a chain of the mirrored store is left out", "primary", primary.String(), "code", string(kez.CodeOf(err)), "reason", err.Error())
	if len(m.skipped) >= maxSkipped {
		clear(m.skipped)
	}
	m.skipped[primary] = true
}
