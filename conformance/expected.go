package conformance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kez.lat/kez/conformance/report"
	"kez.lat/kez/conformance/suite"
)

// writeExpected runs one implementation and writes a line for each case that
// fails. The reasons are a start: what the run saw, for a person to replace.
func (env Env) writeExpected(ctx context.Context, f *flags) error {
	all, selected, err := f.load()
	if err != nil {
		return err
	}
	t, err := env.fresh(f)
	if err != nil {
		return err
	}
	path := f.out
	if path == "" && t.manifest != nil {
		path = t.manifest.ExpectedPath()
	}
	if path == "" {
		return errNoPlace
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) && !f.force {
		return fmt.Errorf("%s is there already; --force overwrites it", path)
	}
	r, err := suite.Run(ctx, t.Target, all, selected, f.options())
	if err != nil {
		return err
	}
	if r.Stopped != "" {
		return fmt.Errorf("%s: the run was ended: %s", t.Name, r.Stopped)
	}
	text, failures := expectedText(r)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "%s: %d expected failures\n", path, failures)
	if errs := r.Count(suite.Error); errs > 0 {
		fmt.Fprintf(env.Stdout, "%d cases ended in an error, which is never expected; mend the adapter first\n", errs)
	}
	return nil
}

// fresh gives the one implementation asked for, without the file that is about
// to be written.
func (env Env) fresh(f *flags) (target, error) {
	if len(f.impls)+len(f.manifests) > 1 {
		return target{}, &usageError{"init takes one implementation"}
	}
	env.ignoreExpected = true
	targets, err := env.targets(f.impls, f.manifests)
	if err != nil {
		return target{}, err
	}
	t := targets[0]
	t.Expected = nil
	if f.timeout > 0 {
		t.Timeout = f.timeout
	}
	return t, nil
}

func expectedText(r *suite.Report) (string, int) {
	var b strings.Builder
	fmt.Fprintf(&b, "# Cases that %s is known to fail: `id # reason`. One that passes after all fails the run.\n", r.Target)
	n := 0
	for _, result := range r.Results {
		if result.Outcome == suite.Fail {
			first, _, _ := strings.Cut(result.Detail, "\n")
			fmt.Fprintf(&b, "%s # %s\n", result.Case.ID, report.Clean(first))
			n++
		}
	}
	return b.String(), n
}
