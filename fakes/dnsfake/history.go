package dnsfake

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// Query is one question as it came in.
type Query struct {
	Name    string // in lower case, with its final dot
	Type    string
	Proto   string // udp, tcp or doh; what was no query has another word
	ID      uint16
	EDNS    bool
	UDPSize uint16 // as announced, 0 without EDNS
	DO      bool
	AD      bool
	CD      bool
	RD      bool

	unknown bool
}

// String is the line that scripts match: protocol, type, name, then what was
// set, as in "udp TXT _kez.a.test. edns=1232 do ad".
func (q Query) String() string {
	words := []string{q.Proto, q.Type, q.Name}
	if q.EDNS {
		words = append(words, fmt.Sprintf("edns=%d", q.UDPSize))
	}
	for _, flag := range []struct {
		set  bool
		word string
	}{{q.DO, "do"}, {q.AD, "ad"}, {q.CD, "cd"}} {
		if flag.set {
			words = append(words, flag.word)
		}
	}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	return strings.Join(words, " ")
}

// describe notes what a query asked.
func describe(proto string, msg *dns.Msg) Query {
	q := Query{
		Name: dns.CanonicalName(msg.Question[0].Name), Type: dns.TypeToString[msg.Question[0].Qtype],
		Proto: proto, ID: msg.Id, AD: msg.AuthenticatedData, CD: msg.CheckingDisabled, RD: msg.RecursionDesired,
	}
	if opt := msg.IsEdns0(); opt != nil {
		q.EDNS, q.UDPSize, q.DO = true, opt.UDPSize(), opt.Do()
	}
	return q
}

func (s *Server) record(q Query) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queries = append(s.queries, q)
}

// History lists the queries in the order they came.
func (s *Server) History() []Query {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.queries)
}

// Unknown lists the queries for names that lie in no zone, and what was no
// query at all. A fault makes its name known.
func (s *Server) Unknown() []string {
	var lines []string
	for _, q := range s.History() {
		if q.unknown {
			lines = append(lines, q.String())
		}
	}
	return lines
}

// ClearHistory forgets what was asked.
func (s *Server) ClearHistory() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queries = nil
}
