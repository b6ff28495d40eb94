package nostrfake

import (
	"encoding/json"
	"fmt"
	"slices"
)

// AddEvent keeps an event and sends it to those who subscribed to its like. It
// has to be sound: an event that a client must refuse is added on purpose, with
// AddUnchecked.
func (r *Relay) AddEvent(raw []byte) error {
	ev, err := parse(raw)
	if err != nil {
		return err
	}
	if err := ev.check(); err != nil {
		return fmt.Errorf("nostrfake: event %s: %w", ev.ID, err)
	}
	r.keep(ev)
	return nil
}

// AddUnchecked keeps an event whatever its id and signature are.
func (r *Relay) AddUnchecked(raw []byte) error {
	ev, err := parse(raw)
	if err != nil {
		return err
	}
	r.keep(ev)
	return nil
}

// Clear takes all events away.
func (r *Relay) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = nil
}

func (r *Relay) keep(ev stored) {
	r.mu.Lock()
	r.events = append(r.events, ev)
	sessions := slices.Clone(r.sessions)
	r.mu.Unlock()
	for _, s := range sessions {
		s.push(ev)
	}
}

// visible lists what the relay serves, newest first; the caller holds the lock.
// All events are kept, so that a fault can bring back what an honest relay has
// forgotten.
func (r *Relay) visible() []stored {
	events := slices.Clone(r.events)
	slices.SortStableFunc(events, newer)
	if !r.faults.KeepDeleted {
		events = slices.DeleteFunc(events, func(ev stored) bool { return deleted(r.events, &ev.Event) })
	}
	if !r.faults.KeepReplaced {
		seen := map[string]bool{}
		events = slices.DeleteFunc(events, func(ev stored) bool {
			address := ev.address()
			replaced := address != "" && seen[address]
			seen[address] = true
			return replaced
		})
	}
	if r.faults.OldestFirst {
		slices.Reverse(events)
	}
	return events
}

// deleted reports whether the author took an event back (NIP-09). A deletion
// cannot be deleted.
func deleted(events []stored, ev *Event) bool {
	if ev.Kind == 5 {
		return false
	}
	address := ev.address()
	for _, del := range events {
		if del.Kind != 5 || del.PubKey != ev.PubKey {
			continue
		}
		for _, tag := range del.Tags {
			if len(tag) < 2 {
				continue
			}
			if tag[0] == "e" && tag[1] == ev.ID ||
				tag[0] == "a" && address != "" && tag[1] == address && ev.CreatedAt <= del.CreatedAt {
				return true
			}
		}
	}
	return false
}

// answersTo gives what a REQ is answered with.
func (r *Relay) answersTo(filters []filter) []stored {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.faults.IgnoreFilters {
		return r.visible()
	}
	return pick(r.visible(), filters)
}

// accept judges an EVENT of a client; the text is the reason of its OK.
func (r *Relay) accept(raw json.RawMessage) (ev stored, ok bool, reason string) {
	ev, err := parse(raw)
	if err != nil {
		return ev, false, "invalid: no event"
	}
	r.mu.Lock()
	reject := r.faults.Reject
	known := slices.ContainsFunc(r.events, func(other stored) bool { return other.ID == ev.ID })
	r.mu.Unlock()
	switch err := ev.check(); {
	case reject != "":
		return ev, false, reject
	case err != nil:
		return ev, false, "invalid: " + err.Error()
	case known:
		return ev, true, "duplicate: already have this event"
	}
	if ev.Kind < 20000 || ev.Kind >= 30000 { // the others are ephemeral
		r.keep(ev)
	}
	return ev, true, ""
}
