package conformance

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"kez.lat/kez/conformance/report"
	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/vectors"
)

// lintCommand checks what can be checked without running an implementation.
func (env Env) lintCommand(_ context.Context, args []string) (bool, error) {
	f := env.flags("lint").targets()
	if err := f.parse(args); err != nil {
		return false, err
	}
	all, err := vectors.All()
	if err != nil {
		return false, err
	}
	faults := lintCases(all)
	targets, err := env.lintTargets(f)
	if err != nil {
		return false, err
	}
	for _, t := range targets {
		for what, reasons := range map[string]suite.Reasons{"expected failures": t.Expected, "disabled": t.Disabled} {
			if err := reasons.Check(all); err != nil {
				faults = append(faults, fmt.Errorf("%s, %s: %w", t.Name, what, err))
			}
		}
	}
	for _, fault := range faults {
		fmt.Fprintf(env.Stderr, "kez-conformance: lint: %v\n", fault)
	}
	if len(faults) == 0 {
		fmt.Fprintf(env.Stdout, "%d cases and %d implementations are in order\n", len(all), len(targets))
	}
	return len(faults) > 0, nil
}

// lintTargets gives what the flags name, else the built-in implementation and
// every manifest of conformance/impls.
func (env Env) lintTargets(f *flags) ([]target, error) {
	if len(f.impls)+len(f.manifests) > 0 {
		return env.targets(f.impls, f.manifests)
	}
	folder, err := implsFolder()
	if err != nil {
		return nil, err
	}
	for _, name := range implNames(folder) {
		f.manifests = append(f.manifests, filepath.Join(folder, name+".json"))
	}
	return env.targets(nil, f.manifests)
}

// lintCases checks what the runner relies on; vectors/lint checks the rest.
func lintCases(all []vectors.Case) (faults []error) {
	seen := map[string]bool{}
	for _, c := range all {
		fault := func(format string, args ...any) {
			faults = append(faults, fmt.Errorf("case %s: %w", c.ID, fmt.Errorf(format, args...)))
		}
		if seen[c.ID] {
			fault("the id is there twice")
		}
		seen[c.ID] = true
		if (c.Expect.Accept == nil) == (c.Expect.Reject == nil) {
			fault("it expects not exactly one of accept and reject")
		}
		if len(c.Tags) == 0 {
			fault("it names no rule")
		}
		for _, tag := range c.Tags {
			if report.Rule(tag).Text == "" {
				fault("there is no rule %s", tag)
			}
		}
		if _, err := suite.RequestOf(c); err != nil {
			faults = append(faults, err)
		}
	}
	if len(all) == 0 {
		faults = append(faults, errors.New("the vectors hold no case"))
	}
	return faults
}
