package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/spec"
)

// view is what the page shows, ready for the template.
type view struct {
	Verdict   string
	Mark      string // good, bad or neutral
	Cases     int
	Narrowed  bool
	Suite     int
	Rules     int
	Covered   int
	Impls     []implView
	Several   bool        // more than one implementation
	Attention []groupView // the rows with a fault, by workflow
	Workflows []groupView
	Pages     []pageView
}

// implView is the head of one implementation.
type implView struct {
	Implementation
	Bar []barView
}

// barView is one outcome with its share.
type barView struct {
	Outcome suite.Outcome
	Count   int
	Percent string
}

// groupView is one workflow.
type groupView struct {
	Name  string
	Bar   []barView
	Rows  []rowView
	Total int
	Bad   int
}

// rowView is one case, with its result at each implementation.
type rowView struct {
	Case
	Marks []markView
	Rules []spec.Tag
	Open  bool // shown unfolded
}

// markView is one result.
type markView struct {
	Impl string
	Result
	Word string
}

// pageView is one page of the specification.
type pageView struct {
	Name    string
	Rules   []ruleView
	Covered int
}

// ruleView is one rule with its cases.
type ruleView struct {
	spec.Tag
	Cases  []string
	Part   bool   // they see a part of the rule only
	Reason string // why there is none, or what they do not see
}

// unfolded is how many faults are shown at full length.
const unfolded = 8

func (d *Document) view(uncovered map[string]string) view {
	v := view{Cases: len(d.Cases), Narrowed: d.Narrowed(), Suite: d.Suite, Rules: d.Rules, Several: len(d.Implementations) > 1}
	results := map[string][]markView{}
	bad := 0
	for _, i := range d.Implementations {
		v.Impls = append(v.Impls, implView{i, bar(i.Totals, len(i.Results))})
		bad += i.Bad
		for _, r := range i.Results {
			results[r.ID] = append(results[r.ID], markView{i.Name, r, word(r)})
		}
	}
	v.Mark = "neutral"
	switch {
	case bad > 0:
		v.Mark = "bad"
	case d.Perfect():
		v.Mark = "good"
	}
	v.Verdict = verdictLine(d, bad)
	byTag := map[string][]string{}
	groups := map[string]*groupView{}
	for _, c := range d.Cases {
		row := rowView{Case: c, Marks: results[c.ID]}
		for _, tag := range c.Tags {
			row.Rules = append(row.Rules, Rule(tag))
			byTag[tag] = append(byTag[tag], c.ID)
		}
		if groups[c.Workflow] == nil {
			groups[c.Workflow] = &groupView{Name: c.Workflow}
		}
		groups[c.Workflow].add(row)
	}
	for _, name := range Workflows() {
		if g := groups[name]; g != nil {
			g.finish()
			v.Workflows = append(v.Workflows, *g)
			if g.Bad > 0 {
				v.Attention = append(v.Attention, g.faults())
			}
		}
	}
	unfold(v.Attention)
	v.Pages, v.Covered = rulePages(byTag, d.covered, uncovered)
	return v
}

func verdictLine(d *Document, bad int) string {
	passed, of := d.passed()
	switch {
	case bad == 1:
		return "1 result needs attention"
	case bad > 0:
		return fmt.Sprintf("%d results need attention", bad)
	case passed == of:
		return fmt.Sprintf("All %d pass", of)
	}
	return fmt.Sprintf("%d of %d pass, %s", passed, of, d.short())
}

func word(r Result) string {
	if r.Unexpected {
		return "unexpected pass"
	}
	if r.Outcome == suite.Fail && r.Reason != "" {
		return "expected failure"
	}
	return string(r.Outcome)
}

func (r rowView) bad() bool {
	return slices.ContainsFunc(r.Marks, func(m markView) bool { return m.Bad })
}

func (g *groupView) add(row rowView) {
	g.Rows = append(g.Rows, row)
}

// finish counts the group, and puts what is wrong in front.
func (g *groupView) finish() {
	totals := map[suite.Outcome]int{}
	for _, row := range g.Rows {
		for _, m := range row.Marks {
			totals[m.Outcome]++
			g.Total++
			if m.Bad {
				g.Bad++
			}
		}
	}
	g.Bar = bar(totals, g.Total)
	slices.SortStableFunc(g.Rows, func(a, b rowView) int { return worst(a) - worst(b) })
}

// faults is the group with nothing but its faults.
func (g *groupView) faults() groupView {
	only := groupView{Name: g.Name}
	for _, row := range g.Rows {
		if row.bad() {
			only.Rows = append(only.Rows, row)
		}
	}
	return only
}

// unfold opens the first faults.
func unfold(groups []groupView) {
	n := 0
	for _, g := range groups {
		for i := range g.Rows {
			g.Rows[i].Open = n < unfolded
			n++
		}
	}
}

// worst gives the place of a row's worst outcome among all outcomes.
func worst(r rowView) int {
	place := len(suite.Outcomes())
	for _, m := range r.Marks {
		place = min(place, slices.Index(suite.Outcomes(), m.Outcome))
	}
	return place
}

func bar(totals map[suite.Outcome]int, of int) []barView {
	var all []barView
	for _, o := range suite.Outcomes() {
		if n := totals[o]; n > 0 {
			all = append(all, barView{o, n, fmt.Sprintf("%.2f", 100*float64(n)/float64(max(of, 1)))})
		}
	}
	slices.Reverse(all)
	return all
}

func rulePages(byTag map[string][]string, suite map[string]int, uncovered map[string]string) (pages []pageView, covered int) {
	for _, t := range spec.Tags() {
		if len(pages) == 0 || pages[len(pages)-1].Name != t.File {
			pages = append(pages, pageView{Name: t.File})
		}
		p := &pages[len(pages)-1]
		why, part := cmp.Or(reason(uncovered, t), "no case"), partly(uncovered, t)
		if suite[t.ID] > 0 && !part {
			why = "its cases did not run"
		}
		p.Rules = append(p.Rules, ruleView{t, byTag[t.ID], part, why})
		if suite[t.ID] > 0 && !part {
			covered++
			p.Covered++
		}
	}
	return pages, covered
}

// Lines splits a detail for the template.
func (r Result) Lines() []string { return strings.Split(r.Detail, "\n") }
