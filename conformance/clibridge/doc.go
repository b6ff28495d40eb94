// Package clibridge drives an unmodified kez-compatible program by the portable
// lines of spec/cli.md, so that it needs no adapter.
package clibridge

import (
	"context"
	"errors"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/conformance/suite"
)

// Open gives the Open of a target that is a command line program.
func Open(c adapter.Command) func(context.Context) (suite.Session, suite.Hello, error) {
	return func(ctx context.Context) (suite.Session, suite.Hello, error) {
		return nil, suite.Hello{}, errors.New("later")
	}
}
