package dnsfake

import (
	"net"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// ownUDPSize is the largest answer the server sends over UDP, the usual value
// of resolvers since 2020.
const ownUDPSize = 1232

// reply is everything that happens because of one query.
type reply struct {
	msg    *dns.Msg // nil for no answer
	spoofs []spoof
	delay  time.Duration
	hangUp bool
}

// spoof is an answer that a client must not take.
type spoof struct {
	msg       *dns.Msg
	elsewhere bool // sent from another address
	raw       []byte
}

// answer records a query and makes the reply to it.
func (s *Server) answer(proto string, query *dns.Msg) reply {
	q := describe(proto, query)
	question := query.Question[0]
	s.mu.Lock()
	defer s.mu.Unlock()

	result := found{rcode: dns.RcodeRefused, unknown: true}
	if question.Qclass == dns.ClassINET {
		result = s.lookup(q.Name, question.Qtype)
	}
	fault := s.faults[q.Name]
	if fault != nil {
		fault.alter(q.Name, &result)
	}
	q.unknown = result.unknown
	s.queries = append(s.queries, q)

	msg := message(query, result)
	if fault == nil {
		fit(proto, query, msg)
		return reply{msg: msg}
	}
	out := reply{delay: fault.delay(), hangUp: fault.HangUp && proto == "tcp"}
	if proto == "udp" {
		out.spoofs = fault.spoofs(query)
		if fault.Truncate {
			msg.Truncated, msg.Answer, msg.Ns = true, nil, nil
		}
	}
	fit(proto, query, msg)
	if !fault.dropped() {
		out.msg = msg
	}
	return out
}

// message puts what was found into an answer to the query.
func message(query *dns.Msg, result found) *dns.Msg {
	msg := new(dns.Msg).SetRcode(query, result.rcode)
	msg.Authoritative = result.rcode != dns.RcodeRefused
	msg.RecursionAvailable = true
	msg.CheckingDisabled = query.CheckingDisabled
	msg.Answer = slices.Clone(result.answer)
	msg.Ns = slices.Clone(result.authority)
	opt := query.IsEdns0()
	if opt != nil {
		msg.SetEdns0(ownUDPSize, opt.Do())
	}
	// RFC 6840 section 5.8: AD only to those who said they understand it.
	msg.AuthenticatedData = result.authenticated && (query.AuthenticatedData || opt != nil && opt.Do())
	return msg
}

// fit cuts an answer down to what its way can carry, and says so with TC.
func fit(proto string, query, msg *dns.Msg) {
	size := dns.MaxMsgSize
	if proto == "udp" {
		size = dns.MinMsgSize
		if opt := query.IsEdns0(); opt != nil {
			size = min(max(int(opt.UDPSize()), size), ownUDPSize)
		}
	}
	msg.Truncate(size)
}

// spoofs makes the answers that come before the right one.
func (f *state) spoofs(query *dns.Msg) []spoof {
	forged := func() *dns.Msg {
		msg := message(query, found{answer: f.spoof})
		fit("udp", query, msg)
		return msg
	}
	var out []spoof
	for i := range f.WrongID {
		msg := forged()
		msg.Id ^= uint16(i + 1)
		out = append(out, spoof{msg: msg})
	}
	for range f.WrongAddress {
		out = append(out, spoof{msg: forged(), elsewhere: true})
	}
	for range f.WrongQuestion {
		msg := forged()
		msg.Question = slices.Clone(msg.Question)
		msg.Question[0].Name = "elsewhere.invalid."
		out = append(out, spoof{msg: msg})
	}
	for range f.Garbage {
		out = append(out, spoof{raw: []byte("no DNS message")})
	}
	return out
}

// sendSpoof sends one, from 127.0.0.2 where the system has that address and
// from another port otherwise.
func (s *Server) sendSpoof(w dns.ResponseWriter, sp spoof) {
	if sp.raw != nil {
		_, _ = w.Write(sp.raw)
		return
	}
	if !sp.elsewhere {
		_ = w.WriteMsg(sp.msg)
		return
	}
	raw, err := sp.msg.Pack()
	if err != nil {
		return
	}
	conn, err := net.ListenPacket("udp", "127.0.0.2:0")
	if err != nil {
		if conn, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			return
		}
	}
	defer func() { _ = conn.Close() }()
	_, _ = conn.WriteTo(raw, w.RemoteAddr())
}
