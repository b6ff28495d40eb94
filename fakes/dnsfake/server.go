package dnsfake

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Server is a running fake.
type Server struct {
	addr    string
	servers []*dns.Server
	doh     *http.Server
	dohURL  string
	done    chan struct{} // closed by Close, ends whatever waits
	once    sync.Once

	mu      sync.Mutex
	zones   map[string]*zone
	faults  map[string]*state
	queries []Query
}

// portTries bounds the search for a port that is free for UDP and TCP alike.
const portTries = 20

// Start serves on a free port of 127.0.0.1, without zones.
func Start() (*Server, error) {
	s := &Server{zones: map[string]*zone{}, faults: map[string]*state{}, done: make(chan struct{})}
	listener, packets, err := listen()
	if err != nil {
		return nil, err
	}
	s.addr = listener.Addr().String()
	for _, server := range []*dns.Server{
		{Listener: listener, Handler: s.handler("tcp")},
		{PacketConn: packets, Handler: s.handler("udp"), UDPSize: dns.MaxMsgSize},
	} {
		// A dropped answer leaves a TCP client waiting; its own deadline must
		// end that and not ours.
		server.IdleTimeout = func() time.Duration { return time.Hour }
		server.MsgAcceptFunc = s.accept
		server.MsgInvalidFunc = func([]byte, error) { s.record(Query{Proto: "malformed", unknown: true}) }
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { _ = server.ActivateAndServe() }()
		<-started
		s.servers = append(s.servers, server)
	}
	return s, nil
}

// listen finds a port that both protocols can have.
func listen() (net.Listener, net.PacketConn, error) {
	var failed error
	for range portTries {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, fmt.Errorf("dnsfake: %w", err)
		}
		packets, err := net.ListenPacket("udp", listener.Addr().String())
		if err == nil {
			return listener, packets, nil
		}
		failed = errors.Join(err, listener.Close())
	}
	return nil, nil, fmt.Errorf("dnsfake: no port free for UDP and TCP: %w", failed)
}

// URL is where the server listens, as host:port, which is how a resolver is
// named.
func (s *Server) URL() string { return s.addr }

// Env is the variable that makes a kez ask this fake.
func (s *Server) Env() map[string]string { return map[string]string{"KEZ_DNS_SERVER": s.addr} }

// Close stops the server and lets go of every client that still waits.
func (s *Server) Close() error {
	var failed error
	s.once.Do(func() {
		close(s.done)
		for _, server := range s.servers {
			failed = errors.Join(failed, server.Shutdown())
		}
		s.mu.Lock()
		doh := s.doh
		s.mu.Unlock()
		if doh != nil {
			failed = errors.Join(failed, doh.Close())
		}
	})
	return failed
}

// accept lets one question in at a time, like every resolver, and records the
// rest, because a client that sends something else has a fault.
func (s *Server) accept(h dns.Header) dns.MsgAcceptAction {
	action := dns.DefaultMsgAcceptFunc(h)
	if action != dns.MsgAccept {
		s.record(Query{Proto: "refused header", ID: h.Id, unknown: true})
	}
	return action
}

// handler answers the queries of one protocol.
func (s *Server) handler(proto string) dns.Handler {
	return dns.HandlerFunc(func(w dns.ResponseWriter, query *dns.Msg) {
		answer := s.answer(proto, query)
		if !s.wait(answer.delay) {
			return
		}
		for _, spoof := range answer.spoofs {
			s.sendSpoof(w, spoof)
		}
		switch {
		case answer.hangUp:
			_ = w.Close()
		case answer.msg != nil:
			_ = w.WriteMsg(answer.msg)
		}
	})
}

// wait lets d pass and reports whether the server still runs.
func (s *Server) wait(d time.Duration) bool {
	if d == 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.done:
		return false
	}
}
