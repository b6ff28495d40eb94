package httpscript

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options of a run.
type Options struct {
	// Base is the URL of the server, without a final slash.
	Base string
	// Transport does the requests that are not raw; nil is one of its own.
	Transport http.RoundTripper
	// Seed makes the keys; "" is a new one.
	Seed string
	// Timeout bounds a step; 0 is 30 seconds.
	Timeout time.Duration
	// Progress, if set, is called after each step.
	Progress func(Result)
}

// Outcome of a step.
type Outcome string

// The outcomes. After a step that failed the rest of its script is not run,
// since each step builds on those before.
const (
	Pass   Outcome = "pass"
	Fail   Outcome = "fail"
	NotRun Outcome = "not run"
)

// Result is what became of a step.
type Result struct {
	Script  string
	Step    *Step
	Outcome Outcome
	Detail  string
}

// String is the line of a report.
func (r Result) String() string {
	line := fmt.Sprintf("%-7s %s:%d %s [%s]", r.Outcome, r.Script, r.Step.Line, r.Step.Title, strings.Join(r.Step.Tags, " "))
	if r.Detail != "" {
		line += "\n        " + strings.ReplaceAll(strings.TrimRight(r.Detail, "\n"), "\n", "\n        ")
	}
	return line
}

// Report is what a run found.
type Report struct {
	Seed    string
	Results []Result
}

// Count gives how many steps have an outcome.
func (r *Report) Count(o Outcome) (n int) {
	for _, result := range r.Results {
		if result.Outcome == o {
			n++
		}
	}
	return n
}

// Tags gives the rules that all steps which passed have checked.
func (r *Report) Tags() []string {
	var all []string
	for _, result := range r.Results {
		if result.Outcome == Pass {
			all = append(all, result.Step.Tags...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Run asks a server everything that the scripts say. The error is about the run
// itself; what the server does wrong is in the report.
func Run(ctx context.Context, scripts []*Script, o Options) (*Report, error) {
	base, err := url.Parse(strings.TrimRight(o.Base, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("%q is no URL of a server", o.Base)
	}
	if o.Seed == "" {
		o.Seed = rand.Text()
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Transport == nil {
		t := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64, ExpectContinueTimeout: o.Timeout}
		defer t.CloseIdleConnections()
		o.Transport = t
	}
	report := &Report{Seed: o.Seed}
	for _, script := range scripts {
		r := &runner{options: o, base: base, world: newWorld(o.Seed, script.Name, base.Host)}
		if err := r.script(ctx, script, report); err != nil {
			return report, fmt.Errorf("%s: %w", script.Name, err)
		}
	}
	return report, nil
}

type runner struct {
	options Options
	base    *url.URL
	world   *world
}

func (r *runner) script(ctx context.Context, s *Script, report *Report) error {
	for _, line := range s.Setup {
		if err := r.world.setup(line.Text); err != nil {
			return fmt.Errorf("line %d: %w", line.Number, err)
		}
	}
	failed := false
	for i := range s.Steps {
		result := Result{Script: s.Name, Step: &s.Steps[i], Outcome: NotRun}
		if !failed {
			result.Outcome = Pass
			if err := r.step(ctx, result.Step); err != nil {
				failed = true
				result.Outcome, result.Detail = Fail, err.Error()
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		report.Results = append(report.Results, result)
		if r.options.Progress != nil {
			r.options.Progress(result)
		}
	}
	return nil
}

// step makes the request, as often as it says, and checks every answer.
func (r *runner) step(ctx context.Context, s *Step) error {
	ctx, cancel := context.WithTimeout(ctx, r.options.Timeout)
	defer cancel()
	s, err := r.world.signed(s)
	if err != nil {
		return err
	}
	times := 1
	if value, parallel := s.Options["parallel"]; parallel {
		if _, err := fmt.Sscan(value, &times); err != nil {
			return err
		}
	}
	answers, errs := make([]answer, times), make([]error, times)
	var group sync.WaitGroup
	for i := range times {
		group.Go(func() { answers[i], errs[i] = r.ask(ctx, s) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	counts := map[int]int{}
	for _, a := range answers {
		counts[a.status]++
		if err := r.world.check(s, a); err != nil {
			return fmt.Errorf("%w\n%s\nanswer %d: %s", err, s.line(), a.status, short(a.body))
		}
	}
	for _, status := range s.Statuses {
		if status.Count > 0 && counts[status.Code] != status.Count {
			return fmt.Errorf("status %d came %d times of %d, want %d", status.Code, counts[status.Code], times, status.Count)
		}
	}
	return nil
}

// line is the request as it stands in the script.
func (s *Step) line() string {
	if s.Raw {
		first, _, _ := strings.Cut(s.Body, "\n")
		return first
	}
	return s.Method + " " + s.Target
}
