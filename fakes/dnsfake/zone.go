package dnsfake

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// defaultTTL is that of records whose text has none.
const defaultTTL = 300

// zone is the records below one origin, by owner in lower case.
type zone struct {
	origin        string
	names         map[string][]dns.RR
	authenticated bool
}

func newZone(origin string) *zone {
	return &zone{origin: dns.CanonicalName(origin), names: map[string][]dns.RR{}}
}

// parseZone reads zone text, whose names have to lie below origin.
func parseZone(origin, text, file string) (*zone, error) {
	z := newZone(origin)
	records, err := parseRecords(z.origin, text, file)
	if err != nil {
		return nil, err
	}
	for _, rr := range records {
		if !dns.IsSubDomain(z.origin, dns.CanonicalName(rr.Header().Name)) {
			return nil, fmt.Errorf("dnsfake: %s: %s lies outside the zone %s", file, rr.Header().Name, z.origin)
		}
		z.add(rr)
	}
	return z, nil
}

func parseRecords(origin, text, file string) ([]dns.RR, error) {
	parser := dns.NewZoneParser(strings.NewReader(text), origin, file)
	parser.SetDefaultTTL(defaultTTL)
	var records []dns.RR
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		records = append(records, rr)
	}
	if err := parser.Err(); err != nil {
		return nil, fmt.Errorf("dnsfake: %w", err)
	}
	return records, nil
}

func (z *zone) add(rr dns.RR) {
	owner := dns.CanonicalName(rr.Header().Name)
	z.names[owner] = append(z.names[owner], rr)
}

// AddZone puts a zone in the place of one with the same origin.
func (s *Server) AddZone(origin, text string) error {
	z, err := parseZone(origin, text, "zone "+origin)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zones[z.origin] = z
	return nil
}

// AddTXT adds one record of these strings, any bytes, each of at most 255. The
// parent of a name in no zone becomes one.
func (s *Server) AddTXT(name string, ttl uint32, strs ...string) {
	owner := dns.CanonicalName(name)
	rr := &dns.TXT{Hdr: dns.RR_Header{Name: owner, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: ttl}}
	for _, text := range strs {
		rr.Txt = append(rr.Txt, escape(text))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	z := s.zoneOf(owner)
	if z == nil {
		origin := "."
		if next, end := dns.NextLabel(owner, 0); !end {
			origin = owner[next:]
		}
		z = newZone(origin)
		s.zones[z.origin] = z
	}
	z.add(rr)
}

// escape writes bytes the way the library keeps them.
func escape(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '\\' || c == '"' {
			fmt.Fprintf(&b, "\\%03d", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Remove takes all records of a name away; its zone stays.
func (s *Server) Remove(name string) {
	owner := dns.CanonicalName(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if z := s.zoneOf(owner); z != nil {
		delete(z.names, owner)
	}
}

// Authenticate sets AD in answers of a zone to clients that ask for it, as a
// validating resolver does. It is an error to name a zone that is not there.
func (s *Server) Authenticate(origin string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	z := s.zones[dns.CanonicalName(origin)]
	if z == nil {
		return fmt.Errorf("dnsfake: no zone %s to authenticate", origin)
	}
	z.authenticated = true
	return nil
}

// zoneOf finds the longest origin above a name; the caller holds the lock.
func (s *Server) zoneOf(name string) *zone {
	var found *zone
	for origin, z := range s.zones {
		if dns.IsSubDomain(origin, name) && (found == nil || dns.CountLabel(origin) > dns.CountLabel(found.origin)) {
			found = z
		}
	}
	return found
}
