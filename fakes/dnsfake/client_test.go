package dnsfake

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// short is long enough for loopback, and what a test waits for an answer that
// does not come.
const short = 250 * time.Millisecond

func start(t *testing.T, zones map[string]string) *Server {
	t.Helper()
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for origin, text := range zones {
		if err := s.AddZone(origin, text); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// ask sends one query with the library's client and gives the first message
// that comes back, whatever its id.
func ask(s *Server, proto, name string, prepare ...func(*dns.Msg)) (*dns.Msg, error) {
	query := new(dns.Msg).SetQuestion(name, dns.TypeTXT)
	for _, p := range prepare {
		p(query)
	}
	client := &dns.Client{Net: proto, Timeout: short}
	answer, _, err := client.Exchange(query, s.URL())
	return answer, err
}

func mustAsk(t *testing.T, s *Server, proto, name string, prepare ...func(*dns.Msg)) *dns.Msg {
	t.Helper()
	answer, err := ask(s, proto, name, prepare...)
	if err != nil {
		t.Fatalf("%s %s: %v", proto, name, err)
	}
	return answer
}

func edns(size uint16, do bool) func(*dns.Msg) {
	return func(m *dns.Msg) { m.SetEdns0(size, do) }
}

// texts joins the strings of each TXT record of an answer.
func texts(answer *dns.Msg) []string {
	var out []string
	for _, rr := range answer.Answer {
		if txt, ok := rr.(*dns.TXT); ok {
			out = append(out, strings.Join(txt.Txt, ""))
		}
	}
	return out
}

// datagrams sends a query from a socket that takes answers from everywhere and
// reads n of them.
func datagrams(t *testing.T, s *Server, query *dns.Msg, n int) (raw [][]byte, from []net.Addr) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	packed, err := query.Pack()
	if err != nil {
		t.Fatal(err)
	}
	server, err := net.ResolveUDPAddr("udp", s.URL())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.WriteTo(packed, server); err != nil {
		t.Fatal(err)
	}
	for range n {
		buffer := make([]byte, dns.MaxMsgSize)
		length, addr, err := conn.ReadFrom(buffer)
		if err != nil {
			t.Fatalf("after %d of %d answers: %v", len(raw), n, err)
		}
		raw, from = append(raw, buffer[:length]), append(from, addr)
	}
	return raw, from
}
