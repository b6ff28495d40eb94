package load

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"

	"kez.lat/kez/impl/go/internal/wire"
	"kez.lat/kez/impl/go/kez"
)

// Reads stores one chain of plan.Events events, fetches it rounds times over
// each connection, and measures the fetching. The first failure ends it, and so
// does an answer that is another chain.
func Reads(ctx context.Context, plan Plan, rounds int) (Figures, error) {
	chain, err := Chain(plan.Events)
	if err != nil {
		return Figures{}, err
	}
	want := append(bytes.Join(chain.Lines, []byte("\n")), '\n')
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil) // closes the connections
	connections := make([]*connection, plan.Connections)
	for i := range connections {
		if connections[i], err = connect(ctx, plan.Server, chain.Primary); err != nil {
			return Figures{}, err
		}
	}
	first := connections[0]
	if err := first.want(http.StatusCreated, wire.Request(http.MethodPost, first.target, "application/jsonl", want), nil); err != nil {
		return Figures{}, err
	}
	get := wire.Request(http.MethodGet, first.target, "", nil)
	start := time.Now()
	var wait sync.WaitGroup
	for _, c := range connections {
		wait.Go(func() {
			buffer := make([]byte, 0, len(want))
			for range rounds {
				began := time.Now()
				status, body, err := c.Do(get, buffer)
				if err != nil {
					cancel(err)
					return
				}
				c.took = append(c.took, time.Since(began))
				if status != http.StatusOK || !bytes.Equal(body, want) {
					cancel(kez.Errorf(kez.HTTPInternal, "the store gives another chain than it was given, with status %d", status).
						WithHint("the store is wrong; keep its database for whoever maintains it"))
					return
				}
			}
		})
	}
	wait.Wait()
	elapsed := time.Since(start)
	if err := context.Cause(ctx); err != nil {
		return Figures{}, err
	}
	figures := Figures{Elapsed: elapsed, Bytes: int64(len(want)) * int64(rounds) * int64(plan.Connections)}
	var took []time.Duration
	for _, c := range connections {
		took = append(took, c.took...)
	}
	figures.Count(took)
	return figures, nil
}
