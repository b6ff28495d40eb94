package ap_test

import (
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/kez"
)

// trap listens on loopback and counts who comes.
func trap(t *testing.T) (address string, visits *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	visits = new(atomic.Int32)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			visits.Add(1)
			connection.Close()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return listener.Addr().String(), visits
}

// TestA06Redirects has redirects, and a self link, to where no document may
// lead; none is followed [KEZ-CHAN-019] [KEZ-CHAN-024] [KEZ-CHAN-026] [KEZ-CHAN-030].
func TestA06Redirects(t *testing.T) {
	address, visits := trap(t)
	_, port, _ := net.SplitHostPort(address)
	for _, to := range []string{
		"http://169.254.169.254/", "https://169.254.169.254/", "https://127.0.0.1/", "https://" + address + "/", "http://" + address + "/",
		"https://[::1]:" + port + "/", "https://[::ffff:127.0.0.1]:" + port + "/", "http://a.example/users/alice", "https://u:p@a.example/", "file:///etc/passwd",
	} {
		for on, want := range map[string][]string{"a.example/.well-known/webfinger": {finger}, profile: {finger, profile}} {
			server := start(t, alice)
			server.Fault(on, httpfake.Redirect(to))
			_, r := look(t.Context(), t, server)
			wants(t, r, kez.ChannelBadContent)
			asked(t, server, want...)
		}
		server := start(t, alice)
		server.SetWebFinger("a.example", "acct:alice@a.example",
			fmt.Appendf(nil, `{"subject": "acct:alice@a.example", "links": [{"rel": "self", "type": "application/activity+json", "href": %q}]}`, to))
		_, r := look(t.Context(), t, server)
		wants(t, r, kez.ChannelBadContent)
		asked(t, server, finger)
	}
	if n := visits.Load(); n != 0 {
		t.Errorf("%d connections were made to an address out of data", n)
	}
}

// TestA06SixHops follows five redirects and no sixth.
func TestA06SixHops(t *testing.T) {
	server := start(t, alice)
	for i, from := range []string{"/.well-known/webfinger", "/1", "/2", "/3", "/4", "/5"} {
		server.Redirect("a.example", from, fmt.Sprintf("/%d", i+1))
	}
	_, r := look(t.Context(), t, server)
	wants(t, r, kez.ChannelBadContent)
	if n := len(server.History()); n != 6 {
		t.Errorf("%d requests", n)
	}
}

// TestRedirectedActor judges the final URL: on the asked host it is enough, and
// on another that host has to point back.
func TestRedirectedActor(t *testing.T) {
	server := start(t, alice)
	server.Redirect("a.example", "/old", "https://a.example/users/alice")
	server.SetWebFinger("a.example", "acct:alice@a.example",
		[]byte(`{"subject": "acct:alice@a.example", "links": [{"rel": "self", "type": "application/activity+json", "href": "https://a.example/old"}]}`))
	_, r := look(t.Context(), t, server)
	wants(t, r, "")

	server = start(t, alice+"-- b.example/alice.json --\n{\"summary\": \"PROOF\"}\n")
	server.Redirect("a.example", "/users/alice", "https://b.example/users/alice")
	_, r = look(t.Context(), t, server)
	wants(t, r, kez.ChannelOwnerMismatch)
}
