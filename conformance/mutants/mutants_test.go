package mutants

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/impl/go/adapter"
	"kez.lat/kez/spec"
	"kez.lat/kez/vectors"
)

// atLeast is how many mutants there have to be.
const atLeast = 40

// uncaught are mutants that no vector catches yet, with the vector that is
// missing. One that is caught after all fails the test.
var uncaught = map[string]string{}

// Every mutant is caught by a case that is tagged with the rule it breaks, by
// giving a wrong answer where the unmutated implementation gives the right one.
func TestMutants(t *testing.T) {
	all, err := vectors.All()
	if err != nil {
		t.Fatal(err)
	}
	sound := soundCases(t, all)
	rules := map[string]bool{}
	for _, rule := range spec.Tags() {
		rules[rule.ID] = true
	}
	mutants := All()
	if len(mutants)-len(uncaught) < atLeast {
		t.Errorf("%d mutants of which %d are not caught, want %d", len(mutants), len(uncaught), atLeast)
	}
	names := map[string]bool{}
	for _, m := range mutants {
		if names[m.Name] || !rules[m.Rule] {
			t.Errorf("%q stands twice, or there is no rule %s", m.Name, m.Rule)
		}
		names[m.Name] = true
		t.Run(m.Rule+" "+m.Name, func(t *testing.T) {
			if why := later(t, m.Rule); why != "" && !tagged(all, m.Rule) {
				t.Skipf("the rule has no case yet: %s", why)
			}
			caught := hunt(t, sound, m)
			missing := uncaught[m.Name]
			switch {
			case missing == "" && !caught:
				t.Error("no case of the rule fails")
			case missing != "" && caught:
				t.Error("it is caught now; remove it from uncaught")
			case missing != "":
				t.Skipf("missing vector: %s", missing)
			}
		})
	}
	for name := range uncaught {
		if !names[name] {
			t.Errorf("there is no mutant %q", name)
		}
	}
}

// later gives the written reason why a rule, or its area, has no case yet.
func later(t *testing.T, rule string) string {
	lines, err := vectors.Lines("later.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if tag, why, _ := strings.Cut(line, ": "); tag == rule || strings.HasPrefix(rule, tag+"-") {
			return why
		}
	}
	return ""
}

func tagged(all []vectors.Case, rule string) bool {
	return slices.ContainsFunc(all, func(c vectors.Case) bool { return slices.Contains(c.Tags, rule) })
}

// hunt tells whether a case that is tagged with the rule fails.
func hunt(t *testing.T, sound []vectors.Case, m Mutant) bool {
	cases, err := suite.Select(sound, suite.Filter{Tags: []string{m.Rule}})
	if err != nil {
		t.Log(err)
		return false
	}
	caught := false
	for _, r := range run(t, m.Name, m.Handle, cases).Results {
		switch r.Outcome {
		case suite.Error:
			t.Errorf("%s: the mutant is broken: %s", r.Case.ID, r.Detail)
		case suite.Fail:
			caught = true
		}
	}
	return caught
}

func run(t *testing.T, name string, handle adapter.Handler, cases []vectors.Case) *suite.Report {
	report, err := suite.Run(context.Background(), Target(name, handle), nil, cases, suite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// soundCases are those that the unmutated implementation passes, so that what
// catches a mutant is its fault.
func soundCases(t *testing.T, all []vectors.Case) (sound []vectors.Case) {
	for _, r := range run(t, "go", adapter.Handle, all).Results {
		if r.Outcome == suite.Pass {
			sound = append(sound, r.Case)
		}
	}
	return sound
}
