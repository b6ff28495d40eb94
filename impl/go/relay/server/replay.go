package server

import (
	"sync"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
)

// replays are the signatures of streams and proofs that were taken: neither
// covers what would make one request differ from the next, so each counts once
// (KEZ-RELAY-039). Only signatures that verify come here, and one key cannot
// fill it.
type replays struct {
	mu     sync.Mutex
	taken  map[[64]byte]struct{}
	counts map[string]int // by handle
	order  []taken        // oldest first
}

type taken struct {
	sig    [64]byte
	handle string
	at     int64 // Unix seconds
}

const (
	// replayTime is how long a signature is refused after it was taken: a time
	// that lies MaxSkew ahead stays good for twice as long.
	replayTime = 120
	// mostReplays bounds the memory, and replaysOfOne what one handle has of it.
	mostReplays  = 1 << 17
	replaysOfOne = 600
)

func newReplays() *replays {
	return &replays{taken: map[[64]byte]struct{}{}, counts: map[string]int{}}
}

// take notes a signature. Where there is no room for one more nothing is taken,
// since to forget one would let it be used again.
func (s *replays) take(sig [64]byte, handle string, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(now.Unix())
	if _, known := s.taken[sig]; known {
		return kez.Errorf(kez.AuthReplayed, "this signature was used before").WithHint("sign each request anew, at another second")
	}
	switch {
	case s.counts[handle] >= replaysOfOne:
		return service.RateLimited("streams", replayTime/replaysOfOne*time.Second+time.Second)
	case len(s.taken) >= mostReplays:
		return service.Unavailable("too many streams were opened")
	}
	s.taken[sig] = struct{}{}
	s.counts[handle]++
	s.order = append(s.order, taken{sig, handle, now.Unix()})
	return nil
}

func (s *replays) forget(now int64) {
	n := 0
	for n < len(s.order) && now-s.order[n].at > replayTime {
		old := s.order[n]
		delete(s.taken, old.sig)
		if s.counts[old.handle]--; s.counts[old.handle] == 0 {
			delete(s.counts, old.handle)
		}
		n++
	}
	if s.order = s.order[n:]; len(s.order) == 0 {
		s.order = nil
	}
}
