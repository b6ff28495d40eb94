// Package corpustest reads recorded answers of real services for the tests of
// their fakes. It copies nothing.
//
// KEZ_SHARED names the folder above corpora/; a relative path counts from the
// module root. Without it the tests skip, with KEZ_REQUIRE_SHARED=1 they fail.
// It is a reader of its own, as a fake shares no code with what it tests.
package corpustest

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Case is one recorded answer.
type Case struct {
	ID   string
	Body json.RawMessage
}

// Read reads the bodies of a corpus.
func Read(t testing.TB, name string) (cases []Case) {
	t.Helper()
	shared := os.Getenv("KEZ_SHARED")
	if !filepath.IsAbs(shared) && shared != "" {
		shared = filepath.Join(moduleRoot(t), shared)
	}
	text, err := os.ReadFile(filepath.Join(shared, "corpora", name, "cases.jsonl"))
	if shared == "" || err != nil {
		if os.Getenv("KEZ_REQUIRE_SHARED") == "1" {
			t.Fatalf("KEZ_SHARED is %q: %v", shared, err)
		}
		t.Skip("KEZ_SHARED names no folder with the corpus " + name)
	}
	for line := range bytes.Lines(text) {
		var row struct {
			ID string
			In struct{ Body json.RawMessage }
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		cases = append(cases, Case{row.ID, row.In.Body})
	}
	return cases
}

// Find gives the body of one case.
func Find(t testing.TB, corpus, id string) json.RawMessage {
	t.Helper()
	for _, c := range Read(t, corpus) {
		if c.ID == id {
			return c.Body
		}
	}
	t.Fatalf("no case %s in the corpus %s", id, corpus)
	return nil
}

// Equal tells whether two texts hold the same JSON.
func Equal(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	x2, _ := json.Marshal(x) // members sorted
	y2, _ := json.Marshal(y)
	return bytes.Equal(x2, y2)
}

// Lacks lists the members of a recorded object that a fake's one does not have,
// without those that it may lack.
func Lacks(t testing.TB, recorded, fake []byte, may ...string) (missing []string) {
	t.Helper()
	var want, got map[string]json.RawMessage
	if err := json.Unmarshal(recorded, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(fake, &got); err != nil {
		t.Fatalf("%s: %v", fake, err)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] == nil && !slices.Contains(may, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the folder of the test")
		}
		dir = parent
	}
}
