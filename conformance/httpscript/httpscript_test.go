package httpscript

import (
	"strings"
	"testing"
)

func TestScriptsAreWellFormed(t *testing.T) {
	all, err := Store()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 6 {
		t.Fatalf("%d scripts", len(all))
	}
	for _, s := range all {
		w := newWorld("seed", s.Name, "host:1")
		for _, line := range s.Setup {
			if err := w.setup(line.Text); err != nil {
				t.Errorf("%s:%d: %v", s.Name, line.Number, err)
			}
		}
		for _, step := range s.Steps {
			for _, text := range append([]string{step.Target, step.Body}, step.Header...) {
				if _, err := w.expand(text); err != nil {
					t.Errorf("%s:%d: %v", s.Name, step.Line, err)
				}
			}
			for _, text := range step.Want {
				if !strings.Contains(text, ": ") {
					t.Errorf("%s:%d: %q is no header", s.Name, step.Line, text)
				}
			}
		}
	}
}
