package suite

import "kez.lat/kez/vectors"

// Outcome is how a case ended.
type Outcome string

// The five outcomes.
const (
	Pass        Outcome = "pass"
	Fail        Outcome = "fail"        // answered, and not as the vector says
	Unsupported Outcome = "unsupported" // the operation is not declared
	Disabled    Outcome = "disabled"    // left out with a written reason
	Error       Outcome = "error"       // no usable answer: crash, hang, garbage
)

// Outcomes lists them with the worst first, as reports do.
func Outcomes() []Outcome { return []Outcome{Error, Fail, Unsupported, Disabled, Pass} }

// Result is the outcome of one case.
type Result struct {
	Case    vectors.Case
	Outcome Outcome
	// Reason is why a failure is expected or a case disabled, as written down.
	Reason string
	// Unexpected marks a case that passed although its failure is expected.
	Unexpected bool
	Detail     string // what differs, one line each
	Want, Got  string // in short, empty for cases that did not run
}

// Bad reports whether the result makes the run fail: an error, a failure that
// nobody wrote down, or a pass that somebody wrote down as a failure.
func (r Result) Bad() bool {
	return r.Outcome == Error || r.Outcome == Fail && r.Reason == "" || r.Unexpected
}

// Report is all results of one implementation, in the order of their ids.
type Report struct {
	Target  string
	Hello   Hello
	Smoke   []string // what the smoke cases said, where something is odd
	Results []Result
	Stopped string // why the run ended before its last case, "" where it did not
	Seconds float64
}

// Count tells how many cases had an outcome.
func (r *Report) Count(o Outcome) int {
	n := 0
	for _, result := range r.Results {
		if result.Outcome == o {
			n++
		}
	}
	return n
}

// Bad counts the results that make the run fail.
func (r *Report) Bad() int {
	n := 0
	for _, result := range r.Results {
		if result.Bad() {
			n++
		}
	}
	return n
}
