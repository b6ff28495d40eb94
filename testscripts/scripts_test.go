// Package testscripts runs the command through text scripts: portable/ holds
// what every implementation must do, by exit codes, JSON and error codes alone;
// go/ holds the wording and the go-only commands of this one.
//
// KEZ_BIN names another binary for the portable scripts.
package testscripts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"kez.lat/kez/fakes/scriptcmd"
	"kez.lat/kez/impl/go/cli"
	relayserver "kez.lat/kez/impl/go/relay/server"
	"kez.lat/kez/impl/go/store/server"
)

func TestMain(m *testing.M) {
	scriptcmd.Commands(commands)
	testscript.Main(m, map[string]func(){
		"kez":             func() { os.Exit(cli.Main(os.Args[1:], cli.System())) },
		"kez-sig-server":  func() { os.Exit(server.Main(os.Args[1:], server.System())) },
		"kez-chat-server": func() { os.Exit(relayserver.Main(os.Args[1:], relayserver.System())) },
	})
}

// people are the keys of the specification's examples, and one of nostr.
var people = map[string]string{
	"ALICE":        "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
	"ALICE_SEED":   "0000000000000000000000000000000000000000000000000000000000000000",
	"ALICE_PHRASE": strings.Repeat("abandon ", 23) + "art",
	"BOB":          "ed25519:9403c32e0d3b4ce51105c0bcac09a0d73be0cca98a6bf7b3cd434651be866d70",
	"BOB_SEED":     "09451c0f06588db78205e32a793536e15ae263c8f9ee6d14f5c6fd82b8bd20da",
	"BOB_PHRASE":   strings.Repeat("abandon ", 11) + "about",
	"CAROL":        "ed25519:cc99d06b15ccb83a5ca43f25dd3d27f50638c1c6fbe3a822352da3e07156ce03",
	"CAROL_SEED":   "9df434a2bd5dc767ee949d8ab95ca09c4ebbb88cefc3d0b1523f6b2a744ca824",
	"CAROL_PHRASE": "legal winner thank year wave sausage worth useful legal winner thank yellow",
	"NORA":         "nostr:npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg",
	"NORA_NSEC":    "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5",
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
			env.Setenv("KEZ_SIG_SERVER", "none") // the default is on the network
			env.Setenv("NO_COLOR", "1")
			for name, value := range people {
				env.Setenv(name, value)
			}
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
