package nostrfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/coder/websocket"
)

// session is one connection.
type session struct {
	relay     *Relay
	socket    *websocket.Conn
	conn      int
	challenge string
	loggedIn  bool

	mu   sync.Mutex
	subs map[string][]filter
	sent int
}

// errDropped ends a session whose time by the faults is over.
var errDropped = errors.New("nostrfake: dropped")

func (s *session) faults() Faults {
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	return s.relay.faults
}

// run reads messages until the connection ends.
func (s *session) run() {
	if s.faults().Auth {
		s.challenge = fmt.Sprintf("challenge-%d", s.conn)
		if s.send("AUTH", s.challenge) != nil {
			return
		}
	}
	for {
		_, raw, err := s.socket.Read(s.relay.ctx)
		if err != nil {
			return
		}
		handle, why := s.understand(raw)
		s.relay.record(Message{Conn: s.conn, Text: string(raw), Why: why})
		switch {
		case s.faults().Hang:
			continue
		case why != "":
			err = s.send("NOTICE", "invalid: "+why)
		default:
			err = handle()
		}
		if err != nil {
			return
		}
	}
}

// understand gives what a message leads to, or why it is none.
func (s *session) understand(raw []byte) (handle func() error, why string) {
	var parts []json.RawMessage
	var verb, sub string
	if json.Unmarshal(raw, &parts) != nil || len(parts) < 2 || json.Unmarshal(parts[0], &verb) != nil {
		return nil, "no message of NIP-01"
	}
	if verb == "REQ" || verb == "CLOSE" {
		if json.Unmarshal(parts[1], &sub) != nil || sub == "" || len(sub) > 64 {
			return nil, "a subscription id has 1 to 64 characters"
		}
	}
	switch {
	case verb == "REQ" && len(parts) > 2:
		var filters []filter
		for _, part := range parts[2:] {
			f, err := parseFilter(part)
			if err != nil {
				return nil, err.Error()
			}
			filters = append(filters, f)
		}
		return func() error { return s.request(sub, filters) }, ""
	case verb == "CLOSE" && len(parts) == 2:
		return func() error { s.unsubscribe(sub); return nil }, ""
	case verb == "EVENT" && len(parts) == 2:
		return func() error { return s.event(parts[1]) }, ""
	case verb == "AUTH" && len(parts) == 2:
		return func() error { return s.login(parts[1]) }, ""
	}
	return nil, fmt.Sprintf("%q with %d members is no message of NIP-01", verb, len(parts))
}

// request answers a REQ.
func (s *session) request(sub string, filters []filter) error {
	faults := s.faults()
	switch {
	case faults.DropAfter != nil && *faults.DropAfter == 0:
		return errDropped
	case faults.Notice != "":
		return s.send("NOTICE", faults.Notice)
	case faults.Closed != "":
		return s.send("CLOSED", sub, faults.Closed)
	case faults.Auth && !s.loggedIn:
		return s.send("CLOSED", sub, "auth-required: log in first")
	}
	if faults.HugeFrame > 0 {
		if err := s.sendHuge(sub, faults.HugeFrame); err != nil {
			return err
		}
	}
	// Before the events are looked up, so that none that arrives now is lost.
	s.mu.Lock()
	s.subs[sub] = filters
	s.mu.Unlock()
	for _, ev := range faults.served(s.relay.answersTo(filters)) {
		if err := s.send("EVENT", sub, ev.raw); err != nil {
			return err
		}
	}
	if faults.NoEOSE {
		return nil
	}
	return s.send("EOSE", sub)
}

func (s *session) unsubscribe(sub string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subs, sub)
}

// event takes an EVENT of the client.
func (s *session) event(raw json.RawMessage) error {
	ev, ok, reason := s.relay.accept(raw)
	return s.send("OK", ev.ID, ok, reason)
}

// login takes the answer to a challenge (NIP-42): kind 22242, this challenge,
// this relay.
func (s *session) login(raw json.RawMessage) error {
	ev, err := parse(raw)
	switch {
	case err != nil:
		return s.send("OK", "", false, "invalid: no event")
	case ev.check() != nil, ev.Kind != 22242, s.challenge == "", ev.tag("challenge") != s.challenge,
		strings.TrimRight(ev.tag("relay"), "/") != s.relay.url:
		return s.send("OK", ev.ID, false, "auth-required: not an answer to the challenge")
	}
	s.loggedIn = true
	return s.send("OK", ev.ID, true, "")
}

// push sends a new event to the subscriptions that want it.
func (s *session) push(ev stored) {
	s.mu.Lock()
	var subs []string
	for sub, filters := range s.subs {
		if slices.ContainsFunc(filters, func(f filter) bool { return f.matches(&ev.Event) }) {
			subs = append(subs, sub)
		}
	}
	s.mu.Unlock()
	slices.Sort(subs)
	for _, sub := range subs {
		if s.send("EVENT", sub, ev.raw) != nil {
			return
		}
	}
}

// sendHuge sends a message of n bytes in one frame.
func (s *session) sendHuge(sub string, n int) error {
	head, err := json.Marshal([]any{"EVENT", sub, ""})
	if err != nil {
		return err
	}
	head = head[:len(head)-2]
	message := append(head, strings.Repeat("a", max(0, n-len(head)-2))+`"]`...)
	return s.socket.Write(s.relay.ctx, websocket.MessageText, message)
}

// send writes one message, in pieces where the faults say so.
func (s *session) send(parts ...any) error {
	faults := s.faults()
	raw, err := json.Marshal(parts)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if faults.DropAfter != nil && s.sent >= *faults.DropAfter {
		return errDropped
	}
	s.sent++
	if faults.Fragment <= 0 || parts[0] != "EVENT" {
		return s.socket.Write(s.relay.ctx, websocket.MessageText, raw)
	}
	writer, err := s.socket.Writer(s.relay.ctx, websocket.MessageText)
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(raw, faults.Fragment) {
		if _, err := writer.Write(piece); err != nil {
			return err
		}
	}
	return writer.Close()
}
