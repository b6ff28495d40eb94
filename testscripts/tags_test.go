package testscripts

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/spec"
)

// scriptTags reads the tags that the first line of a script names.
func scriptTags(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	tags, ok := strings.CutPrefix(first, "# tags: ")
	if !ok {
		t.Errorf("%s: the first line is no list of tags", path)
	}
	return strings.Fields(tags)
}

func TestTags(t *testing.T) {
	known := map[string]spec.Tag{}
	for _, tag := range spec.Tags() {
		known[tag.ID] = tag
	}
	covered := map[string]bool{}
	for _, pattern := range []string{"portable/*.txtar", "go/*.txtar"} {
		scripts, err := filepath.Glob(pattern)
		if err != nil || len(scripts) == 0 {
			t.Fatalf("no scripts in %s: %v", pattern, err)
		}
		for _, script := range scripts {
			tags := scriptTags(t, script)
			if len(tags) == 0 && strings.HasPrefix(script, "portable") {
				t.Errorf("%s names no tag", script)
			}
			for i, id := range tags {
				if _, ok := known[id]; !ok {
					t.Errorf("%s names %s, which the specification does not have", script, id)
				}
				if slices.Contains(tags[:i], id) {
					t.Errorf("%s names %s twice", script, id)
				}
				covered[id] = true
			}
		}
	}
	for _, tag := range spec.Tags() {
		if tag.Area() == "CLI" && !covered[tag.ID] {
			t.Logf("no script for %s: %s", tag.ID, tag.Text)
		}
	}
}
