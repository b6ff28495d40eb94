// Package load measures what a running store does under load: how many events
// it stores durably in a second, and how fast it hands a chain out.
//
// # What is timed
//
// Keys, chains and signatures are made before the clock starts, and so is the
// first event of every chain, so the limit on new chains plays no part. Each
// connection then posts the events of its own chain one after the other, the
// next when the answer to the one before is there. What is timed is therefore
// the store, its disk and the way there.
//
// # What is stored
//
// The events are real: chains of fresh keys that add made-up subjects. A store
// keeps what it has taken, so this is for stores that are thrown away.
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
	"kez.lat/kez/impl/go/sigchain"
)

// Plan says what is asked of a store.
type Plan struct {
	Server      string // base URL
	Connections int    // at once, each with a chain of its own
	Events      int    // posted by each connection while the clock runs
}

// Figures are what came of a plan.
type Figures = wire.Figures

// connection is one client with the requests it will send.
type connection struct {
	*wire.Conn
	target   *url.URL
	requests [][]byte
	took     []time.Duration
}

// Appends posts events over many connections and measures until the last answer.
// The first failure ends it.
func Appends(ctx context.Context, plan Plan) (Figures, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil) // closes the connections
	connections, err := prepare(ctx, plan)
	if err != nil {
		return Figures{}, err
	}
	start := time.Now()
	var wait sync.WaitGroup
	for _, c := range connections {
		wait.Go(func() {
			buffer := make([]byte, 0, 4096)
			for _, r := range c.requests[1:] {
				began := time.Now()
				if err := c.want(http.StatusCreated, r, buffer); err != nil {
					cancel(err)
					return
				}
				c.took = append(c.took, time.Since(began))
			}
		})
	}
	wait.Wait()
	elapsed := time.Since(start)
	if err := context.Cause(ctx); err != nil {
		return Figures{}, err
	}
	figures := Figures{Elapsed: elapsed}
	var took []time.Duration
	for _, c := range connections {
		took = append(took, c.took...)
		for _, r := range c.requests[1:] {
			figures.Bytes += int64(len(r))
		}
	}
	figures.Count(took)
	return figures, nil
}

// prepare signs every event and begins every chain.
func prepare(ctx context.Context, plan Plan) ([]*connection, error) {
	connections := make([]*connection, plan.Connections)
	for i := range connections {
		chain, err := Chain(plan.Events + 1)
		if err != nil {
			return nil, err
		}
		c, err := connect(ctx, plan.Server, chain.Primary)
		if err != nil {
			return nil, err
		}
		connections[i] = c
		for _, line := range chain.Lines {
			c.requests = append(c.requests, wire.Request(http.MethodPost, c.target, "application/json", line))
		}
		if err := c.want(http.StatusCreated, c.requests[0], nil); err != nil {
			return nil, err
		}
	}
	return connections, nil
}

// connect makes a connection for the chain of a primary.
func connect(ctx context.Context, server string, primary kez.Identity) (*connection, error) {
	target, err := url.Parse(strings.TrimSuffix(server, "/") + "/v1/sigchains/" + primary.System() + "/" + primary.Value())
	if err != nil || target.Scheme != "http" || target.Host == "" {
		return nil, kez.Errorf(kez.CLIUsage, "%s is not the address of a store that can be measured", kez.Quote(server)).
			WithHint("write it as http://127.0.0.1:7878; only plain HTTP is measured")
	}
	w, err := wire.Dial(ctx, target)
	return &connection{Conn: w, target: target}, err
}

// SignedChain is a chain of a fresh key.
type SignedChain struct {
	Primary kez.Identity
	Lines   [][]byte // canonical, without newlines
}

// Chain makes and signs a chain of n events.
func Chain(n int) (SignedChain, error) {
	key, err := keys.Generate(kez.SystemEd25519, rand.Reader)
	if err != nil {
		return SignedChain{}, err
	}
	chain := SignedChain{Primary: key.Identity(), Lines: make([][]byte, 0, n)}
	v := sigchain.NewVerifier(sigchain.NewState(key.Identity()))
	at := time.Now()
	for i := range n {
		subject, err := kez.ParseSigned(fmt.Sprintf("github:load%d", i%100))
		if err != nil {
			return SignedChain{}, err
		}
		line, err := sigchain.Sign(v.State(), sigchain.Change{Op: sigchain.Add, Subject: subject}, key, at)
		if err != nil {
			return SignedChain{}, err
		}
		if err := v.Append(line); err != nil {
			return SignedChain{}, err
		}
		chain.Lines = append(chain.Lines, line)
	}
	return chain, nil
}

// want sends a request and refuses any other status than the wanted one.
func (c *connection) want(status int, request, buffer []byte) error {
	got, body, err := c.Do(request, buffer)
	switch {
	case err != nil || got == status:
		return err
	case got == http.StatusTooManyRequests:
		return kez.Errorf(kez.HTTPRateLimited, "the store limits how many chains one address may begin").
			WithHint("start the store that is measured with --new-chains 0")
	}
	return kez.Errorf(kez.HTTPInternal, "the store answered %d where %d was expected: %s", got, status, kez.Quote(string(body[:min(len(body), 300)]))).
		WithHint("the store's log tells more")
}
