package dnsfake

import (
	"fmt"
	"time"

	"github.com/miekg/dns"
)

// Fault is what goes wrong for one name, in every type. Members can be joined:
// what is spoofed is sent first, then the answer, unless it is dropped.
type Fault struct {
	// RCode is the answer's code, "SERVFAIL" or any other, with nothing in it.
	RCode string `json:"rcode"`
	// Drop is how many queries get no answer; below 0, all of them.
	Drop int `json:"drop"`
	// HangUp closes a TCP connection in the place of an answer.
	HangUp bool `json:"hang_up"`
	// DelayMS is how many milliseconds pass before an answer.
	DelayMS int `json:"delay_ms"`
	// Truncate sets TC on UDP and leaves the answer empty, though it would fit.
	Truncate bool `json:"truncate"`
	// CNAMEOnly ends the answer after the first CNAME, as a server does that
	// does not have the zone of the target.
	CNAMEOnly bool `json:"cname_only"`
	// CNAMELoop answers with a CNAME to another name and one back.
	CNAMELoop bool `json:"cname_loop"`
	// Fill puts so many other TXT records before those of the zone.
	Fill int `json:"fill"`
	// Foreign is zone text, of any owner, put before the zone's records; the
	// code becomes NOERROR.
	Foreign string `json:"foreign"`

	// WrongID, WrongAddress, WrongQuestion and Garbage are how many spoofed
	// answers come first: with another id, from 127.0.0.2, about another name,
	// and as bytes that are no message.
	WrongID       int `json:"wrong_id"`
	WrongAddress  int `json:"wrong_address"`
	WrongQuestion int `json:"wrong_question"`
	Garbage       int `json:"garbage"`
	// Spoof is the zone text of the records in spoofed answers; without it one
	// TXT record that says "spoofed".
	Spoof string `json:"spoof"`
}

// state is a fault under way.
type state struct {
	Fault
	rcode   int
	foreign []dns.RR
	spoof   []dns.RR
	asked   int
}

// SetFault makes a name go wrong from now on.
func (s *Server) SetFault(name string, fault Fault) error {
	prepared, err := prepare(name, fault)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[dns.CanonicalName(name)] = prepared
	return nil
}

// ClearFaults lets every name be answered honestly again.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = map[string]*state{}
}

// prepare reads the texts of a fault.
func prepare(name string, fault Fault) (*state, error) {
	owner := dns.CanonicalName(name)
	st := &state{Fault: fault, rcode: -1}
	if fault.RCode != "" {
		code, ok := dns.StringToRcode[fault.RCode]
		if !ok {
			return nil, fmt.Errorf("dnsfake: fault of %s: %q is no rcode", name, fault.RCode)
		}
		st.rcode = code
	}
	if fault.Spoof == "" {
		fault.Spoof = owner + " TXT spoofed"
	}
	var err error
	if st.foreign, err = parseRecords(".", fault.Foreign, "fault of "+name); err != nil {
		return nil, err
	}
	if st.spoof, err = parseRecords(".", fault.Spoof, "fault of "+name); err != nil {
		return nil, err
	}
	return st, nil
}

func (f *state) delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }

// dropped counts a query and says whether it stays without an answer.
func (f *state) dropped() bool {
	f.asked++
	return f.Drop < 0 || f.asked <= f.Drop
}

// alter turns the answer of the zones into the faulty one.
func (f *state) alter(name string, result *found) {
	result.unknown = false
	if f.rcode >= 0 {
		*result = found{rcode: f.rcode}
	}
	if f.CNAMEOnly && len(result.answer) > 0 && result.answer[0].Header().Rrtype == dns.TypeCNAME {
		*result = found{answer: result.answer[:1]}
	}
	if f.CNAMELoop {
		other := "loop." + name
		*result = found{answer: []dns.RR{cname(name, other), cname(other, name)}}
	}
	var before []dns.RR
	for i := range f.Fill {
		before = append(before, &dns.TXT{
			Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: defaultTTL},
			Txt: []string{fmt.Sprintf("fill %d", i+1)},
		})
	}
	if before = append(before, f.foreign...); len(before) > 0 {
		*result = found{answer: append(before, result.answer...)}
	}
}

func cname(owner, target string) dns.RR {
	return &dns.CNAME{
		Hdr:    dns.RR_Header{Name: owner, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: defaultTTL},
		Target: target,
	}
}
