package conformance

import (
	"context"
	"errors"
	"fmt"

	"kez.lat/kez/conformance/report"
	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/vectors"
)

// runCommand runs the selected cases against every implementation asked for.
func (env Env) runCommand(ctx context.Context, args []string) (bool, error) {
	f := env.flags("run").targets().filter().running()
	f.set.StringVar(&f.out, "out", ".kez-report", "`folder` for the reports, empty for none")
	f.set.BoolVar(&f.verbose, "v", false, "name every case as it ends")
	if err := f.parse(args); err != nil {
		return false, err
	}
	all, selected, err := f.load()
	if err != nil {
		return false, err
	}
	targets, err := env.targets(f.impls, f.manifests)
	if err != nil {
		return false, err
	}
	if f.out != "" {
		if err := report.Prepare(f.out); err != nil {
			return false, fmt.Errorf("the reports cannot be written: %w", err)
		}
	}
	d, err := env.runTargets(ctx, f, targets, all, selected)
	if err != nil {
		return false, err
	}
	d.Summary(env.Stdout)
	if f.out != "" {
		page, err := d.WriteAll(f.out)
		if err != nil {
			return false, fmt.Errorf("the reports cannot be written: %w", err)
		}
		fmt.Fprintf(env.Stdout, "report: %s\n", page)
	}
	return !d.OK(), d.Stopped()
}

// runTargets runs cases and gives the document of all implementations.
func (env Env) runTargets(ctx context.Context, f *flags, targets []target, all, selected []vectors.Case) (*report.Document, error) {
	var reports []*suite.Report
	for _, t := range targets {
		if f.timeout > 0 {
			t.Timeout = f.timeout
		}
		options := f.options()
		if f.verbose {
			options.Progress = func(r suite.Result) { fmt.Fprintf(env.Stderr, "%-11s %s %s\n", r.Outcome, t.Name, r.Case.ID) }
		}
		r, err := suite.Run(ctx, t.Target, all, selected, options)
		if err != nil {
			return nil, err
		}
		if r.Count(suite.Pass)+r.Count(suite.Fail)+r.Count(suite.Error) == 0 {
			return nil, fmt.Errorf("%s: none of the %d selected cases can be run; it declares only %v", t.Name, len(selected), r.Hello.Ops)
		}
		reports = append(reports, r)
	}
	return report.New(reports, all, env.repeat(targets)), nil
}

// repeat gives the shell line that runs one case alone.
func (env Env) repeat(targets []target) func(implementation, id string) string {
	names := map[string]string{}
	for _, t := range targets {
		names[t.Name] = t.flags
	}
	return func(implementation, id string) string {
		return fmt.Sprintf("%s run %s --out '' %s", env.Self, names[implementation], quote(id))
	}
}

// load gives all cases, and those that the flags select.
func (f *flags) load() (all, selected []vectors.Case, err error) {
	if all, err = vectors.All(); err != nil {
		return nil, nil, err
	}
	selected, err = suite.Select(all, f.selection())
	return all, selected, err
}

// reproCommand prints the shell line that repeats one case.
func (env Env) reproCommand(_ context.Context, args []string) (bool, error) {
	f := env.flags("repro").targets()
	if err := f.parse(args); err != nil {
		return false, err
	}
	id, err := f.one()
	if err != nil {
		return false, err
	}
	_, selected, err := f.load()
	if err != nil {
		return false, err
	}
	if selected[0].ID != id {
		return false, &usageError{fmt.Sprintf("%q is a pattern, and one case id is wanted", id)}
	}
	targets, err := env.targets(f.impls, f.manifests)
	if err != nil {
		return false, err
	}
	for _, t := range targets {
		fmt.Fprintln(env.Stdout, env.repeat(targets)(t.Name, id))
	}
	return false, nil
}

// initCommand runs everything and writes down what fails as expected.
func (env Env) initCommand(ctx context.Context, args []string) (bool, error) {
	f := env.flags("init").targets().filter().running()
	f.set.StringVar(&f.out, "out", "", "`file` to write (default the manifest's expected_failures)")
	f.set.BoolVar(&f.force, "force", false, "overwrite the file")
	if err := f.parse(args); err != nil {
		return false, err
	}
	return false, env.writeExpected(ctx, f)
}

var errNoPlace = errors.New("there is no place for the file: give --out FILE, or expected_failures in the manifest")
