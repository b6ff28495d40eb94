package load

import (
	"encoding/json"
	"fmt"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

const program = "kez-sig-server load"

const about = `kez-sig-server load measures a running store: events stored durably in a
second, and chains handed out.

It leaves the chains it makes in the store, so measure one that is thrown away:

    kez-sig-server --bind 127.0.0.1:7979 --db /tmp/load.db --new-chains 0
    kez-sig-server load --server http://127.0.0.1:7979`

// Main is the command load; it gives the exit code.
func Main(args []string, env service.Env) int {
	if err := run(args, env); err != nil {
		return env.Report(program, err)
	}
	return service.ExitOK
}

func run(args []string, env service.Env) error {
	plan := Plan{Server: "http://127.0.0.1:7878", Connections: 32, Events: 100}
	rounds, asJSON := 1, false
	flags := service.NewFlags(program, about, env)
	flags.String(&plan.Server, "server", "", "`URL` of the store that is measured")
	flags.Int(&plan.Connections, "connections", "", "`N` clients at once, each with a chain of its own", 1)
	flags.Int(&plan.Events, "events", "", "`N` events that each client posts, one after the other", 1)
	flags.Int(&rounds, "reads", "", "`N` times that each client then fetches one chain of that many events", 0)
	flags.Bool(&asJSON, "json", "", "print one JSON object")
	rest, err := flags.Parse(args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return kez.Errorf(kez.CLIUsage, "%s takes no argument, and %s was given", program, kez.Quote(rest[0])).WithHint("%s -h lists the flags", program)
	case plan.Events >= sigchain.MaxEvents:
		return kez.Errorf(kez.CLIUsage, "--events is at most %d, the events of a chain without its first", sigchain.MaxEvents-1).
			WithHint("use more --connections")
	}
	appends, err := Appends(env.Context, plan)
	if err != nil {
		return err
	}
	var reads Figures
	if rounds > 0 {
		if reads, err = Reads(env.Context, plan, rounds); err != nil {
			return err
		}
	}
	if asJSON {
		return json.NewEncoder(env.Stdout).Encode(map[string]any{"server": plan.Server, "connections": plan.Connections, "appends": appends, "reads": reads})
	}
	printFigures(env, fmt.Sprintf("appended over %d connections", plan.Connections), "events", appends)
	if rounds > 0 {
		printFigures(env, fmt.Sprintf("fetched a chain of %d events over %d connections", plan.Events, plan.Connections), "chains", reads)
	}
	return nil
}

func printFigures(env service.Env, what, unit string, f Figures) {
	fmt.Fprintf(env.Stdout, "%s: %d %s in %s, %.0f %s/s, %.1f MB/s; median %s, p99 %s, longest %s\n", what, f.Requests, unit,
		f.Elapsed.Round(time.Millisecond), f.PerSecond(), unit, float64(f.Bytes)/1e6/f.Elapsed.Seconds(),
		f.Median.Round(time.Microsecond), f.P99.Round(time.Microsecond), f.Longest.Round(time.Microsecond))
}
