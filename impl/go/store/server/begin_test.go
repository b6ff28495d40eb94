package server

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/sqlite"
)

// crowded is a log on a slow disk: nothing is stored before every request has
// come that far or has been answered.
type crowded struct {
	sigchain.Log
	seen sync.WaitGroup // requests that have read where the chain ends
	all  sync.WaitGroup // requests that wait to store, or were answered
}

func (c *crowded) Tip(ctx context.Context, primary kez.Identity) (sigchain.Tip, error) {
	tip, err := c.Log.Tip(ctx, primary)
	if first, ok := ctx.Value(crowdKey{}).(*sync.Once); ok {
		first.Do(func() { c.seen.Done(); c.seen.Wait() })
	}
	return tip, err
}

func (c *crowded) Append(ctx context.Context, tip sigchain.Tip, entries []sigchain.Entry) (bool, error) {
	if arrived, ok := ctx.Value(arrivedKey{}).(func()); ok {
		arrived()
		c.all.Wait()
	}
	return c.Log.Append(ctx, tip, entries)
}

type (
	crowdKey   struct{}
	arrivedKey struct{}
)

// KEZ-STORE-028, 033: a new chain counts once, however many requests bring its
// first event at a time, so that none of them is refused for the others.
func TestH10_ANewChainCountsOnce(t *testing.T) {
	db, err := sqlite.Open(t.TempDir()+"/a.db", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const requests = 20
	log := &crowded{Log: db}
	log.seen.Add(requests)
	log.all.Add(requests)
	handler := New(Config{Log: log, NewChains: 2, Now: func() time.Time { return t0 }})
	p := newPerson(t, 1)
	event := p.add("github:alice")
	statuses := map[int]int{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for range requests {
		group.Go(func() {
			arrived := sync.OnceFunc(log.all.Done)
			ctx := context.WithValue(context.WithValue(t.Context(), crowdKey{}, &sync.Once{}), arrivedKey{}, arrived)
			status := direct(t, ctx, handler, p.path(), event)
			arrived()
			mu.Lock()
			statuses[status]++
			mu.Unlock()
		})
	}
	group.Wait()
	if statuses[201] != 1 || statuses[200] != requests-1 {
		t.Errorf("statuses %v, want one 201 and the rest 200", statuses)
	}
	// One of the two chains of this hour is left.
	for i, want := range []int{201, 429} {
		q := newPerson(t, 2+i)
		if status := direct(t, t.Context(), handler, q.path(), q.add("github:alice")); status != want {
			t.Errorf("new chain %d: %d, want %d", i, status, want)
		}
	}
}

// direct asks a handler without a network between.
func direct(t *testing.T, ctx context.Context, handler http.Handler, path string, body []byte) int {
	t.Helper()
	w := httptest.NewRecorder() // its peer is 192.0.2.1
	handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, path, bytes.NewReader(body)))
	return w.Code
}
