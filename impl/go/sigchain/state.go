package sigchain

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"kez.lat/kez/impl/go/kez"
)

func sum(canonical []byte) Hash { return sha256.Sum256(canonical) }

// State is what a verified chain adds up to. The zero State is the empty chain.
type State struct {
	Primary   kez.Identity
	Length    int
	Head      Hash
	LastAt    time.Time    // created_at of the last event
	Successor kez.Identity // set once a rotate event closed the chain
	Partial   bool         // holds an operation whose effect is not known here
	Fork      *Fork        // evidence, where the chain forks; the rest is the shared prefix

	asked    kez.Identity
	subjects map[kez.Identity]standing
	devices  map[kez.Identity]Device
	hashes   []Hash
	events   []Event
	// stored gives the hashes of events that the state does not hold, which come
	// before those it holds; nil where it holds all.
	stored func(seq int) (Hash, error)
}

// NewState is the empty chain of a primary; every event has to be that
// primary's. With the zero identity the first event decides.
func NewState(primary kez.Identity) *State { return &State{Primary: primary, asked: primary} }

// standing is the last operation on a subject.
type standing struct {
	active bool
	seq    int
}

// Device is a device key that may sign claims for the primary while listed.
type Device struct {
	Identity kez.Identity
	Name     string
	Listed   bool
	seq      int
}

// Fork is two valid events of one seq.
type Fork struct {
	Seq    int
	Hashes [2]Hash
}

// Closed reports whether a rotate event ended the chain.
func (s *State) Closed() bool { return !s.Successor.IsZero() }

// mayGrow refuses what no event can follow.
func (s *State) mayGrow() error {
	switch {
	case s.Length >= MaxEvents:
		return kez.Errorf(kez.SigchainTooLong, "the chain would have more than %d events", MaxEvents).
			WithHint("no reader takes a longer chain; the last event can only be a rotation to a new primary")
	case s.Fork != nil:
		return kez.Errorf(kez.SigchainFork, "the chain forked at seq %d, and nothing can follow", s.Fork.Seq).
			WithHint("only a new primary helps")
	}
	return nil
}

// hash gives the hash of an event with a seq below Length, wherever it is.
func (s *State) hash(seq int) (Hash, error) {
	if seq == s.Length-1 {
		return s.Head, nil
	}
	if held := seq - (s.Length - len(s.hashes)); held >= 0 {
		return s.hashes[held], nil
	}
	return s.stored(seq)
}

// end is all of the first n events that the next one is judged by.
func (s *State) end(n int) (*State, error) {
	end := &State{Primary: s.Primary, asked: s.asked, Length: n}
	if n == 0 {
		return end, nil
	}
	var err error
	end.Head, err = s.hash(n - 1)
	return end, err
}

// HashAt gives the hash of the event with a seq below Length.
func (s *State) HashAt(seq int) Hash { return s.hashes[seq] }

// Subject tells the last operation on a subject: whether it is active, and
// whether the chain mentions it at all.
func (s *State) Subject(subject kez.Identity) (active, listed bool) {
	st, listed := s.subjects[subject.Canonical()]
	return st.active, listed
}

// Active gives the active subjects in the order of the operations that made
// them so.
func (s *State) Active() []kez.Identity { return s.bySeq(true) }

// Revoked gives the subjects whose last operation is revoke, in its order.
func (s *State) Revoked() []kez.Identity { return s.bySeq(false) }

func (s *State) bySeq(active bool) []kez.Identity {
	ids := make([]kez.Identity, 0, len(s.subjects))
	for id, st := range s.subjects {
		if st.active == active {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b kez.Identity) int {
		return cmp.Compare(s.subjects[a].seq, s.subjects[b].seq)
	})
	return ids
}

// Device tells whether an identity is listed as a device, and whether it ever
// was.
func (s *State) Device(id kez.Identity) (listed, known bool) {
	d, known := s.devices[id]
	return d.Listed, known
}

// Devices gives the listed devices in the order of their add_device events.
func (s *State) Devices() []Device {
	listed := slices.DeleteFunc(slices.Collect(maps.Values(s.devices)), func(d Device) bool { return !d.Listed })
	slices.SortFunc(listed, func(a, b Device) int { return cmp.Compare(a.seq, b.seq) })
	return listed
}

// Events gives every event in order.
func (s *State) Events() []Event { return s.events }

// apply adds a checked event.
func (s *State) apply(primary kez.Identity, e Event) {
	if s.subjects == nil {
		s.subjects, s.devices = map[kez.Identity]standing{}, map[kez.Identity]Device{}
	}
	s.Primary, s.Head, s.LastAt = primary, e.Hash, e.CreatedAt
	s.Length++
	s.hashes = append(s.hashes, e.Hash)
	s.events = append(s.events, e)
	target := e.Target.Canonical()
	switch e.Op {
	case Add:
		s.subjects[target] = standing{true, e.Seq}
	case Revoke:
		s.subjects[target] = standing{false, e.Seq}
		if d, known := s.devices[target]; known {
			d.Listed = false
			s.devices[target] = d
		}
	case Rotate:
		s.Successor = target
	case AddDevice:
		s.devices[target] = Device{target, e.Name, true, e.Seq}
	default:
		s.Partial = true
	}
}

// Prefix replays the first n events.
func (s *State) Prefix(n int) *State {
	prefix := NewState(s.asked)
	for _, e := range s.events[:n] {
		prefix.apply(s.Primary, e)
	}
	return prefix
}
