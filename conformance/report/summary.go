package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"kez.lat/kez/conformance/suite"
)

// atLength is how many results a summary explains. One broken rule can fail
// hundreds of cases, and the first few say it.
const atLength = 20

// Summary writes what a person wants to know first: the totals, then every
// result that is not right, with the rule it breaks and the line that repeats it.
func (d *Document) Summary(w io.Writer) {
	for n, i := range d.Implementations {
		if n > 0 {
			fmt.Fprintln(w)
		}
		d.summarize(w, i)
	}
}

func (d *Document) summarize(w io.Writer, i Implementation) {
	explained := 0
	for _, r := range i.Results {
		switch {
		case r.Bad && explained < atLength:
			d.Explain(w, r)
			explained++
		case r.Bad:
			fmt.Fprintf(w, "%s %s: %s\n", r.verdict(), r.ID, d.find(r.ID).Title)
			explained++
		}
	}
	if explained > atLength {
		fmt.Fprintf(w, "The first %d of %d are explained; `run CASE` explains any other.\n\n", atLength, explained)
	}
	count := fmt.Sprintf("%d cases", len(i.Results))
	if d.Narrowed() {
		count = fmt.Sprintf("%d of %d cases", len(i.Results), d.Suite)
	}
	fmt.Fprintf(w, "%s (%s %s): %s in %.1f s\n", i.Name, Clean(i.Says.Name), Clean(i.Says.Version), count, i.seconds)
	var counts []string
	for _, o := range []suite.Outcome{suite.Pass, suite.Fail, suite.Unsupported, suite.Disabled, suite.Error} {
		counts = append(counts, fmt.Sprintf("%s %d", o, i.Totals[o]))
	}
	fmt.Fprintf(w, "  %s\n", strings.Join(counts, "  "))
	undeclared := func(r Result) bool { return !slices.Contains(i.Says.Ops, d.find(r.ID).Op) }
	for _, op := range i.unsupported(d, undeclared) {
		fmt.Fprintf(w, "  not declared: %s\n", op)
	}
	for _, op := range i.unsupported(d, func(r Result) bool { return !undeclared(r) }) {
		fmt.Fprintf(w, "  cannot be asked this way: %s\n", op)
	}
	for _, remark := range i.Smoke {
		fmt.Fprintf(w, "  smoke: %s\n", Clean(remark))
	}
}

// unsupported lists the operations of unsupported cases of one sort, with their
// number.
func (i Implementation) unsupported(d *Document, sort func(Result) bool) []string {
	counts := map[string]int{}
	var order []string
	for _, r := range i.Results {
		if r.Outcome == suite.Unsupported && sort(r) {
			op := d.find(r.ID).Op
			if counts[op] == 0 {
				order = append(order, op)
			}
			counts[op]++
		}
	}
	for n, op := range order {
		order[n] = fmt.Sprintf("%s (%d cases)", op, counts[op])
	}
	return order
}

func (r Result) verdict() string {
	if r.Unexpected {
		return "UNEXPECTED PASS"
	}
	return strings.ToUpper(string(r.Outcome))
}

// Explain writes one result at length.
func (d *Document) Explain(w io.Writer, r Result) {
	c := d.find(r.ID)
	fmt.Fprintf(w, "%s %s: %s\n", r.verdict(), c.ID, c.Title)
	for _, tag := range c.Tags {
		fmt.Fprintf(w, "  [%s] %s\n", tag, Rule(tag).Text)
	}
	for _, line := range strings.Split(r.Detail, "\n") {
		fmt.Fprintf(w, "  %s\n", Clean(line))
	}
	if r.Want != "" {
		fmt.Fprintf(w, "  want:   %s\n", Clean(r.Want))
	}
	if r.Got != "" {
		fmt.Fprintf(w, "  got:    %s\n", Clean(r.Got))
	}
	if r.Repeat != "" {
		fmt.Fprintf(w, "  repeat: %s\n", r.Repeat)
	}
	fmt.Fprintln(w)
}

// Clean makes hostile text fit for a terminal: control and bidirectional
// characters are shown as escapes.
func Clean(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c < 0x20 || c >= 0x7f && c < 0xa0 || c >= 0x200b && c <= 0x200f || c >= 0x2028 && c <= 0x202e ||
			c >= 0x2066 && c <= 0x2069 || c == 0xfeff || c == 0x61c {
			fmt.Fprintf(&b, `\u%04x`, c)
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}
