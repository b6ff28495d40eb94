package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/config"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store"
)

// publishPatience is how long a busy store is waited for: a person waits longer
// for a publication than for a look.
const publishPatience = 30 * time.Second

// toStores publishes to stores.
func (a *app) toStores(ctx context.Context, p *publication, bases []string) []target {
	return a.each(bases, func(i int) target {
		c, err := store.New(bases[i], Version)
		if err != nil {
			return failedTarget(bases[i], err)
		}
		c.Patience = publishPatience
		return p.toStore(ctx, c)
	})
}

// toStore sends what a store does not have yet.
func (p *publication) toStore(ctx context.Context, c *store.Client) target {
	primary := p.state.Primary
	t := target{Target: c.Base(), State: targetStored}
	head, err := c.Head(ctx, primary)
	if err != nil && !errors.Is(err, kez.ChannelBadContent) {
		return failedTarget(t.Target, err)
	}
	lines := p.lines
	if 0 < head.Length && head.Length <= p.state.Length && p.state.HashAt(head.Length-1).String() == head.Hash {
		if head.Length == p.state.Length {
			t.State, t.Message = targetSame, "it has the whole chain"
			return t
		}
		lines = bytes.Join(bytes.SplitAfter(lines, []byte("\n"))[head.Length:], nil)
	}
	stored, err := c.Append(ctx, primary, lines)
	if errors.Is(err, kez.SigchainGap) && len(lines) < len(p.lines) {
		// It has less than its head said: a cache told that, or events were lost.
		stored, err = c.Append(ctx, primary, p.lines)
	}
	if err != nil {
		return p.refusedBy(t.Target, err)
	}
	switch {
	case stored.Hash != p.state.Head.String():
		return failedTarget(t.Target, kez.Errorf(kez.ChannelBadContent, "the store says that it stored %s, which is another event than the last one sent", kez.Quote(stored.Hash)).
			WithHint("check that the address is that of a sigchain store"))
	case stored.New:
		t.Message = fmt.Sprintf("%d events, the last one %s", p.state.Length, p.state.Head)
	default:
		t.State, t.Message = targetSame, "it has the whole chain"
	}
	if head.Length > p.state.Length {
		t.Message = fmt.Sprintf("it has what is kept here, and more: %d events, where %d are kept", head.Length, p.state.Length)
		t.Hint = fmt.Sprintf("pull before you add to the chain: kez sigchain pull --primary %s", primary)
	}
	return t
}

// refusedBy shows what a store holds where events do not follow it
// (KEZ-CLI-066).
func (p *publication) refusedBy(name string, err error) target {
	t := failedTarget(name, err)
	conflict, ok := errors.AsType[*store.Conflict](err)
	if !ok {
		return t
	}
	if seq, ok := conflict.Stored(); ok {
		t.Message += fmt.Sprintf("; it has an event with seq %d that is not the one kept here", seq)
	}
	t.Hint = pullFirst(p.state.Primary)
	return t
}

func pullFirst(primary kez.Identity) string {
	return fmt.Sprintf("pull first: kez sigchain pull --primary %s; where both sides have events of their own the chain has forked, and pull says what then", primary)
}

// behind refuses to publish over a chain that has other events than the kept one,
// which would take them back.
func (p *publication) behind(there *sigchain.State) error {
	switch merged := sigchain.Merge(p.state, there); {
	case merged.Fork != nil:
		return kez.Errorf(kez.SigchainFork, "what is published there has another event with seq %d", merged.Fork.Seq).
			WithHint("%s", pullFirst(p.state.Primary))
	case there.Length > p.state.Length:
		return kez.Errorf(kez.SigchainRollback, "what is published there has %d events, and %d are kept here", there.Length, p.state.Length).
			WithHint("%s", pullFirst(p.state.Primary))
	}
	return nil
}

// toFile writes the file of a web site in one step (KEZ-CLI-064).
func (p *publication) toFile(path string) target {
	t := target{Target: shown(path), State: targetStored, Message: fmt.Sprintf("%d events", p.state.Length)}
	old, err := readOld(path)
	switch {
	case err != nil:
		return failedTarget(t.Target, err)
	case bytes.Equal(old, p.lines):
		t.State = targetSame
		return t
	case len(bytes.Trim(old, kez.JSONSpace)) > 0:
		there, err := store.ReadChain(bytes.NewReader(old), p.state.Primary)
		if err != nil {
			return failedTarget(t.Target, kez.Errorf(kez.CLIFile, "%s exists and holds something else than a chain of %s: %w", t.Target, p.state.Primary, err).
				WithHint("name another path, or remove the file"))
		}
		if err := p.behind(there.State); err != nil {
			return failedTarget(t.Target, err)
		}
	}
	if err := writeOut(path, p.lines, publicMode, true); err != nil {
		return failedTarget(t.Target, err)
	}
	return t
}

// readOld reads the file that stands where one is to be written, nil for none.
func readOld(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fileError(path, err)
	case info.IsDir():
		return nil, kez.Errorf(kez.CLIFile, "%s is a directory", shown(path)).WithHint("name a file inside it")
	case !info.Mode().IsRegular():
		return nil, nil // a pipe or a device takes what it gets
	case info.Size() > kez.MaxChain:
		return nil, kez.Errorf(kez.CLIFile, "%s is larger than any chain", shown(path)).WithHint("name another path")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	return data, nil
}

// toRelays publishes one event to all relays that do not have the chain yet.
// Readers take the newest event of all relays (KEZ-CHAN-080), so where one has
// events that are not kept here the others are not changed either.
func (a *app) toRelays(ctx context.Context, p *publication, key *keys.Private, s *config.Settings) []target {
	urls := s.Relays.Value
	c := nostr.Channel{Version: Version, Now: func() time.Time { return p.now }}
	bundle, err := encoding.EncodeBundle(p.lines)
	if err != nil {
		return []target{failedTarget("nostr", err)}
	}
	there := make([]*nostr.Published, len(urls))
	targets := a.each(urls, func(i int) (t target) {
		t, there[i] = p.onRelay(ctx, c, urls[i])
		return t
	})
	for i, t := range targets {
		if t.State == targetFailed && there[i] != nil {
			return p.held(targets, t)
		}
	}
	earlier := slices.MaxFunc(append(there, nil), func(x, y *nostr.Published) int { return at(x).Compare(at(y)) })
	event, err := nostr.SignChain(key, bundle, p.now, earlier)
	return a.each(urls, func(i int) target {
		switch t := targets[i]; {
		case t.State != targetStored:
			return t
		case err != nil:
			return failedTarget(t.Target, err)
		default:
			if err := c.Publish(ctx, urls[i], event); err != nil {
				return failedTarget(t.Target, err)
			}
			return t
		}
	})
}

// held fails what would have been published, because of what another relay has.
func (p *publication) held(targets []target, has target) []target {
	for i, t := range targets {
		if t.State == targetStored {
			targets[i] = failedTarget(t.Target, kez.Errorf(has.Code, "not published here, since the relay %s has events that are not kept here, and readers take the newest of all relays", has.Target).
				WithHint("%s", pullFirst(p.state.Primary)))
		}
	}
	return targets
}

func at(p *nostr.Published) time.Time {
	if p == nil {
		return time.Time{}
	}
	return p.At
}

// onRelay says what is to be done about one relay: stored is what it will be.
func (p *publication) onRelay(ctx context.Context, c nostr.Channel, relay string) (target, *nostr.Published) {
	t := target{Target: relay, State: targetStored, Message: fmt.Sprintf("%d events", p.state.Length)}
	published, err := c.OnRelay(ctx, relay, p.state.Primary)
	if err != nil {
		return failedTarget(relay, err), nil
	}
	if published == nil {
		return t, nil
	}
	there, err := chains.Bundle(published.Content, p.state.Primary)
	if err != nil {
		return t, published // what is broken is better replaced
	}
	if err := p.behind(there.State); err != nil {
		return failedTarget(relay, err), published
	}
	if there.State.Length == p.state.Length {
		t.State = targetSame
	}
	return t, published
}
