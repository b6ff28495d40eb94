package nostrfake

import (
	"encoding/json"
	"fmt"
)

// Faults is what goes wrong at one relay. The zero value is an honest one.
type Faults struct {
	// NoUpgrade takes the connection and the request and never answers it.
	NoUpgrade bool `json:"no_upgrade"`
	// Status refuses the upgrade with this HTTP status.
	Status int `json:"status"`
	// Hang upgrades and answers nothing.
	Hang bool `json:"hang"`
	// NoEOSE sends the events and never says that these were all.
	NoEOSE bool `json:"no_eose"`
	// Auth sends a challenge (NIP-42) and closes each REQ with auth-required:
	// until the client has logged in.
	Auth bool `json:"auth"`
	// Closed is the text of a CLOSED that answers each REQ, such as
	// "rate-limited: slow down".
	Closed string `json:"closed"`
	// Notice is the text of a NOTICE that is all a REQ gets.
	Notice string `json:"notice"`
	// DropAfter ends the connection without a farewell after so many messages
	// to it, 0 being at the first REQ.
	DropAfter *int `json:"drop_after"`
	// Reject is the reason with which each EVENT of a client is refused.
	Reject string `json:"reject"`

	// Corrupt spoils every event served: "id", "sig", "content" or "both".
	Corrupt string `json:"corrupt"`
	// Again sends a spoilt copy after every event, as Corrupt does.
	Again string `json:"again"`
	// Extra are events sent to every REQ whatever it asks, in the forms of a
	// file of the world.
	Extra []json.RawMessage `json:"extra"`
	// IgnoreFilters sends all events to every REQ.
	IgnoreFilters bool `json:"ignore_filters"`
	// KeepReplaced and KeepDeleted serve what an honest relay has forgotten.
	KeepReplaced bool `json:"keep_replaced"`
	KeepDeleted  bool `json:"keep_deleted"`
	// OldestFirst turns the order round.
	OldestFirst bool `json:"oldest_first"`

	// HugeFrame sends a message of so many bytes, in one frame, before the
	// events.
	HugeFrame int `json:"huge_frame"`
	// Fragment cuts each EVENT message into frames of so many bytes.
	Fragment int `json:"fragment"`

	extra []stored
}

// SetFaults puts these faults in the place of all others.
func (r *Relay) SetFaults(faults Faults) error {
	prepared, err := prepare(faults, nil)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = prepared
	return nil
}

// prepare checks what can be misspelt and signs the extra events.
func prepare(faults Faults, folder *folder) (Faults, error) {
	for _, what := range []string{faults.Corrupt, faults.Again} {
		if what != "" {
			if _, err := (stored{}).spoil(what); err != nil {
				return faults, err
			}
		}
	}
	faults.extra = nil
	for i, raw := range faults.Extra {
		events, err := folder.read(fmt.Sprintf("extra event %d", i+1), raw)
		if err != nil {
			return faults, err
		}
		faults.extra = append(faults.extra, events...)
	}
	return faults, nil
}

// served turns honest events into the sequence that goes out.
func (f *Faults) served(events []stored) []stored {
	var out []stored
	for _, ev := range events {
		if f.Corrupt != "" {
			ev, _ = ev.spoil(f.Corrupt) // prepare has checked the word
		}
		out = append(out, ev)
		if f.Again != "" {
			again, _ := ev.spoil(f.Again)
			out = append(out, again)
		}
	}
	return append(out, f.extra...)
}
