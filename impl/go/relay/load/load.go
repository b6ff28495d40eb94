// Package load measures what a running relay does under load: messages stored
// durably in a second, pages of an inbox handed out, and how fast and how
// completely messages come through streams.
//
// # What is timed
//
// Keys, handles and requests are made before the clock starts. Each connection
// then sends its messages one after the other, the next when the answer to the
// one before is there. What is timed is the relay, its disk and the way there.
//
// # What is stored
//
// Handles of fresh keys and envelopes that nobody can open. A relay keeps both,
// so this is for relays that are thrown away.
package load

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"kez.lat/kez/impl/go/internal/wire"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// Plan says what is asked of a relay.
type Plan struct {
	Server      string // base URL
	Connections int    // at once, each with a recipient of its own
	Messages    int    // sent by each connection while the clock runs
	Size        int    // of an envelope in bytes
}

// person is a registered key.
type person struct {
	handle string
	key    *keys.Private
}

// register makes n keys with handles.
func register(ctx context.Context, server string, n int) ([]person, error) {
	client, err := relay.NewClient(server, relay.ClientOptions{})
	if err != nil {
		return nil, err
	}
	run := strings.ToLower(rand.Text()[:12])
	people := make([]person, n)
	next, errs := make(chan int), make(chan error, n)
	var wait sync.WaitGroup
	for range min(n, 32) {
		wait.Go(func() {
			for i := range next {
				key, err := keys.Generate(kez.SystemEd25519, rand.Reader)
				if err == nil {
					people[i] = person{fmt.Sprintf("load-%s-%d", run, i), key}
					_, err = client.Register(ctx, people[i].handle, key)
				}
				if err != nil {
					errs <- err
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
	select {
	case err := <-errs:
		return nil, fmt.Errorf("start the relay that is measured with --new-handles 0 --sends 0 --receives 0: %w", err)
	default:
		return people, nil
	}
}

// Envelope makes an opaque envelope of a size, another one for each number.
func Envelope(n, size int) string {
	head := fmt.Sprintf(`{"v":1,"n":%d,"ct":"`, n)
	return head + strings.Repeat("a5", max(0, size-len(head)-2)/2+1)[:max(0, size-len(head)-2)] + `"}`
}

func endpoint(server, path string) (*url.URL, error) {
	target, err := url.Parse(strings.TrimSuffix(server, "/") + path)
	if err != nil || target.Scheme != "http" || target.Host == "" {
		return nil, kez.Errorf(kez.CLIUsage, "%s is not the address of a relay that can be measured", kez.Quote(server)).
			WithHint("write it as http://127.0.0.1:6969; only plain HTTP is measured")
	}
	return target, nil
}

// Sends stores messages over many connections and measures until the last
// answer. The first failure ends it.
func Sends(ctx context.Context, plan Plan) (wire.Figures, error) {
	target, err := endpoint(plan.Server, "/v1/messages")
	if err != nil {
		return wire.Figures{}, err
	}
	people, err := register(ctx, plan.Server, plan.Connections)
	if err != nil {
		return wire.Figures{}, err
	}
	requests := make([][][]byte, len(people))
	figures := wire.Figures{}
	for i, p := range people {
		for n := range plan.Messages {
			body := fmt.Appendf(nil, `{"to":%q,"envelope":%s}`, p.handle, Envelope(n, plan.Size))
			requests[i] = append(requests[i], wire.Request(http.MethodPost, target, "application/json", body))
			figures.Bytes += int64(len(requests[i][n]))
		}
	}
	return measure(ctx, target, requests, http.StatusCreated, figures)
}

// measure makes the requests of every connection, which all have to give one
// status.
func measure(ctx context.Context, target *url.URL, requests [][][]byte, status int, figures wire.Figures) (wire.Figures, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil) // closes the connections
	conns := make([]*wire.Conn, len(requests))
	for i := range conns {
		var err error
		if conns[i], err = wire.Dial(ctx, target); err != nil {
			return wire.Figures{}, err
		}
	}
	took := make([][]time.Duration, len(requests))
	start := time.Now()
	var wait sync.WaitGroup
	for i, conn := range conns {
		wait.Go(func() {
			buffer := make([]byte, 0, 4096)
			for _, r := range requests[i] {
				began := time.Now()
				got, body, err := conn.Do(r, buffer)
				if err == nil && got != status {
					err = kez.Errorf(kez.HTTPInternal, "the relay answered %d where %d was expected: %s", got, status, kez.Quote(string(body[:min(len(body), 300)]))).
						WithHint("the relay's log tells more")
				}
				if err != nil {
					cancel(err)
					return
				}
				buffer = body
				took[i] = append(took[i], time.Since(began))
			}
		})
	}
	wait.Wait()
	figures.Elapsed = time.Since(start)
	if err := context.Cause(ctx); err != nil {
		return wire.Figures{}, err
	}
	var all []time.Duration
	for _, t := range took {
		all = append(all, t...)
	}
	figures.Count(all)
	return figures, nil
}

// Pages fills one inbox with a page of messages and polls it rounds times over
// each connection.
func Pages(ctx context.Context, plan Plan, rounds int) (wire.Figures, error) {
	people, err := register(ctx, plan.Server, 1)
	if err != nil {
		return wire.Figures{}, err
	}
	target, err := endpoint(plan.Server, "/v1/messages")
	if err != nil {
		return wire.Figures{}, err
	}
	var fill [][]byte
	for n := range relay.DefaultLimit {
		body := fmt.Appendf(nil, `{"to":%q,"envelope":%s}`, people[0].handle, Envelope(n, plan.Size))
		fill = append(fill, wire.Request(http.MethodPost, target, "application/json", body))
	}
	if _, err := measure(ctx, target, [][][]byte{fill}, http.StatusCreated, wire.Figures{}); err != nil {
		return wire.Figures{}, err
	}
	target, err = endpoint(plan.Server, "/v1/inbox/"+people[0].handle+"?since=0")
	if err != nil {
		return wire.Figures{}, err
	}
	auth, err := relay.SignAuth(relay.PollText(people[0].handle, 0), people[0].key, time.Now())
	if err != nil {
		return wire.Figures{}, err
	}
	poll := wire.Request(http.MethodGet, target, "", nil, relay.AuthHeader, auth)
	requests := make([][][]byte, plan.Connections)
	for i := range requests {
		for range rounds {
			requests[i] = append(requests[i], poll)
		}
	}
	return measure(ctx, target, requests, http.StatusOK, wire.Figures{Bytes: int64(plan.Size) * relay.DefaultLimit * int64(rounds*plan.Connections)})
}
