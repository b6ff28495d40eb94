package conformance

import (
	"context"

	"kez.lat/kez/conformance/report"
	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/vectors"
)

// Prepared is an implementation that is ready to be run by a test.
type Prepared struct {
	env    Env
	target target
	all    []vectors.Case
}

// Prepare gives the named implementations, those of manifests after them.
func (env Env) Prepare(impls, manifests []string) ([]*Prepared, error) {
	all, err := vectors.All()
	if err != nil {
		return nil, err
	}
	targets, err := env.targets(impls, manifests)
	if err != nil {
		return nil, err
	}
	var prepared []*Prepared
	for _, t := range targets {
		prepared = append(prepared, &Prepared{env, t, all})
	}
	return prepared, nil
}

// Name is the implementation's.
func (p *Prepared) Name() string { return p.target.Name }

// All runs every case. An error means that nothing can be said.
func (p *Prepared) All(ctx context.Context) (*report.Document, error) {
	selected, err := suite.Select(p.all, suite.Filter{})
	if err != nil {
		return nil, err
	}
	return p.env.runTargets(ctx, new(flags), []target{p.target}, p.all, selected)
}
