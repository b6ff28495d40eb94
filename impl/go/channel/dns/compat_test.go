package dns_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	wire "github.com/miekg/dns"

	"kez.lat/kez/impl/go/channel/dns"
	"kez.lat/kez/impl/go/channel/internal/worldtest"
	"kez.lat/kez/impl/go/kez"
)

// TestServersWithoutEDNS has servers that refuse questions with EDNS in each way
// that they do, and some that refuse all [RFC 6891 §6.2.2].
func TestServersWithoutEDNS(t *testing.T) {
	for name, test := range map[string]struct {
		rcode      int
		headerOnly bool
		always     bool
		want       kez.Code
		asked      int32
	}{
		"FORMERR":                  {rcode: wire.RcodeFormatError, asked: 2},
		"FORMERR, a mere header":   {rcode: wire.RcodeFormatError, headerOnly: true, asked: 2},
		"NOTIMP":                   {rcode: wire.RcodeNotImplemented, asked: 2},
		"FORMERR always":           {rcode: wire.RcodeFormatError, always: true, want: kez.ChannelUnreachable, asked: 2},
		"SERVFAIL is another case": {rcode: wire.RcodeServerFailure, want: kez.ChannelUnreachable, asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			record, err := wire.NewRR(txt(t, site))
			if err != nil {
				t.Fatal(err)
			}
			socket, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			server := &wire.Server{PacketConn: socket, Handler: wire.HandlerFunc(func(w wire.ResponseWriter, q *wire.Msg) {
				asked.Add(1)
				reply := new(wire.Msg).SetReply(q)
				if q.IsEdns0() != nil || test.always {
					reply.Rcode = test.rcode
					if test.headerOnly {
						reply.Question = nil
					}
				} else {
					reply.Answer = []wire.RR{record}
				}
				_ = w.WriteMsg(reply) // the asker may have gone
			})}
			ready := make(chan struct{})
			server.NotifyStartedFunc = func() { close(ready) }
			go func() { _ = server.ActivateAndServe() }() // ends with Shutdown
			<-ready
			t.Cleanup(func() { _ = server.Shutdown() })
			c := dns.Channel{Resolver: dns.Wire{Server: socket.LocalAddr().String()}}
			worldtest.Want(t, worldtest.Verify(t, c, "dns:a.test"), test.want)
			if asked.Load() != test.asked {
				t.Errorf("%d questions, want %d", asked.Load(), test.asked)
			}
		})
	}
}

func TestDoHSaysWhoAsks(t *testing.T) {
	for version, want := range map[string]string{"1.2.3": "kez/1.2.3", "": "kez"} {
		var agent string
		s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { agent = r.UserAgent() }))
		defer s.Close()
		_, _ = dns.HTTPS{URL: s.URL, Version: version}.LookupTXT(t.Context(), "a.test") // what it says is no matter
		if agent != want {
			t.Errorf("user agent %q, want %q", agent, want)
		}
	}
}

// TestDoHWithoutProxies has a proxy in the environment of a process of its own,
// since net/http reads it only once.
func TestDoHWithoutProxies(t *testing.T) {
	if os.Getenv("KEZ_TEST_BEHIND_PROXY") == "" {
		behindProxy(t)
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	for _, client := range []*http.Client{nil, {}} {
		_, err := dns.HTTPS{URL: "http://doh.invalid/dns-query", Client: client}.LookupTXT(ctx, "a.test")
		if kez.CodeOf(err) != kez.ChannelUnreachable {
			t.Error(err)
		}
	}
}

func behindProxy(t *testing.T) {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") }))
	defer proxy.Close()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDoHWithoutProxies$")
	child.Env = append(os.Environ(), "KEZ_TEST_BEHIND_PROXY=1", "HTTP_PROXY="+proxy.URL, "NO_PROXY=")
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestDoHKeepsUserInfo: it is sent to the server and shown to nobody.
func TestDoHKeepsUserInfo(t *testing.T) {
	var sent string
	rcode := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		sent = user + ":" + password
		body, err := io.ReadAll(r.Body)
		q := new(wire.Msg)
		if err != nil || !rcode || q.Unpack(body) != nil {
			return
		}
		reply, err := new(wire.Msg).SetRcode(q, wire.RcodeServerFailure).Pack()
		if err == nil {
			w.Write(reply)
		}
	}))
	defer s.Close()
	with := func(url string) string { return strings.Replace(url, "://", "://usr:s3cret@", 1) }
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		ctx   context.Context
		url   string
		rcode bool
	}{
		{t.Context(), with(s.URL), false}, {t.Context(), with(s.URL), true}, {canceled, with(s.URL), false},
		{t.Context(), "http://usr:s3cret@127.0.0.1:1/", false}, {t.Context(), "http://usr:s3cret@[bad/", false},
		{t.Context(), "https:usr:s3cret@a.example", false}, {t.Context(), "ftp://usr:s3cret@a.example", false},
	} {
		rcode = test.rcode
		_, err := dns.HTTPS{URL: test.url}.LookupTXT(test.ctx, "a.test")
		if kez.CodeOf(err) != kez.ChannelUnreachable || strings.Contains(err.Error(), "usr") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v", err)
		}
	}
	if sent != "usr:s3cret" {
		t.Errorf("sent %q", sent)
	}
}
