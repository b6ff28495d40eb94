package conformance_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/conformance"
	"kez.lat/kez/conformance/report"
	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/impl/go/adapter"
	"kez.lat/kez/impl/go/cli"
	relayserver "kez.lat/kez/impl/go/relay/server"
	"kez.lat/kez/impl/go/store/server"
)

// hidden turns the test binary into the adapter of the Go implementation.
const hidden = "__adapter"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == hidden {
		if err := adapter.Serve(os.Stdin, os.Stdout, adapter.Handle); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == hiddenCLI {
		os.Exit(cli.Main(os.Args[2:], cli.System()))
	}
	if len(os.Args) > 1 && os.Args[1] == hiddenStore {
		os.Exit(server.Main(os.Args[2:], server.System()))
	}
	if len(os.Args) > 1 && os.Args[1] == hiddenRelay {
		os.Exit(relayserver.Main(os.Args[2:], relayserver.System()))
	}
	os.Exit(m.Run())
}

func testEnv(stdout, stderr *bytes.Buffer, getenv func(string) string) conformance.Env {
	return conformance.Env{
		Stdout: stdout, Stderr: stderr, Getenv: getenv,
		Builtin: []string{os.Args[0], hidden}, Self: "go run kez.lat/kez/cmd/kez-conformance",
	}
}

// TestConformance is how people use the suite in CI: one subtest a case.
//
// KEZ_IMPL=go,rust names manifests of conformance/impls, KEZ_MANIFEST others.
// Manifests that nobody asked for are skipped; KEZ_REQUIRE=go,rust runs those it
// names, so that a forgotten one cannot stay skipped. One that was asked for and
// is not there fails, and the others run.
func TestConformance(t *testing.T) {
	impls := splitNames(os.Getenv("KEZ_IMPL"))
	if len(impls) == 0 && os.Getenv("KEZ_MANIFEST") == "" {
		impls = []string{"go"}
	}
	for _, name := range splitNames(os.Getenv("KEZ_REQUIRE")) {
		if !slices.Contains(impls, name) {
			impls = append(impls, name)
		}
	}
	var stdout, stderr bytes.Buffer
	env := testEnv(&stdout, &stderr, os.Getenv)
	// Each by itself: one that is missing or broken fails alone.
	names := map[string]bool{}
	start := func(what string, impls, manifests []string) {
		runs, err := env.Prepare(impls, manifests)
		if err != nil {
			t.Run(what, func(t *testing.T) { t.Error(err) })
		}
		for _, run := range runs {
			if names[run.Name()] {
				t.Errorf("two implementations are named %q", run.Name())
			}
			names[run.Name()] = true
			t.Run(run.Name(), func(t *testing.T) { testImplementation(t, run) })
		}
	}
	for _, name := range impls {
		start(name, []string{name}, nil)
	}
	for _, path := range filepath.SplitList(os.Getenv("KEZ_MANIFEST")) {
		start(filepath.Base(path), nil, []string{path})
	}
	for _, name := range manifests(t) {
		if !slices.Contains(impls, name) {
			t.Run(name, func(t *testing.T) { t.Skipf("not asked for; KEZ_IMPL=%s runs it", name) })
		}
	}
}

func testImplementation(t *testing.T, run *conformance.Prepared) {
	d, err := run.All(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Implementations[0].Results {
		t.Run(r.ID, func(t *testing.T) { testResult(t, d, r) })
	}
	if err := d.Stopped(); err != nil {
		t.Error(err)
	}
	for _, remark := range d.Implementations[0].Smoke {
		t.Log("smoke:", remark)
	}
}

func testResult(t *testing.T, d *report.Document, r report.Result) {
	switch {
	case r.Bad:
		var text strings.Builder
		d.Explain(&text, r)
		t.Error(text.String())
	case r.Outcome == suite.Fail:
		t.Skipf("expected failure: %s", r.Reason)
	case r.Outcome != suite.Pass:
		t.Skipf("%s %s%s", r.Outcome, r.Reason, r.Detail)
	}
}

func splitNames(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// manifests names the manifests of this folder.
func manifests(t *testing.T) (names []string) {
	paths, err := filepath.Glob("impls/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		names = append(names, strings.TrimSuffix(filepath.Base(p), ".json"))
	}
	return names
}
