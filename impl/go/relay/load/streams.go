package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"kez.lat/kez/impl/go/internal/wire"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// StreamPlan says how many streams are open and what comes through them.
type StreamPlan struct {
	Server   string
	Streams  int // open, each of a handle of its own
	Rate     int // messages a second in all
	Messages int // in all
	Size     int
	// Opened, if set, is called when all streams are open and nothing was sent.
	Opened func()
}

// Delivery is what came through streams.
type Delivery struct {
	Sent    int           `json:"sent"`
	Lost    int           `json:"lost"`
	Doubled int           `json:"doubled"`
	Elapsed time.Duration `json:"elapsed_ns"`
	Mean    time.Duration `json:"mean_ns"` // from the begin of a send to the event
	Median  time.Duration `json:"median_ns"`
	P99     time.Duration `json:"p99_ns"`
	Longest time.Duration `json:"longest_ns"`
}

// arrivals note when each message was sent and came.
type arrivals struct {
	sent []atomic.Int64 // in nanoseconds after start
	came []atomic.Int32 // how often
	took []atomic.Int64
	left atomic.Int64
	done chan struct{}
}

// lateness is how long the last messages may take.
const lateness = 30 * time.Second

// Streams opens streams, sends messages at a steady rate, and counts what comes.
func Streams(ctx context.Context, plan StreamPlan) (Delivery, error) {
	target, err := endpoint(plan.Server, "/v1/messages")
	if err != nil {
		return Delivery{}, err
	}
	people, err := register(ctx, plan.Server, plan.Streams)
	if err != nil {
		return Delivery{}, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	a := &arrivals{sent: make([]atomic.Int64, plan.Messages), came: make([]atomic.Int32, plan.Messages), took: make([]atomic.Int64, plan.Messages), done: make(chan struct{})}
	a.left.Store(int64(plan.Messages))
	start := time.Now()
	transport := &http.Transport{DisableCompression: true, ReadBufferSize: 2048, WriteBufferSize: 1024}
	defer transport.CloseIdleConnections()
	var readers sync.WaitGroup
	for _, p := range people {
		body, err := open(ctx, transport, plan.Server, p)
		if err != nil {
			return Delivery{}, err
		}
		readers.Go(func() {
			defer body.Close()
			if err := a.read(body, start); ctx.Err() == nil {
				cancel(fmt.Errorf("a stream ended: %w", err))
			}
		})
	}
	if plan.Opened != nil {
		plan.Opened()
	}
	began := time.Now()
	if err := a.send(ctx, cancel, plan, people, func(ctx context.Context) (*wire.Conn, error) { return wire.Dial(ctx, target) }, func(p person, n int) []byte {
		return wire.Request(http.MethodPost, target, "application/json", fmt.Appendf(nil, `{"to":%q,"envelope":%s}`, p.handle, Envelope(n, plan.Size)))
	}, start); err != nil {
		return Delivery{}, err
	}
	select {
	case <-a.done:
	case <-time.After(lateness):
	case <-ctx.Done():
		return Delivery{}, context.Cause(ctx)
	}
	d := a.delivery()
	d.Elapsed = time.Since(began)
	cancel(nil)
	readers.Wait()
	return d, nil
}

// open opens the stream of a person.
func open(ctx context.Context, transport *http.Transport, server string, p person) (io.ReadCloser, error) {
	target, err := endpoint(server, "/v1/inbox/"+p.handle+"/stream")
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	auth, err := relay.SignAuth(relay.StreamText(p.handle), p.key, time.Now())
	if err != nil {
		return nil, err
	}
	r.Header.Set(relay.AuthHeader, auth)
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return nil, wire.NoAnswer(err)
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, kez.Errorf(kez.HTTPInternal, "the relay answered %d to a stream", answer.StatusCode).WithHint("start it with a larger --max-streams and --max-connections")
	}
	return answer.Body, nil
}

// send sends at the rate, over some connections, round the people.
func (a *arrivals) send(ctx context.Context, cancel context.CancelCauseFunc, plan StreamPlan, people []person, dial func(context.Context) (*wire.Conn, error), request func(person, int) []byte, start time.Time) error {
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(32, plan.Streams) {
		conn, err := dial(ctx)
		if err != nil {
			return err
		}
		wait.Go(func() {
			buffer := make([]byte, 0, 1024)
			for n := range next {
				r := request(people[n%len(people)], n)
				a.sent[n].Store(int64(time.Since(start)))
				status, body, err := conn.Do(r, buffer)
				if err == nil && status != http.StatusCreated {
					err = kez.Errorf(kez.HTTPInternal, "the relay answered %d to a message: %s", status, kez.Quote(string(body))).WithHint("the relay's log tells more")
				}
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	ticker := time.NewTicker(time.Second / time.Duration(plan.Rate))
	defer ticker.Stop()
	for n := range plan.Messages {
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
		select {
		case next <- n:
		case <-ctx.Done():
		}
	}
	close(next)
	wait.Wait()
	return context.Cause(ctx)
}

// read takes the events of one stream, which come in the order of seq.
func (a *arrivals) read(body io.Reader, start time.Time) error {
	lines := bufio.NewReaderSize(body, 4096)
	last := int64(0)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return err
		}
		text, isData := bytes.CutPrefix(line, []byte("data: "))
		if !isData {
			continue
		}
		var row struct {
			Seq      int64
			Envelope struct{ N int }
		}
		if err := json.Unmarshal(text, &row); err != nil {
			return err
		}
		if row.Seq <= last || row.Envelope.N < 0 || row.Envelope.N >= len(a.came) {
			return fmt.Errorf("seq %d came after %d", row.Seq, last)
		}
		last = row.Seq
		n := row.Envelope.N
		a.took[n].Store(int64(time.Since(start)) - a.sent[n].Load())
		if a.came[n].Add(1) == 1 && a.left.Add(-1) == 0 {
			close(a.done)
		}
	}
}

func (a *arrivals) delivery() Delivery {
	d := Delivery{Sent: len(a.came)}
	var took []time.Duration
	for n := range a.came {
		switch came := a.came[n].Load(); {
		case came == 0:
			d.Lost++
			continue
		case came > 1:
			d.Doubled++
		}
		t := time.Duration(a.took[n].Load())
		took = append(took, t)
		d.Mean += t
	}
	if slices.Sort(took); len(took) > 0 {
		d.Mean /= time.Duration(len(took))
		d.Median, d.P99, d.Longest = took[len(took)/2], took[len(took)*99/100], took[len(took)-1]
	}
	return d
}
