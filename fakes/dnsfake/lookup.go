package dnsfake

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// maxHops is how many CNAMEs one answer follows: more than any client should.
const maxHops = 32

// found is what the zones say about a question.
type found struct {
	rcode         int
	answer        []dns.RR
	authority     []dns.RR
	authenticated bool
	unknown       bool // no zone holds the name, or the target of its CNAME
}

// lookup answers from the zones, following CNAMEs as a resolver does; the
// caller holds the lock.
func (s *Server) lookup(name string, qtype uint16) found {
	result := found{authenticated: true}
	seen := map[string]bool{}
	for hop := 0; hop <= maxHops && !seen[name]; hop++ {
		seen[name] = true
		z := s.zoneOf(name)
		if z == nil {
			result.unknown = true
			result.rcode = dns.RcodeRefused
			if hop > 0 {
				result.rcode = dns.RcodeServerFailure // a resolver could not go on
			}
			return result
		}
		result.authenticated = result.authenticated && z.authenticated
		records, exists := z.records(name)
		if !exists {
			result.rcode = dns.RcodeNameError
			result.authority = []dns.RR{z.soa()}
			return result
		}
		target := ""
		matched := false
		for _, rr := range records {
			if rr.Header().Rrtype == qtype {
				result.answer = append(result.answer, rr)
				matched = true
			} else if cname, ok := rr.(*dns.CNAME); ok {
				target = dns.CanonicalName(cname.Target)
			}
		}
		switch {
		case matched:
			return result
		case target == "":
			result.authority = []dns.RR{z.soa()}
			return result
		}
		i := slices.IndexFunc(records, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeCNAME })
		result.answer = append(result.answer, records[i])
		name = target
	}
	return result // a loop: the CNAMEs, and no record at their end
}

// records gives what a name holds, and whether it exists: a name does when
// others lie below it, too (RFC 8020), and when a wildcard covers it.
func (z *zone) records(name string) ([]dns.RR, bool) {
	if name == z.origin || len(z.names[name]) > 0 {
		return z.names[name], true
	}
	for other := range z.names {
		if dns.IsSubDomain(name, other) {
			return nil, true
		}
	}
	for above := name; above != z.origin; {
		next, end := dns.NextLabel(above, 0)
		if end {
			above = "."
		} else {
			above = above[next:]
		}
		if wild, ok := z.names["*."+strings.TrimPrefix(above, ".")]; ok {
			return expand(wild, name), true
		}
		if _, ok := z.names[above]; ok {
			break // the closest encloser has no wildcard (RFC 4592)
		}
	}
	return nil, false
}

// expand gives the records of a wildcard the name that was asked for.
func expand(records []dns.RR, name string) []dns.RR {
	expanded := make([]dns.RR, len(records))
	for i, rr := range records {
		expanded[i] = dns.Copy(rr)
		expanded[i].Header().Name = name
	}
	return expanded
}

// soa is the zone's own, or one made up for it: negative answers carry one.
func (z *zone) soa() dns.RR {
	for _, rr := range z.names[z.origin] {
		if rr.Header().Rrtype == dns.TypeSOA {
			return rr
		}
	}
	return &dns.SOA{
		Hdr: dns.RR_Header{Name: z.origin, Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: defaultTTL},
		Ns:  "ns.invalid.", Mbox: "hostmaster.invalid.",
		Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, Minttl: defaultTTL,
	}
}
