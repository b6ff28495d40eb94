package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/spec"
	"kez.lat/kez/vectors"
)

// Coverage writes which rule is tested by how many cases of the whole suite, and
// with what result where they ran, or the written reason why it has no case.
func (d *Document) Coverage() ([]byte, error) {
	uncovered, err := uncovered()
	if err != nil {
		return nil, err
	}
	byTag := map[string][]Case{}
	for _, c := range d.Cases {
		for _, tag := range c.Tags {
			byTag[tag] = append(byTag[tag], c)
		}
	}
	var b strings.Builder
	b.WriteString("# Coverage of the specification\n\n")
	covered, rules := 0, spec.Tags()
	for _, r := range rules {
		if d.covered[r.ID] > 0 && !partly(uncovered, r) {
			covered++
		}
	}
	fmt.Fprintf(&b, "%d of %d rules have a case that sees the whole rule.\n", covered, len(rules))
	if d.Narrowed() {
		fmt.Fprintf(&b, "\nOnly %d of the %d cases of the suite ran; the columns of the implementations are about these.\n", len(d.Cases), d.Suite)
	}
	for _, page := range spec.Names() {
		d.coverPage(&b, page, byTag, uncovered)
	}
	return []byte(b.String()), nil
}

func (d *Document) coverPage(b *strings.Builder, page string, byTag map[string][]Case, uncovered map[string]string) {
	header := false
	for _, r := range spec.Tags() {
		if r.File != page {
			continue
		}
		if !header {
			fmt.Fprintf(b, "\n## %s\n\n| rule | level | cases |", page)
			for _, i := range d.Implementations {
				fmt.Fprintf(b, " %s |", i.Name)
			}
			fmt.Fprintf(b, "\n|---|---|---|%s\n", strings.Repeat("---|", len(d.Implementations)))
			header = true
		}
		cases := byTag[r.ID]
		count := fmt.Sprint(d.covered[r.ID])
		switch why := reason(uncovered, r); {
		case d.covered[r.ID] > 0 && partly(uncovered, r):
			count += ", " + why
		case d.covered[r.ID] == 0:
			count = "none"
			if why != "" {
				count = why
			}
		}
		fmt.Fprintf(b, "| %s | %s | %s |", r.ID, r.Level, strings.ReplaceAll(count, "|", `\|`))
		for _, i := range d.Implementations {
			fmt.Fprintf(b, " %s |", i.verdict(cases))
		}
		b.WriteString("\n")
	}
}

// uncovered gives the written reasons why rules, or whole areas, have no case.
func uncovered() (map[string]string, error) {
	reasons := map[string]string{}
	for name, word := range map[string]string{
		"scripts.txt": "script", "untestable.txt": "untestable", "later.txt": "later", "partly.txt": inPart,
	} {
		lines, err := vectors.Lines(name)
		if err != nil {
			return nil, err
		}
		for _, line := range lines {
			if tag, why, found := strings.Cut(line, ": "); found {
				reasons[tag] = word + ": " + why
			}
		}
	}
	return reasons, nil
}

// inPart starts the reason of a rule whose cases see a part of it only.
const inPart = "in part"

// partly reports whether the cases of a rule see a part of it only.
func partly(uncovered map[string]string, rule spec.Tag) bool {
	return strings.HasPrefix(uncovered[rule.ID], inPart)
}

// reason gives the written reason of a rule, else that of its area.
func reason(uncovered map[string]string, rule spec.Tag) string {
	return cmp.Or(uncovered[rule.ID], uncovered["KEZ-"+rule.Area()])
}

// verdict words the outcomes of a rule's cases.
func (i Implementation) verdict(cases []Case) string {
	counts := map[suite.Outcome]int{}
	for _, c := range cases {
		at, found := slices.BinarySearchFunc(i.Results, c.ID, func(r Result, id string) int { return strings.Compare(r.ID, id) })
		if found {
			counts[i.Results[at].Outcome]++
		}
	}
	var parts []string
	for _, o := range suite.Outcomes() {
		if counts[o] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", o, counts[o]))
		}
	}
	return strings.Join(parts, ", ")
}
