package server

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/relay"
)

// TestIdleStreamsAreCheap opens 1,000 streams and weighs them: heap and stacks
// after a collection, the test's own bare connections included. One message has
// gone through each, so that what a busy moment leaves behind is weighed too.
func TestIdleStreamsAreCheap(t *testing.T) {
	const n, most = 1000, 30_000
	// Each stream has a timer of its own, as in a real relay.
	w := start(t, func(c *Config, _ *service.Options) { c.After = time.After })
	var conns []net.Conn
	t.Cleanup(func() {
		for _, conn := range conns {
			conn.Close()
		}
	})
	for i := range n {
		w.register(fmt.Sprintf("handle%d", i), newKey(t, i))
	}
	address := strings.TrimPrefix(w.url, "http://")
	weigh := func() uint64 {
		runtime.GC()
		runtime.GC() // the first one moves stacks, the second one frees the old ones
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before := weigh()
	one := make([]byte, 1)
	until := func(conn net.Conn, end string) {
		t.Helper()
		var got []byte
		for !strings.HasSuffix(string(got), end) {
			if _, err := io.ReadFull(conn, one); err != nil {
				t.Fatal(err, string(got))
			}
			got = append(got, one[0])
		}
	}
	for i := range n {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
		handle := fmt.Sprintf("handle%d", i)
		if _, err := fmt.Fprintf(conn, "GET /v1/inbox/%s/stream HTTP/1.1\r\nHost: relay\r\nUser-Agent: some client/1.0\r\nAccept: text/event-stream\r\n%s: %s\r\n\r\n",
			handle, relay.AuthHeader, w.auth(newKey(t, i), relay.StreamText(handle))); err != nil {
			t.Fatal(err)
		}
		until(conn, ": welcome\n\n")
		w.send(handle, `{"v":1}`)
		until(conn, "\"}\n\n")
	}
	each := (int64(weigh()) - int64(before)) / n
	t.Logf("an idle stream takes %d bytes", each)
	if each > most {
		t.Errorf("an idle stream takes %d bytes, and should take at most %d", each, most)
	}
}
