package suite

import (
	"context"
	"errors"
	"slices"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/vectors"
)

// worker runs cases one after the other in a session of its own.
type worker struct {
	target  *Target
	hello   Hello
	session Session
	results []Result
	index   int         // of the case at hand, below 0 for a smoke case
	asked   map[int]int // request number in this session → index of its case
	breaker *breaker
	refused int // how often in a row no session could be opened
}

// giveUp is how many failed starts in a row end the attempts.
const giveUp = 3

func (w *worker) open(ctx context.Context) (late bool, err error) {
	if w.session != nil {
		return false, nil
	}
	if w.refused >= giveUp {
		return false, errors.New("the adapter did not start again after a fault")
	}
	ctx, cancel := context.WithTimeout(ctx, w.target.timeout())
	defer cancel()
	session, hello, err := w.target.Open(ctx)
	if err != nil {
		w.refused++
		return errors.Is(ctx.Err(), context.DeadlineExceeded), err
	}
	if w.hello.Name == "" {
		w.hello = hello
	}
	w.session, w.refused, w.asked = session, 0, map[int]int{}
	return false, nil
}

// run runs one case.
func (w *worker) run(ctx context.Context, c vectors.Case) Result {
	if reason, off := w.target.Disabled[c.ID]; off {
		return Result{Case: c, Outcome: Disabled, Reason: reason}
	}
	if c.Status == vectors.Disputed {
		return Result{Case: c, Outcome: Disabled, Reason: "the vector is disputed"}
	}
	if !slices.Contains(w.hello.Ops, c.Op) {
		return Result{Case: c, Outcome: Unsupported, Detail: c.Op + " is not declared"}
	}
	failed := Result{Case: c, Outcome: Error, Want: wanted(c.Expect)}
	if w.breaker.open() {
		failed.Detail = "not run: " + w.breaker.String()
		return failed
	}
	request, err := RequestOf(c)
	if err != nil {
		failed.Detail = "the vector cannot be read: " + err.Error()
		return failed
	}
	place, err := enter(c)
	if err != nil {
		failed.Detail = err.Error()
		return failed
	}
	defer place.leave()
	request.Endpoints = place.endpoints()
	answer, late, err := w.ask(ctx, request)
	if errors.Is(err, adapter.ErrEnded) {
		w.close()
		answer, late, err = w.ask(ctx, request)
	}
	w.breaker.tell(late)
	if errors.Is(err, ErrInexpressible) {
		return Result{Case: c, Outcome: Unsupported, Detail: err.Error()}
	}
	if err != nil {
		w.close()
		failed.Detail = err.Error()
		return failed
	}
	return place.judge(classify(w.target, c, answer))
}

// ask sends one request. It tells whether the time ran out.
func (w *worker) ask(ctx context.Context, r adapter.Request) (a adapter.Answer, late bool, err error) {
	if late, err := w.open(ctx); err != nil {
		return a, late, err
	}
	bounded, cancel := context.WithTimeout(ctx, w.target.timeout())
	defer cancel()
	a, err = w.session.Run(bounded, r)
	if !errors.Is(err, adapter.ErrEnded) {
		w.asked[w.session.Seq()] = w.index
	}
	return a, err != nil && errors.Is(bounded.Err(), context.DeadlineExceeded), err
}

// close ends the session, and turns what was answered more than once into
// errors: which of two answers is meant, nobody can tell.
func (w *worker) close() {
	if w.session == nil {
		return
	}
	for _, seq := range w.session.Close() {
		i, known := w.asked[seq]
		if !known || i < 0 {
			continue
		}
		w.results[i].Outcome, w.results[i].Unexpected, w.results[i].Reason = Error, false, ""
		w.results[i].Detail = "the adapter answered this request more than once"
		if s, ok := w.session.(interface{ Noise(seq int) string }); ok && s.Noise(seq) != "" {
			w.results[i].Detail = s.Noise(seq)
		}
	}
	w.session = nil
}
