package suite

import (
	"context"
	"errors"
	"slices"

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
	refused int         // how often in a row no session could be opened
}

// giveUp is how many failed starts in a row end the attempts.
const giveUp = 3

func (w *worker) open(ctx context.Context) error {
	if w.session != nil {
		return nil
	}
	if w.refused >= giveUp {
		return errors.New("the adapter did not start again after a fault")
	}
	ctx, cancel := context.WithTimeout(ctx, w.target.timeout())
	defer cancel()
	session, hello, err := w.target.Open(ctx)
	if err != nil {
		w.refused++
		return err
	}
	if w.hello.Name == "" {
		w.hello = hello
	}
	w.session, w.refused, w.asked = session, 0, map[int]int{}
	return nil
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
	request, err := RequestOf(c)
	if err != nil {
		failed.Detail = "the vector cannot be read: " + err.Error()
		return failed
	}
	if err := w.open(ctx); err != nil {
		failed.Detail = err.Error()
		return failed
	}
	bounded, cancel := context.WithTimeout(ctx, w.target.timeout())
	defer cancel()
	answer, err := w.session.Run(bounded, request)
	w.asked[w.session.Seq()] = w.index
	if errors.Is(err, ErrInexpressible) {
		return Result{Case: c, Outcome: Unsupported, Detail: err.Error()}
	}
	if err != nil {
		w.close()
		failed.Detail = err.Error()
		return failed
	}
	return classify(w.target, c, answer)
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
	}
	w.session = nil
}
