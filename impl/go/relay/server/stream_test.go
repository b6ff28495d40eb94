package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// TestStream [KEZ-RELAY-066] [KEZ-RELAY-068] [KEZ-RELAY-071] [KEZ-RELAY-075]
func TestStream(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.register("alice", alice)
	w.register("bobby", newKey(t, 2))
	for i := range 3 {
		w.send("alice", fmt.Sprintf(`{"n":%d}`, i))
	}
	fresh, resumed, ahead := w.stream("alice", alice), w.stream("alice", alice, "Last-Event-ID", "1"), w.stream("alice", alice, "Last-Event-ID", "4000")
	for want := int64(2); want <= 3; want++ {
		if row, _ := resumed.next(); row.Seq != want {
			t.Errorf("resumed after 1: %d, want %d", row.Seq, want)
		}
	}
	w.send("bobby", `{"n":3}`) // of no concern
	w.send("alice", "{\"text\":\r\n\"\\n\"}")
	for name, e := range map[string]*events{"fresh": fresh, "resumed": resumed, "ahead": ahead} {
		row, text := e.next()
		if want := `{"seq":5,"envelope":{"text":  "\n"},"created_at":"` + kez.FormatTime(w.time()) + `"}`; row.Seq != 5 || text != want {
			t.Errorf("%s: %s, want %s", name, text, want)
		}
	}
	w.want("a broken cursor", kez.HTTPBadRequest, "GET", "/v1/inbox/alice/stream", "", "Last-Event-ID", "05", relay.AuthHeader, w.auth(alice, relay.StreamText("alice")))
}

// TestStreamByParameter [KEZ-RELAY-039] [KEZ-RELAY-040] [KEZ-RELAY-041]
func TestStreamByParameter(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.register("alice", alice)
	auth := w.auth(alice, relay.StreamText("alice"))
	path := "/v1/inbox/alice/stream?auth=" + url.QueryEscape(auth)
	if a := w.want("a look with HEAD", "", "HEAD", path, ""); a.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%v", a.header)
	}
	w.want("taken once", kez.AuthReplayed, "GET", path, "")
	w.want("taken once", kez.AuthReplayed, "GET", "/v1/inbox/alice/stream", "", relay.AuthHeader, auth)
	w.stop()
	if log := string(w.log.Bytes()); strings.Contains(log, auth[len(auth)-40:]) || strings.Contains(log, "alice") || !strings.Contains(log, "/v1/inbox/{handle}/stream") {
		t.Errorf("the log is\n%s", log)
	}
}

// TestKeepAlive [KEZ-RELAY-067]
func TestKeepAlive(t *testing.T) {
	asked := make(chan time.Duration, 10)
	w := start(t, func(c *Config, _ *service.Options) {
		after := c.After
		c.After = func(d time.Duration) <-chan time.Time { asked <- d; return after(d) }
	})
	alice := newKey(t, 1)
	w.register("alice", alice)
	e := w.stream("alice", alice)
	for range 3 {
		if d := <-asked; d > 15*time.Second {
			t.Errorf("silent for %v", d)
		}
		w.ticks <- time.Time{}
		if line := e.line(); !strings.HasPrefix(line, ":") {
			t.Errorf("%q", line)
		}
	}
}

// TestStreamsAreBounded: one handle cannot take them all, and its oldest one
// makes room. [KEZ-RELAY-004]
func TestStreamsAreBounded(t *testing.T) {
	w := start(t, func(c *Config, _ *service.Options) { c.MaxStreams = streamsOfOne + 1 })
	alice, bob, carol := newKey(t, 1), newKey(t, 2), newKey(t, 3)
	w.register("alice", alice)
	w.register("bobby", bob)
	w.register("carol", carol)
	var open []*events
	for range streamsOfOne + 1 {
		open = append(open, w.stream("alice", alice))
	}
	if line := open[0].line(); !strings.Contains(line, "too many") {
		t.Errorf("%q", line)
	}
	if _, err := open[0].read(); err == nil {
		_, err = open[0].read()
		if !errors.Is(err, errEnded) {
			t.Errorf("%v", err)
		}
	}
	w.stream("bobby", bob)
	w.pass(time.Second)
	w.want("too many in all", kez.HTTPUnavailable, "GET", "/v1/inbox/carol/stream", "", relay.AuthHeader, w.auth(carol, relay.StreamText("carol")))
	w.send("alice", `{}`)
	for _, e := range open[1:] {
		if row, _ := e.next(); row.Seq != 1 {
			t.Errorf("seq %d", row.Seq)
		}
	}
	open[1].response.Body.Close() // whoever goes makes room, once that shows
	for {
		w.pass(time.Second)
		w.ticks <- time.Time{}
		a := w.do("HEAD", "/v1/inbox/carol/stream", "", relay.AuthHeader, w.auth(carol, relay.StreamText("carol")))
		if a.status == http.StatusOK {
			break
		}
	}
}

// TestStopEndsStreams: a stop waits for no stream, and ends each as a whole.
func TestStopEndsStreams(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.register("alice", alice)
	e := w.stream("alice", alice)
	w.stop()
	if line := e.line(); !strings.Contains(line, "stops") {
		t.Errorf("%q", line)
	}
	if _, err := e.read(); err == nil {
		if _, err = e.read(); !errors.Is(err, errEnded) {
			t.Errorf("%v", err)
		}
	}
}

// TestASlowReaderIsDropped: a stream that nobody reads ends, costs no one else
// anything, and what it missed is polled.
func TestASlowReaderIsDropped(t *testing.T) {
	w := start(t, func(_ *Config, o *service.Options) { o.WriteDeadline = 300 * time.Millisecond })
	alice, bob := newKey(t, 1), newKey(t, 2)
	w.register("alice", alice)
	w.register("bobby", bob)
	slow, quick := w.stream("alice", alice), w.stream("bobby", bob)
	big := strings.Repeat("a", 200_000)
	n := 0
	for w.api.api.hub.open() == 2 {
		w.send("alice", fmt.Sprintf(`{"n":%d,"ct":%q}`, n, big))
		w.send("bobby", fmt.Sprintf(`{"n":%d}`, n))
		if row, _ := quick.next(); string(row.Envelope) != fmt.Sprintf(`{"n":%d}`, n) {
			t.Fatalf("%s", row.Envelope)
		}
		n++
	}
	got := 0
	for {
		line, err := slow.read()
		if err != nil {
			if errors.Is(err, errEnded) {
				t.Error("the stream looks as if it was whole")
			}
			break
		}
		if strings.HasPrefix(line, "id: ") {
			got++
		}
	}
	seen, since := 0, int64(0)
	for {
		page := w.poll("alice", alice, since, "")
		if len(page.Messages) == 0 {
			break
		}
		seen, since = seen+len(page.Messages), page.Next
	}
	if got >= n || seen != n {
		t.Errorf("%d came by the stream, %d by polls", got, seen)
	}
}

// TestNothingFallsBetweenPollAndStream follows an inbox with the client while
// messages come and streams are cut: each comes once, in order. [KEZ-RELAY-069]
func TestNothingFallsBetweenPollAndStream(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.register("alice", alice)
	client, err := relay.NewClient(w.url, relay.ClientOptions{Now: w.time, Wait: func(ctx context.Context, d time.Duration) error {
		if d < time.Minute/2 { // a retry; the clock goes on so that signatures differ
			w.pass(time.Second)
			return ctx.Err()
		}
		<-ctx.Done()
		return ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	const n = 300
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	var got []string
	done := make(chan error, 1)
	go func() {
		done <- relay.Inbox{Client: client, Handle: "alice", Key: alice}.Follow(ctx, relay.Cursor{}, func(a relay.Arrived) error {
			mu.Lock()
			defer mu.Unlock()
			for _, row := range a.Rows {
				got = append(got, string(row.Envelope))
			}
			if len(got) >= n {
				cancel()
			}
			return nil
		}, nil)
	}()
	for i := range n {
		w.send("alice", fmt.Sprintf(`{"n":%d}`, i))
		if i%50 == 25 { // the streams of other clients push this one out
			for range streamsOfOne {
				w.stream("alice", alice).response.Body.Close()
			}
		}
	}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	for i, text := range got {
		if text != fmt.Sprintf(`{"n":%d}`, i) {
			t.Fatalf("message %d is %s", i, text)
		}
	}
	if len(got) != n {
		t.Errorf("%d messages of %d", len(got), n)
	}
}
