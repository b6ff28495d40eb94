package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/spec"
	"kez.lat/kez/vectors"
)

// Document is results.json.
type Document struct {
	Rules           int              `json:"rules"` // tags of the specification
	Suite           int              `json:"suite"` // cases of the whole suite
	Cases           []Case           `json:"cases"`
	Implementations []Implementation `json:"implementations"`

	covered map[string]int // tag → cases of the whole suite
}

// Case is what a case is about, the same for every implementation.
type Case struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Why      string   `json:"why"`
	Workflow string   `json:"workflow"`
	Op       string   `json:"op"`
	Level    string   `json:"level"`
	Status   string   `json:"status"`
	Tags     []string `json:"tags"`
	Mutates  string   `json:"mutates,omitempty"`
	Mutation string   `json:"mutation,omitempty"`
}

// Implementation is the outcome of every case at one implementation.
type Implementation struct {
	Name    string                `json:"name"`
	Says    Says                  `json:"says"`
	OK      bool                  `json:"ok"`
	Totals  map[suite.Outcome]int `json:"totals"`
	Bad     int                   `json:"bad"` // results that make the run fail
	Smoke   []string              `json:"smoke"`
	Stopped string                `json:"stopped,omitempty"` // why the run ended early
	Results []Result              `json:"results"`

	seconds float64 // for the terminal alone: files do not depend on the clock
}

// Says is what an implementation said about itself.
type Says struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Spec    string   `json:"spec"`
	Ops     []string `json:"ops"`
}

// Result is the outcome of one case.
type Result struct {
	ID         string        `json:"id"`
	Outcome    suite.Outcome `json:"outcome"`
	Bad        bool          `json:"bad,omitempty"`
	Unexpected bool          `json:"unexpected,omitempty"` // passed against expectation
	Reason     string        `json:"reason,omitempty"`
	Detail     string        `json:"detail,omitempty"`
	Want       string        `json:"want,omitempty"`
	Got        string        `json:"got,omitempty"`
	Repeat     string        `json:"repeat,omitempty"` // a shell line
}

// New makes the document of one or more runs. all are the cases of the whole
// suite, of which a run may have had a few only. repeat gives the shell line
// that runs one case alone.
func New(reports []*suite.Report, all []vectors.Case, repeat func(implementation, id string) string) *Document {
	d := &Document{Rules: len(spec.Tags()), Suite: len(all), covered: map[string]int{}}
	for _, c := range all {
		for _, tag := range c.Tags {
			d.covered[tag]++
		}
	}
	cases := map[string]vectors.Case{}
	for _, r := range reports {
		for _, result := range r.Results {
			cases[result.Case.ID] = result.Case
		}
		d.Implementations = append(d.Implementations, implementation(r, repeat))
	}
	for _, c := range cases {
		d.Cases = append(d.Cases, Case{
			c.ID, c.Title, c.Why, Workflow(c.Op), c.Op, c.Level, c.Status, c.Tags, c.Mutates, c.Mutation,
		})
	}
	slices.SortFunc(d.Cases, func(a, b Case) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(d.Implementations, func(a, b Implementation) int { return strings.Compare(a.Name, b.Name) })
	return d
}

func implementation(r *suite.Report, repeat func(implementation, id string) string) Implementation {
	i := Implementation{
		Name: r.Target, Says: Says{r.Hello.Name, r.Hello.Version, r.Hello.Spec, r.Hello.Ops},
		Totals: map[suite.Outcome]int{}, Bad: r.Bad(), OK: r.Bad() == 0,
		Smoke: append([]string{}, r.Smoke...), Stopped: r.Stopped, seconds: r.Seconds,
	}
	for _, o := range suite.Outcomes() {
		i.Totals[o] = r.Count(o)
	}
	for _, result := range r.Results {
		out := Result{ID: result.Case.ID, Outcome: result.Outcome, Bad: result.Bad(),
			Unexpected: result.Unexpected, Reason: result.Reason, Detail: result.Detail}
		if out.Bad || out.Outcome == suite.Fail {
			out.Want, out.Got, out.Repeat = result.Want, result.Got, repeat(r.Target, result.Case.ID)
		}
		i.Results = append(i.Results, out)
	}
	slices.SortFunc(i.Results, func(a, b Result) int { return strings.Compare(a.ID, b.ID) })
	return i
}

// JSON writes the document.
func (d *Document) JSON() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// OK reports whether every implementation passed.
func (d *Document) OK() bool {
	return !slices.ContainsFunc(d.Implementations, func(i Implementation) bool { return !i.OK })
}

// Narrowed reports whether only a part of the suite ran.
func (d *Document) Narrowed() bool { return len(d.Cases) < d.Suite }

// Perfect reports whether every case of the whole suite passed everywhere.
// Nothing less is green: what did not run was not shown to work.
func (d *Document) Perfect() bool {
	passed, of := d.passed()
	return passed == of && of > 0 && d.OK()
}

// passed counts passes, and the cases of the whole suite, over all
// implementations.
func (d *Document) passed() (passed, of int) {
	for _, i := range d.Implementations {
		passed += i.Totals[suite.Pass]
		of += d.Suite
	}
	return passed, of
}

// short says in a few words why not all is well: "88 unsupported, 1500 not run".
func (d *Document) short() string {
	counts := map[suite.Outcome]int{}
	idle := 0
	for _, i := range d.Implementations {
		for _, o := range suite.Outcomes() {
			counts[o] += i.Totals[o]
		}
		idle += d.Suite - len(i.Results)
	}
	var parts []string
	for _, o := range []struct {
		outcome suite.Outcome
		word    string
	}{{suite.Error, "in error"}, {suite.Fail, "failed"}, {suite.Unsupported, "unsupported"}, {suite.Disabled, "disabled"}} {
		if n := counts[o.outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o.word))
		}
	}
	if idle > 0 {
		parts = append(parts, fmt.Sprintf("%d not run", idle))
	}
	return strings.Join(parts, ", ")
}

// Stopped is the error of implementations whose run ended early.
func (d *Document) Stopped() error {
	var all []error
	for _, i := range d.Implementations {
		if i.Stopped != "" {
			all = append(all, fmt.Errorf("%s: the run was ended: %s", i.Name, i.Stopped))
		}
	}
	return errors.Join(all...)
}

// find gives the case of an id.
func (d *Document) find(id string) Case {
	i, found := slices.BinarySearchFunc(d.Cases, id, func(c Case, id string) int { return strings.Compare(c.ID, id) })
	if !found {
		return Case{ID: id}
	}
	return d.Cases[i]
}
