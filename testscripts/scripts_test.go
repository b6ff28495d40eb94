// Package testscripts runs the command through text scripts: portable/ holds
// what every implementation must do, by exit codes, JSON and error codes alone;
// go/ holds the wording and the go-only commands of this one.
//
// KEZ_BIN names another binary for the portable scripts.
package testscripts

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"kez.lat/kez/impl/go/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"kez": func() { os.Exit(cli.Main(os.Args[1:], cli.System())) },
	})
}

func TestPortable(t *testing.T) { run(t, "portable", os.Getenv("KEZ_BIN")) }

func TestGo(t *testing.T) { run(t, "go", "") }

func run(t *testing.T, dir, bin string) {
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// A home of its own, a clock that stands still, no colour, no secret.
			env.Setenv("KEZ_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("KEZ_NOW", "2026-06-01T00:00:00Z")
			env.Setenv("KEZ_SECRET", "")
			env.Setenv("NO_COLOR", "1")
			if bin != "" {
				path, err := linkAs(env.WorkDir, bin)
				if err != nil {
					return err
				}
				env.Setenv("PATH", path+string(os.PathListSeparator)+env.Getenv("PATH"))
			}
			return nil
		},
		Cmds: commands,
	})
}

// linkAs puts another binary first in the path under the name kez.
func linkAs(dir, bin string) (string, error) {
	abs, err := filepath.Abs(bin)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, ".bin")
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", err
	}
	return path, os.Symlink(abs, filepath.Join(path, "kez"))
}
