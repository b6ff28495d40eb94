package server

import (
	"slices"
	"sync"

	"kez.lat/kez/impl/go/internal/service"
)

// hub knows which streams wait for which mailbox.
type hub struct {
	mu    sync.Mutex
	most  int
	count int
	all   map[string][]*listener
}

// listener is one stream. news holds at most one word: read on.
type listener struct {
	handle string
	news   chan struct{}
	gone   chan struct{} // closed when the stream has to make room
}

// streamsOfOne is how many streams a handle has; the oldest ends for a new one,
// since what ends without a word is often a client that is long gone.
const streamsOfOne = 16

func newHub(most int) *hub { return &hub{most: most, all: map[string][]*listener{}} }

// join adds a stream, or refuses it where there are too many.
func (h *hub) join(handle string) (*listener, error) {
	l := &listener{handle: handle, news: make(chan struct{}, 1), gone: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	if here := h.all[handle]; len(here) >= streamsOfOne {
		close(here[0].gone)
		h.remove(here[0])
	}
	if h.count >= h.most {
		return nil, service.Unavailable("too many streams are open")
	}
	h.all[handle] = append(h.all[handle], l)
	h.count++
	return l, nil
}

// leave takes a stream out, also one that made room already.
func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.remove(l)
}

func (h *hub) remove(l *listener) {
	here := h.all[l.handle]
	i := slices.Index(here, l)
	if i < 0 {
		return
	}
	h.count--
	if len(here) == 1 {
		delete(h.all, l.handle)
		return
	}
	h.all[l.handle] = slices.Delete(here, i, i+1)
}

// wake tells the streams of a mailbox that something was stored.
func (h *hub) wake(handle string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.all[handle] {
		select {
		case l.news <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// open tells how many streams there are.
func (h *hub) open() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.count
}
