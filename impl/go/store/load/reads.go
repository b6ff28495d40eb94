package load

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"

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
	if err := connect(plan.Server, chain.Primary).send(ctx, want, "application/jsonl"); err != nil {
		return Figures{}, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	connections := make([]*connection, plan.Connections)
	start := time.Now()
	var wait sync.WaitGroup
	for i := range connections {
		c := connect(plan.Server, chain.Primary)
		connections[i] = c
		wait.Go(func() {
			buffer := bytes.NewBuffer(make([]byte, 0, len(want)+bytes.MinRead))
			for range rounds {
				began := time.Now()
				if err := c.fetch(ctx, buffer); err != nil {
					cancel(err)
					return
				}
				c.took = append(c.took, time.Since(began))
				if !bytes.Equal(buffer.Bytes(), want) {
					cancel(kez.Errorf(kez.HTTPInternal, "the store gives another chain than it was given").
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
		c.client.CloseIdleConnections()
	}
	figures.count(took)
	return figures, nil
}

// fetch reads the chain into a buffer.
func (c *connection) fetch(ctx context.Context, buffer *bytes.Buffer) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, nil)
	if err != nil {
		return notURL(err)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return noAnswer(err)
	}
	defer answer.Body.Close()
	buffer.Reset()
	if _, err := buffer.ReadFrom(io.LimitReader(answer.Body, kez.MaxChain)); err != nil {
		return noAnswer(err)
	}
	return wantStatus(answer, http.StatusOK, buffer.Bytes())
}
