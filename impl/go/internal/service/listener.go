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
// that those who say nothing cannot lock out those who do; where none is, the
// one whose body is longest on its way. Where all are at work the new one is
// closed.
type shedder struct {
	max int

	mu      sync.Mutex
	open    map[net.Conn]place
	waiting *list.List // oldest first
	working *list.List // those with a request, oldest first
	shed    int64
}

// place is where a connection stands.
type place struct {
	list    *list.List
	element *list.Element
}

func newShedder(most int) *shedder {
	return &shedder{max: most, open: map[net.Conn]place{}, waiting: list.New(), working: list.New()}
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
	if _, known := s.open[c]; !known && state != http.StateNew {
		return nil // it was shed
	}
	s.remove(c)
	switch state {
	case http.StateNew:
		if len(s.open) >= s.max {
			s.shed++
			if victim = s.victim(); victim == nil {
				return c
			}
			s.remove(victim)
		}
		s.add(c, s.waiting)
	case http.StateIdle:
		s.add(c, s.waiting)
	case http.StateActive:
		s.add(c, s.working)
	}
	return victim
}

func (s *shedder) add(c net.Conn, l *list.List) { s.open[c] = place{l, l.PushBack(c)} }

func (s *shedder) remove(c net.Conn) {
	if p, known := s.open[c]; known {
		p.list.Remove(p.element)
		delete(s.open, c)
	}
}

// victim is the connection to close for another; nil where all are at work.
func (s *shedder) victim() net.Conn {
	if oldest := s.waiting.Front(); oldest != nil {
		return oldest.Value.(net.Conn)
	}
	for e := s.working.Front(); e != nil; e = e.Next() {
		if c, ok := e.Value.(*conn); ok && c.sending() {
			return c
		}
	}
	return nil
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
