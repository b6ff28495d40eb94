package service

import (
	"container/list"
	"net/netip"
	"sync"
	"time"
)

// Limiter is a token bucket per client address, in bounded memory: of more
// addresses than it has room for it forgets the one seen longest ago.
type Limiter struct {
	interval time.Duration // in which one token comes
	burst    float64
	room     int
	now      func() time.Time

	mu      sync.Mutex
	buckets map[netip.Prefix]*list.Element
	recent  *list.List // least recent first
}

type bucket struct {
	key    netip.Prefix
	tokens float64
	at     time.Time
}

// limiterRoom is how many addresses a limiter remembers.
const limiterRoom = 1 << 16

// NewLimiter allows burst at once and one more each interval. A burst of 0 or
// less is no limit.
func NewLimiter(burst int, interval time.Duration, now func() time.Time) *Limiter {
	return &Limiter{interval: interval, burst: float64(burst), room: limiterRoom, now: now,
		buckets: map[netip.Prefix]*list.Element{}, recent: list.New()}
}

// Wait says how long an address has to wait for a token, and takes none.
func (l *Limiter) Wait(key netip.Prefix) time.Duration { return l.ask(key, 0) }

// Take takes a token, or says how long to wait for one.
func (l *Limiter) Take(key netip.Prefix) time.Duration { return l.ask(key, 1) }

func (l *Limiter) ask(key netip.Prefix, take float64) time.Duration {
	if l.burst <= 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	element, known := l.buckets[key]
	if !known {
		if take == 0 {
			return 0
		}
		if l.recent.Len() >= l.room {
			delete(l.buckets, l.recent.Remove(l.recent.Front()).(*bucket).key)
		}
		element = l.recent.PushBack(&bucket{key, l.burst, l.now()})
		l.buckets[key] = element
	}
	l.recent.MoveToBack(element)
	b := element.Value.(*bucket)
	now := l.now()
	b.tokens = min(l.burst, b.tokens+max(0, float64(now.Sub(b.at))/float64(l.interval)))
	b.at = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) * float64(l.interval))
	}
	b.tokens -= take
	return 0
}
