// Package scriptcmd is the command fake of test scripts.
//
// # The command
//
//	fake start             starts the world in the _… folders of $WORK and sets
//	                       the environment that points a kez at it
//	fake reload            reads the folders again, after a script has put
//	                       something there
//	fake history REGEXP    fails unless a request was made whose line the
//	                       expression matches; ! fake history, if one was
//	fake history           prints all lines into the log of the script
//	fake forget            forgets what was asked so far
//	fake unknown           fails if there was a request that the world does not
//	                       answer
//
// Lines look as the package fakes says. Where the world has no stores,
// KEZ_SIG_SERVER becomes none unless the script has set it: the default is on
// the network. The world ends with the script.
package scriptcmd

import (
	"regexp"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"kez.lat/kez/fakes"
)

// command is the form of commands in testscript.Params.
type command = func(ts *testscript.TestScript, neg bool, args []string)

// running is the worlds under way, by script.
type running struct {
	mu     sync.Mutex
	worlds map[*testscript.TestScript]*fakes.World
}

// Commands adds fake to the commands of testscript.Params.
func Commands(cmds map[string]command) {
	r := &running{worlds: map[*testscript.TestScript]*fakes.World{}}
	cmds["fake"] = r.fake
}

const usage = "usage: fake start|reload|unknown|forget, [!] fake history [REGEXP]"

func (r *running) fake(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || neg && (args[0] != "history" || len(args) != 2) ||
		len(args) > 2 || len(args) == 2 && args[0] != "history" {
		ts.Fatalf(usage)
	}
	if args[0] == "start" {
		r.start(ts)
		return
	}
	world := r.world(ts)
	switch args[0] {
	case "reload":
		ts.Check(world.Reload())
		setEnv(ts, world)
	case "history":
		history(ts, world, neg, args[1:])
	case "forget":
		world.ClearHistory()
	case "unknown":
		if unknown := world.Unknown(); len(unknown) > 0 {
			ts.Fatalf("the world does not answer:\n%s", strings.Join(unknown, "\n"))
		}
	default:
		ts.Fatalf(usage)
	}
}

func (r *running) start(ts *testscript.TestScript) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.worlds[ts] != nil {
		ts.Fatalf("the world runs already; fake reload reads it again")
	}
	world, err := fakes.Open(ts.Getenv("WORK"))
	ts.Check(err)
	r.worlds[ts] = world
	ts.Defer(func() {
		r.mu.Lock()
		delete(r.worlds, ts)
		r.mu.Unlock()
		if err := world.Close(); err != nil {
			ts.Logf("fake: %v", err)
		}
	})
	setEnv(ts, world)
}

func (r *running) world(ts *testscript.TestScript) *fakes.World {
	r.mu.Lock()
	defer r.mu.Unlock()
	world := r.worlds[ts]
	if world == nil {
		ts.Fatalf("no world runs; fake start starts one")
	}
	return world
}

func setEnv(ts *testscript.TestScript, world *fakes.World) {
	for _, line := range world.Env() {
		name, value, _ := strings.Cut(line, "=")
		if name == "KEZ_SIG_SERVER" && value == "none" && ts.Getenv(name) != "" {
			continue
		}
		ts.Setenv(name, value)
	}
}

func history(ts *testscript.TestScript, world *fakes.World, neg bool, args []string) {
	lines := world.History()
	if len(args) == 0 {
		ts.Logf("%s", strings.Join(lines, "\n"))
		return
	}
	pattern, err := regexp.Compile(args[0])
	ts.Check(err)
	matched := ""
	for _, line := range lines {
		if pattern.MatchString(line) {
			matched = line
			break
		}
	}
	switch {
	case neg && matched != "":
		ts.Fatalf("was asked: %s", matched)
	case !neg && matched == "":
		ts.Fatalf("nothing asked matches %s; there was:\n%s", pattern, strings.Join(lines, "\n"))
	}
}
