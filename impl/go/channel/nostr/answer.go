package nostr

import (
	"encoding/json"
	"maps"
	"slices"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/encoding"
)

// answer is what one relay has to say.
type answer struct {
	relay   string
	author  string
	latest  int64 // time up to which replaceable events are taken
	filters []filter

	err      error // nil: all was looked at
	answered bool  // it said that this is all, or why it gives nothing
	complete bool  // it said that this is all

	newest    map[int]*holder // the replaceable events, by kind
	posts     map[string]*holder
	postCount int // sent, sound or not
	deletions []*event
	asking    []filter // for the deletions, once asked for
	checked   bool     // the deletions are all there, or none were needed

	invalid, foreign, future int
}

// holder is a sound event with the candidates in it.
type holder struct {
	*event
	found *channel.Finding
}

func newAnswer(relay, author string, latest int64, filters []filter) *answer {
	return &answer{
		relay: relay, author: author, latest: latest, filters: filters,
		newest: map[int]*holder{}, posts: map[string]*holder{},
	}
}

// take judges one event that the relay sent. Every copy is verified for itself:
// that the id is known says nothing about the rest.
func (a *answer) take(raw json.RawMessage, filters []filter) {
	e := new(event)
	if json.Unmarshal(raw, e) != nil {
		a.invalid++
		return
	}
	if !asked(filters, e) {
		a.foreign++
		return
	}
	if e.Kind == kindPost {
		if a.postCount++; a.postCount > MaxPosts {
			a.foreign++
			return
		}
	}
	switch {
	case !e.sound():
		a.invalid++
	case e.Kind == kindDeletion:
		a.deletions = append(a.deletions, e)
	case e.Kind == kindPost:
		if a.posts[e.ID] == nil {
			a.posts[e.ID] = a.hold(e)
		}
	case e.CreatedAt > a.latest:
		a.future++
	case a.newest[e.Kind] == nil || newer(e, a.newest[e.Kind].event) < 0:
		a.newest[e.Kind] = a.hold(e)
	}
}

func (a *answer) hold(e *event) *holder {
	h := &holder{e, &channel.Finding{}}
	if d, _ := e.tag("d"); e.Kind == kindData && d == chainTag {
		// A bundle, read by whoever asked; until then it counts as what is sought.
		h.found.Candidates = []channel.Candidate{{URL: a.relay}}
		return h
	}
	found, err := encoding.ScanText([]byte(e.text()))
	h.found.Add(a.relay, found, err)
	return h
}

// empty reports that an event holds nothing that could be a proof.
func (h *holder) empty() bool { return len(h.found.Candidates)+len(h.found.Places) == 0 }

// holders are the events with candidates, newest first.
func (a *answer) holders() []*event {
	var list []*event
	for _, h := range slices.AppendSeq(slices.Collect(maps.Values(a.newest)), maps.Values(a.posts)) {
		if !h.empty() {
			list = append(list, h.event)
		}
	}
	slices.SortFunc(list, newer)
	return list
}

// count is the number of events that counted.
func (a *answer) count() int { return len(a.posts) + len(a.newest) }
