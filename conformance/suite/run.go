package suite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"kez.lat/kez/vectors"
)

// Options of a run.
type Options struct {
	// Workers is how many sessions work at once; 0 stands for one a CPU.
	Workers int
	// Progress, if set, is told of every case that ended, from any goroutine.
	Progress func(Result)
	// GiveUp is how many deadlines in a row end the run; 0 stands for
	// DefaultGiveUp, a negative number for none.
	GiveUp int
}

// errInterrupted is the error of a run that was told to end.
var errInterrupted = errors.New("the run was interrupted")

// Run runs the selected cases. all are the cases of the whole suite, from which
// the smoke cases are taken. An error means that there is no result to speak of.
func Run(ctx context.Context, t *Target, all, selected []vectors.Case, o Options) (*Report, error) {
	if len(selected) == 0 {
		return nil, ErrEmpty
	}
	for _, r := range []struct {
		what    string
		reasons Reasons
	}{{"the expected failures", t.Expected}, {"the disabled cases", t.Disabled}} {
		if err := r.reasons.Check(all); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", r.what, t.Name, err)
		}
	}
	started := time.Now()
	first := &worker{target: t, index: -1, breaker: &breaker{most: cmp.Or(o.GiveUp, DefaultGiveUp)}}
	if _, err := first.open(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	report := &Report{Target: t.Name, Hello: first.hello, Results: make([]Result, len(selected))}
	smoke, err := t.smoke(ctx, first, smokeCases(all, first.hello.Ops))
	if err != nil {
		first.close()
		return nil, err
	}
	report.Smoke = smoke
	t.runAll(ctx, first, selected, report, o)
	if first.breaker.open() {
		report.Stopped = first.breaker.String()
	}
	report.Seconds = time.Since(started).Seconds()
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	return report, nil
}

// runAll spreads the cases over workers. Each case has its own place in the
// results, so no order depends on the clock.
func (t *Target) runAll(ctx context.Context, first *worker, selected []vectors.Case, report *Report, o Options) {
	workers := []*worker{first}
	count := o.Workers
	if count <= 0 {
		count = runtime.NumCPU()
	}
	for len(workers) < min(count, len(selected)) {
		workers = append(workers, &worker{target: t, hello: first.hello, breaker: first.breaker})
	}
	next := make(chan int)
	var group sync.WaitGroup
	for _, w := range workers {
		w.results = report.Results
		group.Go(func() {
			for i := range next {
				w.index = i
				report.Results[i] = t.settle(w.run(ctx, selected[i]))
				if o.Progress != nil {
					o.Progress(report.Results[i])
				}
			}
			w.close()
		})
	}
	for i := range selected {
		next <- i
	}
	close(next)
	group.Wait()
	slices.Sort(report.Smoke)
}
