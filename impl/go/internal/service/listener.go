package service

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// listener wraps what it accepts into conns.
type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

// shedder bounds the number of connections. At the bound the one that has waited
// longest, with no request or only a part of a head, is closed for a new one, so
// that those who say nothing cannot lock out those who do. Where all are at work
// the new one is closed.
type shedder struct {
	max int

	mu      sync.Mutex
	open    map[net.Conn]*list.Element // its element in waiting, nil while at work
	waiting *list.List                 // oldest first
	shed    int64
}

func newShedder(most int) *shedder {
	return &shedder{max: most, open: map[net.Conn]*list.Element{}, waiting: list.New()}
}

// state is the ConnState hook of http.Server.
func (s *shedder) state(c net.Conn, state http.ConnState) {
	if victim := s.next(c, state); victim != nil {
		victim.Close()
	}
}

func (s *shedder) next(c net.Conn, state http.ConnState) (victim net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, known := s.open[c]
	if !known && state != http.StateNew {
		return nil // it was shed
	}
	if element != nil {
		s.waiting.Remove(element)
	}
	switch state {
	case http.StateNew:
		if len(s.open) >= s.max {
			s.shed++
			oldest := s.waiting.Front()
			if oldest == nil {
				return c
			}
			victim = s.waiting.Remove(oldest).(net.Conn)
			delete(s.open, victim)
		}
		s.open[c] = s.waiting.PushBack(c)
	case http.StateIdle:
		s.open[c] = s.waiting.PushBack(c)
	case http.StateActive:
		s.open[c] = nil
	default:
		delete(s.open, c)
	}
	return victim
}

// closeWaiting closes the connections without a request under way, for which a
// stop need not wait.
func (s *shedder) closeWaiting() {
	s.mu.Lock()
	var all []net.Conn
	for e := s.waiting.Front(); e != nil; e = e.Next() {
		all = append(all, e.Value.(net.Conn))
	}
	s.mu.Unlock()
	for _, c := range all {
		c.Close()
	}
}

// count gives the open connections and how many were shed.
func (s *shedder) count() (open int, shed int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open), s.shed
}
