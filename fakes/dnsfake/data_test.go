package dnsfake

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
)

const zoneA = `
_kez 3600 IN TXT "one " "two"
_kez IN TXT "second record"
other IN CNAME x.b.test.
nowhere IN CNAME gone.b.test.
outside IN CNAME elsewhere.invalid.
loop IN CNAME pool
pool IN CNAME loop
*.wild IN TXT "wild"
deep.below IN TXT "deep"
eight IN TXT "\195\169\255"
zero 0 IN TXT "short-lived"
`

func testZones() map[string]string {
	return map[string]string{"a.test": zoneA, "b.test": `x IN TXT "over there"`}
}

func TestAnswers(t *testing.T) {
	s := start(t, testZones())
	for _, c := range []struct {
		name  string
		rcode int
		texts string
		cname int
	}{
		{"_kez.a.test.", dns.RcodeSuccess, "one two|second record", 0},
		{"_KEZ.A.test.", dns.RcodeSuccess, "one two|second record", 0},
		{"none.a.test.", dns.RcodeNameError, "", 0},
		{"a.test.", dns.RcodeSuccess, "", 0},
		{"below.a.test.", dns.RcodeSuccess, "", 0},
		{"any.wild.a.test.", dns.RcodeSuccess, "wild", 0},
		{"other.a.test.", dns.RcodeSuccess, "over there", 1},
		{"nowhere.a.test.", dns.RcodeNameError, "", 1},
		{"outside.a.test.", dns.RcodeServerFailure, "", 1},
		{"loop.a.test.", dns.RcodeSuccess, "", 2},
		{"elsewhere.invalid.", dns.RcodeRefused, "", 0},
		{"eight.a.test.", dns.RcodeSuccess, `\195\169\255`, 0},
		{"zero.a.test.", dns.RcodeSuccess, "short-lived", 0},
	} {
		for _, proto := range []string{"udp", "tcp"} {
			answer := mustAsk(t, s, proto, c.name)
			got := strings.Join(texts(answer), "|")
			if answer.Rcode != c.rcode || got != c.texts || len(answer.Answer)-len(texts(answer)) != c.cname {
				t.Errorf("%s %s: rcode %d, texts %q, answer %v", proto, c.name, answer.Rcode, got, answer.Answer)
			}
			negative := c.texts == "" && (c.rcode == dns.RcodeNameError || c.cname == 0 && c.rcode == 0)
			if (len(answer.Ns) == 1) != negative {
				t.Errorf("%s %s: authority %v", proto, c.name, answer.Ns)
			}
		}
	}
	want := "udp TXT outside.a.test.|tcp TXT outside.a.test.|udp TXT elsewhere.invalid.|tcp TXT elsewhere.invalid."
	if got := strings.Join(s.Unknown(), "|"); got != want {
		t.Errorf("unknown %q, want %q", got, want)
	}
}

func TestTTLAndRemove(t *testing.T) {
	s := start(t, testZones())
	if ttl := mustAsk(t, s, "udp", "zero.a.test.").Answer[0].Header().Ttl; ttl != 0 {
		t.Errorf("ttl %d, want 0", ttl)
	}
	s.Remove("zero.a.test")
	if answer := mustAsk(t, s, "udp", "zero.a.test."); answer.Rcode != dns.RcodeNameError {
		t.Errorf("after removal rcode %d, want NXDOMAIN", answer.Rcode)
	}
}

func TestAddTXTAnyBytes(t *testing.T) {
	s := start(t, nil)
	s.AddTXT("_kez.c.test", 60, "quote \" back \\ ", "\x00\x7f\xff")
	answer := mustAsk(t, s, "tcp", "_kez.c.test.")
	if got, want := strings.Join(texts(answer), ""), `quote \" back \\ \000\127\255`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if answer := mustAsk(t, s, "udp", "_kez-sigchain.c.test."); answer.Rcode != dns.RcodeNameError {
		t.Errorf("a name beside it: rcode %d, want NXDOMAIN, since its zone is known", answer.Rcode)
	}
}

func TestTruncation(t *testing.T) {
	s := start(t, nil)
	s.AddTXT("_kez.a.test", 60, strings.Repeat("a", 255), strings.Repeat("b", 255), strings.Repeat("c", 255))
	for _, c := range []struct {
		proto string
		size  uint16
		cut   bool
	}{{"udp", 0, true}, {"udp", 512, true}, {"udp", 1232, false}, {"udp", 4096, false}, {"tcp", 0, false}} {
		var opts []func(*dns.Msg)
		if c.size > 0 {
			opts = append(opts, edns(c.size, false))
		}
		answer := mustAsk(t, s, c.proto, "_kez.a.test.", opts...)
		if answer.Truncated != c.cut || (len(answer.Answer) == 0) != c.cut {
			t.Errorf("%s size %d: TC %v with %d records, want cut %v", c.proto, c.size, answer.Truncated, len(answer.Answer), c.cut)
		}
	}
	s.AddTXT("_kez.a.test", 60, strings.Repeat("d", 255), strings.Repeat("e", 255))
	if answer := mustAsk(t, s, "udp", "_kez.a.test.", edns(4096, false)); !answer.Truncated {
		t.Error("1,300 bytes were sent over UDP, beyond the server's own size")
	}
}

func TestAuthenticated(t *testing.T) {
	s := start(t, testZones())
	if err := s.Authenticate("a.test"); err != nil {
		t.Fatal(err)
	}
	ad := func(m *dns.Msg) { m.AuthenticatedData = true }
	for _, c := range []struct {
		name string
		opt  func(*dns.Msg)
		want bool
	}{
		{"_kez.a.test.", edns(1232, true), true},
		{"_kez.a.test.", ad, true},
		{"_kez.a.test.", edns(1232, false), false},
		{"x.b.test.", ad, false},
		{"other.a.test.", ad, false},
	} {
		if got := mustAsk(t, s, "udp", c.name, c.opt).AuthenticatedData; got != c.want {
			t.Errorf("%s: AD %v, want %v", c.name, got, c.want)
		}
	}
	if s.Authenticate("no.test") == nil {
		t.Error("a zone that is not there was authenticated")
	}
}

func TestHistory(t *testing.T) {
	s := start(t, testZones())
	mustAsk(t, s, "udp", "_kez.A.test.", edns(1232, true))
	mustAsk(t, s, "tcp", "_kez.a.test.", func(m *dns.Msg) { m.CheckingDisabled = true })
	var lines []string
	for _, q := range s.History() {
		lines = append(lines, q.String())
	}
	want := "udp TXT _kez.a.test. edns=1232 do\ntcp TXT _kez.a.test. cd"
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("history\n%s\nwant\n%s", got, want)
	}
	s.ClearHistory()
	if len(s.History()) != 0 {
		t.Error("the history outlives ClearHistory")
	}
}
