package nostr

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/kez"
)

// collect makes one finding of what all relays said.
func collect(f *channel.Finding, answers []*answer) {
	for _, a := range inOrder(answers) {
		a.place(f)
		a.note(f)
	}
	deleted := newDeletions(answers)
	for _, h := range counting(f, answers) {
		if h.empty() {
			continue
		}
		if deleted.cover(h.event) {
			f.Notes = append(f.Notes, fmt.Sprintf("the event %s has a proof and was deleted by its author", h.ID))
			continue
		}
		f.Places = append(f.Places, h.found.Places...)
		for _, c := range h.found.Candidates {
			where := fmt.Sprintf("event %s of kind %d", h.ID, h.Kind)
			if c.Where != "" {
				where += ", " + c.Where
			}
			c.Where = where
			f.Candidates = append(f.Candidates, c)
		}
	}
}

// inOrder puts first the relay whose failure is the answer where nothing is
// found (KEZ-CHAN-057): where none was complete, the ones that want fewer
// requests if all that answered do, else the ones that cannot be reached.
func inOrder(answers []*answer) []*answer {
	limited, answered := 0, 0
	for _, a := range answers {
		if a.complete {
			return answers
		}
		if a.answered {
			answered++
		}
		if kez.CodeOf(a.err) == kez.ChannelRateLimited {
			limited++
		}
	}
	first := kez.ChannelUnreachable
	if limited > 0 && limited == answered {
		first = kez.ChannelRateLimited
	}
	rank := func(a *answer) int {
		if kez.CodeOf(a.err) == first {
			return 0
		}
		return 1
	}
	sorted := slices.Clone(answers)
	slices.SortStableFunc(sorted, func(a, b *answer) int { return rank(a) - rank(b) })
	return sorted
}

func (a *answer) place(f *channel.Finding) {
	switch {
	case a.err != nil:
		f.Failed(a.relay, a.err)
	case a.postCount >= MaxPosts:
		f.Failed(a.relay, kez.Errorf(kez.ChannelTooLarge, "%s has at least %d posts of this key, and older ones were not looked at", a.relay, MaxPosts).
			WithHint("the owner puts the proof into the profile, where it stays in sight"))
	case a.count() == 0:
		f.Saw(a.relay, "no events of this key")
	default:
		f.Saw(a.relay, fmt.Sprintf("%d event(s)", a.count()))
	}
}

func (a *answer) note(f *channel.Finding) {
	for _, n := range []struct {
		count int
		what  string
	}{
		{a.invalid, "invalid event(s)"},
		{a.foreign, "event(s) that were not asked for"},
		{a.future, "event(s) with a time in the future"},
	} {
		if n.count > 0 {
			f.Notes = append(f.Notes, fmt.Sprintf("%s sent %d %s, which were ignored", a.relay, n.count, n.what))
		}
	}
	if a.err != nil && a.count() > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("the answer of %s is partial; the %d event(s) that it sent count", a.relay, a.count()))
	}
	if !a.checked && len(a.holders()) > 0 {
		f.Notes = append(f.Notes, a.relay+" did not say whether the proof was deleted")
	}
}

// counting gives the events that count over all relays, the replaceable ones
// first, then the posts from the newest.
func counting(f *channel.Finding, answers []*answer) []*holder {
	var list []*holder
	for _, kind := range []int{kindData, kindProfile} {
		if h := newest(f, answers, kind); h != nil {
			list = append(list, h)
		}
	}
	posts := map[string]*holder{}
	for _, a := range answers {
		for id, h := range a.posts {
			if posts[id] == nil {
				posts[id] = h
			}
		}
	}
	return append(list, slices.SortedFunc(maps.Values(posts), func(a, b *holder) int { return newer(a.event, b.event) })...)
}

// newest picks the newest of the replaceable events of a kind, and names the
// relays that have not got it.
func newest(f *channel.Finding, answers []*answer, kind int) *holder {
	var best *answer
	for _, a := range answers {
		if h := a.newest[kind]; h != nil && (best == nil || newer(h.event, best.newest[kind].event) < 0) {
			best = a
		}
	}
	if best == nil {
		return nil
	}
	h := best.newest[kind]
	for _, a := range answers {
		if other := a.newest[kind]; other != nil && other.ID != h.ID {
			f.Notes = append(f.Notes, fmt.Sprintf("%s has the event of kind %d of %s, and %s one of %s, which was not taken",
				best.relay, kind, when(h.event), a.relay, when(other.event)))
		}
	}
	return h
}

func when(e *event) string { return kez.FormatTime(time.Unix(e.CreatedAt, 0)) }
