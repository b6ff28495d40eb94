package dnsfake

import (
	"net"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

const name = "_kez.a.test"

func faulty(t *testing.T, fault Fault) *Server {
	t.Helper()
	s := start(t, nil)
	s.AddTXT(name, 60, "true")
	if err := s.SetFault(name, fault); err != nil {
		t.Fatal(err)
	}
	return s
}

func question() *dns.Msg { return new(dns.Msg).SetQuestion(name+".", dns.TypeTXT) }

func TestRCodes(t *testing.T) {
	for _, code := range []string{"SERVFAIL", "REFUSED", "NXDOMAIN", "FORMERR"} {
		s := faulty(t, Fault{RCode: code})
		answer := mustAsk(t, s, "udp", name+".")
		if dns.RcodeToString[answer.Rcode] != code || len(answer.Answer) != 0 {
			t.Errorf("%s: got %v", code, answer)
		}
		if len(s.Unknown()) != 0 {
			t.Errorf("%s: the query counts as unknown", code)
		}
		s.ClearFaults()
		if got := texts(mustAsk(t, s, "udp", name+".")); len(got) != 1 {
			t.Errorf("after ClearFaults: %v", got)
		}
	}
	if err := start(t, nil).SetFault(name, Fault{RCode: "NOPE"}); err == nil {
		t.Error("an rcode that does not exist was taken")
	}
}

func TestDropped(t *testing.T) {
	s := faulty(t, Fault{Drop: 1})
	if _, err := ask(s, "udp", name+"."); err == nil {
		t.Error("the first query was answered")
	}
	mustAsk(t, s, "udp", name+".")
	s = faulty(t, Fault{Drop: -1})
	for _, proto := range []string{"udp", "tcp"} {
		if _, err := ask(s, proto, name+"."); err == nil {
			t.Errorf("%s: answered", proto)
		}
	}
	if got := len(s.History()); got != 2 {
		t.Errorf("%d queries recorded, want the 2 without answers", got)
	}
}

func TestHangUp(t *testing.T) {
	s := faulty(t, Fault{HangUp: true, Truncate: true})
	if answer := mustAsk(t, s, "udp", name+"."); !answer.Truncated || len(answer.Answer) != 0 {
		t.Errorf("udp: %v", answer)
	}
	if _, err := ask(s, "tcp", name+"."); err == nil {
		t.Error("tcp: answered")
	}
}

func TestDelay(t *testing.T) {
	mustAsk(t, faulty(t, Fault{DelayMS: 1}), "udp", name+".")
	s := faulty(t, Fault{DelayMS: 3_600_000})
	if _, err := ask(s, "udp", name+"."); err == nil {
		t.Error("answered before an hour")
	}
}

func TestSpoofsComeFirst(t *testing.T) {
	s := faulty(t, Fault{WrongID: 2, WrongAddress: 1, WrongQuestion: 1, Garbage: 1})
	query := question()
	raw, from := datagrams(t, s, query, 6)
	truths := 0
	for i, bytes := range raw {
		msg := new(dns.Msg)
		if err := msg.Unpack(bytes); err != nil {
			if i != 4 {
				t.Errorf("answer %d is no message", i)
			}
			continue
		}
		ownID, ownAddress := msg.Id == query.Id, from[i].String() == s.URL()
		ownName := msg.Question[0].Name == query.Question[0].Name
		if strings.Join(texts(msg), "") == "true" {
			truths++
			if i != 5 || !ownID || !ownAddress || !ownName {
				t.Errorf("the true answer is number %d: %v from %v", i, msg, from[i])
			}
		} else if ownID && ownAddress && ownName {
			t.Errorf("answer %d is false and shows it nowhere", i)
		}
	}
	if truths != 1 {
		t.Errorf("%d true answers", truths)
	}
	if host, _, _ := net.SplitHostPort(from[2].String()); host != "127.0.0.2" {
		t.Logf("this system has no 127.0.0.2: the spoof came from %v", from[2])
	}
}

func TestSpoofAlone(t *testing.T) {
	s := faulty(t, Fault{WrongID: 1, Drop: -1, Spoof: name + `. TXT "evil"`})
	raw, _ := datagrams(t, s, question(), 1)
	msg := new(dns.Msg)
	if err := msg.Unpack(raw[0]); err != nil || texts(msg)[0] != "evil" {
		t.Errorf("%v: %v", err, msg)
	}
}

func TestRecordsInAnswers(t *testing.T) {
	foreign := faulty(t, Fault{Foreign: "_kez.evil.test. TXT evil"})
	answer := mustAsk(t, foreign, "udp", name+".")
	if got := strings.Join(texts(answer), "|"); got != "evil|true" || answer.Answer[0].Header().Name != "_kez.evil.test." {
		t.Errorf("foreign: %v", answer.Answer)
	}
	full := faulty(t, Fault{Fill: 2000})
	if !mustAsk(t, full, "udp", name+".").Truncated {
		t.Error("2,001 records over UDP without TC")
	}
	got := texts(mustAsk(t, full, "tcp", name+"."))
	if len(got) != 2001 || got[2000] != "true" {
		t.Errorf("tcp: %d records", len(got))
	}
	loop := mustAsk(t, faulty(t, Fault{CNAMELoop: true}), "udp", name+".")
	if len(loop.Answer) != 2 || loop.Answer[1].(*dns.CNAME).Target != name+"." {
		t.Errorf("loop: %v", loop.Answer)
	}
	only := start(t, testZones())
	if err := only.SetFault("other.a.test", Fault{CNAMEOnly: true}); err != nil {
		t.Fatal(err)
	}
	if got := mustAsk(t, only, "udp", "other.a.test."); len(got.Answer) != 1 || len(texts(got)) != 0 {
		t.Errorf("cname_only: %v", got.Answer)
	}
}

func TestMalformedIsUnknown(t *testing.T) {
	s := start(t, testZones())
	conn, err := net.Dial("udp", s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte("no query")); err != nil {
		t.Fatal(err)
	}
	mustAsk(t, s, "udp", name+".") // the server has read the first datagram by then
	if unknown := s.Unknown(); len(unknown) != 1 {
		t.Errorf("unknown: %v", unknown)
	}
}
