package service

import (
	"container/list"
	"net/netip"
	"sync"
	"time"
)

// Limiter is a token bucket per client address.
type Limiter = Buckets[netip.Prefix]

// Buckets are token buckets by a key, in bounded memory: of more keys than there
// is room for the one seen longest ago is forgotten.
type Buckets[K comparable] struct {
	interval time.Duration // in which one token comes
	burst    float64
	room     int
	now      func() time.Time

	mu      sync.Mutex
	buckets map[K]*list.Element
	recent  *list.List // least recent first
}

type bucket[K comparable] struct {
	key    K
	tokens float64
	at     time.Time
}

// limiterRoom is how many keys are remembered.
const limiterRoom = 1 << 16

// NewLimiter makes buckets of client addresses.
func NewLimiter(burst int, interval time.Duration, now func() time.Time) *Limiter {
	return NewBuckets[netip.Prefix](burst, interval, now)
}

// NewBuckets allows burst at once and one more each interval. A burst of 0 or
// less is no limit.
func NewBuckets[K comparable](burst int, interval time.Duration, now func() time.Time) *Buckets[K] {
	return &Buckets[K]{interval: interval, burst: float64(burst), room: limiterRoom, now: now,
		buckets: map[K]*list.Element{}, recent: list.New()}
}

// Wait says how long a key has to wait for a token, and takes none.
func (l *Buckets[K]) Wait(key K) time.Duration { return l.ask(key, 0) }

// Take takes a token, or says how long to wait for one.
func (l *Buckets[K]) Take(key K) time.Duration { return l.ask(key, 1) }

func (l *Buckets[K]) ask(key K, take float64) time.Duration {
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
			delete(l.buckets, l.recent.Remove(l.recent.Front()).(*bucket[K]).key)
		}
		element = l.recent.PushBack(&bucket[K]{key, l.burst, l.now()})
		l.buckets[key] = element
	}
	l.recent.MoveToBack(element)
	b := element.Value.(*bucket[K])
	now := l.now()
	b.tokens = min(l.burst, b.tokens+max(0, float64(now.Sub(b.at))/float64(l.interval)))
	b.at = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) * float64(l.interval))
	}
	b.tokens -= take
	return 0
}

// Give returns a token that was taken for nothing.
func (l *Buckets[K]) Give(key K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if element, known := l.buckets[key]; known {
		b := element.Value.(*bucket[K])
		b.tokens = min(l.burst, b.tokens+1)
	}
}
