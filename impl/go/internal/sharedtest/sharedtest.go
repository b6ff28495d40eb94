// Package sharedtest reads test data that lives outside this repository:
// corpora of other projects, and hostile inputs. It copies nothing.
//
// # Where the data is
//
// KEZ_SHARED names the folder; a relative path counts from the module root,
// since tests run in their package folders. Without it the tests skip. With
// KEZ_REQUIRE_SHARED=1 whatever is missing is a failure, so that a run which
// tested nothing cannot pass for one that did.
//
// # Counts
//
// Each corpus prints how many cases were read, on a line of its own, for runs
// that keep watch over these numbers.
package sharedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Dir gives the data folder, or skips the test.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("KEZ_SHARED")
	if dir == "" {
		missing(t, "KEZ_SHARED is not set: it names the folder with corpora/ and attacks/ that this test reads")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(moduleRoot(t), dir)
	}
	if _, err := os.Stat(dir); err != nil {
		missing(t, fmt.Sprintf("KEZ_SHARED names a folder that is not there: %v", err))
	}
	return dir
}

// missing skips, or fails where the data is required.
func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("KEZ_REQUIRE_SHARED") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
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
			t.Fatal("no go.mod above the test's folder, which a relative KEZ_SHARED counts from")
		}
		dir = parent
	}
}

// readLines decodes one JSON value a line.
func readLines[T any](t testing.TB, path string) (rows []T) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		missing(t, err.Error())
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var row T
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatalf("%s:%d: %v", path, i+1, err)
		}
		rows = append(rows, row)
	}
	return rows
}

// count prints a total, also without -v where the test fails.
func count(t testing.TB, what string, n int) {
	t.Helper()
	if n == 0 {
		missing(t, what+" holds no case")
	}
	fmt.Fprintf(os.Stderr, "%s: %d cases\n", what, n)
}
