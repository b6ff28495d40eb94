package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kez.lat/kez/conformance/report"
	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/vectors"
)

// listCommand lists cases, one a line.
func (env Env) listCommand(_ context.Context, args []string) (bool, error) {
	f := env.flags("list").filter()
	if err := f.parse(args); err != nil {
		return false, err
	}
	_, selected, err := f.load()
	if err != nil {
		return false, err
	}
	for _, c := range selected {
		fmt.Fprintf(env.Stdout, "%s\t%s\t%s\t%s\n", c.ID, c.Op, outcomeWord(c.Expect), c.Title)
	}
	return false, nil
}

func outcomeWord(e vectors.Expect) string {
	if e.Reject != nil {
		return e.Reject.Code
	}
	return "accept"
}

// showCommand shows all there is to know about one case.
func (env Env) showCommand(_ context.Context, args []string) (bool, error) {
	f := env.flags("show")
	f.set.BoolVar(&f.wire, "wire", false, "print only the line that an adapter is sent")
	if err := f.parse(args); err != nil {
		return false, err
	}
	if _, err := f.one(); err != nil {
		return false, err
	}
	_, selected, err := f.load()
	if err != nil {
		return false, err
	}
	request, err := suite.RequestOf(selected[0])
	if err != nil {
		return false, err
	}
	request.Seq = 1
	wire, err := json.Marshal(request)
	if err != nil {
		return false, err
	}
	if f.wire {
		fmt.Fprintf(env.Stdout, "%s\n", wire)
		return false, nil
	}
	env.show(selected[0], wire)
	return false, nil
}

func (env Env) show(c vectors.Case, wire []byte) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n  %s\n", c.ID, c.Title, c.Why)
	for _, tag := range c.Tags {
		rule := report.Rule(tag)
		fmt.Fprintf(&b, "  [%s] %s (spec/%s:%d)\n", tag, rule.Text, rule.File, rule.Line)
	}
	fmt.Fprintf(&b, "  level:  %s, %s\n  op:     %s\n  now:    %s\n", c.Level, c.Status, c.Op, c.Now.Format("2006-01-02T15:04:05Z07:00"))
	if c.Mutates != "" {
		fmt.Fprintf(&b, "  differs from %s: %s\n", c.Mutates, c.Mutation)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Input)) {
		fmt.Fprintf(&b, "  input   %s = %s\n", name, c.Input[name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.World)) {
		fmt.Fprintf(&b, "  world   %s = %q\n", name, c.World[name])
	}
	expect, err := json.Marshal(c.Expect)
	if err != nil {
		expect = []byte(err.Error())
	}
	fmt.Fprintf(&b, "  expect: %s\n", expect)
	for _, step := range slices.Sorted(maps.Keys(c.Trace)) {
		if data, err := c.Trace[step].Decode(); err == nil {
			fmt.Fprintf(&b, "  trace   %s = %q\n", step, data)
		}
	}
	fmt.Fprintf(&b, "  sent:   %s\n", wire)
	for line := range strings.Lines(b.String()) {
		fmt.Fprintln(env.Stdout, report.Clean(strings.TrimSuffix(line, "\n")))
	}
}
