package load

import (
	"encoding/json"
	"fmt"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/internal/wire"
)

const program = "kez-chat-server load"

const about = `kez-chat-server load measures a running relay: messages stored durably in a
second, pages of an inbox, and what comes through open streams.

It leaves handles and messages in the relay, so measure one that is thrown away:

    kez-chat-server --bind 127.0.0.1:7979 --db /tmp/load.db --new-handles 0 --sends 0 --receives 0
    kez-chat-server load --server http://127.0.0.1:7979`

// Run is the command load.
func Run(args []string, env service.Env) error {
	plan := Plan{Server: "http://127.0.0.1:6969", Connections: 32, Messages: 100, Size: 2000}
	rounds, streams, rate, asJSON := 20, 100, 100, false
	flags := service.NewFlags(program, about, env)
	flags.String(&plan.Server, "server", "", "`URL` of the relay that is measured")
	flags.Int(&plan.Connections, "connections", "", "`N` clients at once, each with a recipient of its own", 1)
	flags.Int(&plan.Messages, "messages", "", "`N` messages that each client sends, one after the other", 1)
	flags.Int(&plan.Size, "size", "", "`bytes` of a message", 64)
	flags.Int(&rounds, "polls", "", "`N` times that each client then polls a page of 100; 0 skips that", 0)
	flags.Int(&streams, "streams", "", "`N` open streams; 0 skips that", 0)
	flags.Int(&rate, "rate", "", "`N` messages a second through the streams, for ten seconds", 1)
	flags.Bool(&asJSON, "json", "", "print one JSON object")
	if err := flags.None(args); err != nil {
		return err
	}
	sends, err := Sends(env.Context, plan)
	if err != nil {
		return err
	}
	var pages wire.Figures
	if rounds > 0 {
		if pages, err = Pages(env.Context, plan, rounds); err != nil {
			return err
		}
	}
	var delivery Delivery
	if streams > 0 {
		if delivery, err = Streams(env.Context, StreamPlan{Server: plan.Server, Streams: streams, Rate: rate, Messages: 10 * rate, Size: plan.Size}); err != nil {
			return err
		}
	}
	if asJSON {
		return json.NewEncoder(env.Stdout).Encode(map[string]any{"server": plan.Server, "connections": plan.Connections, "sends": sends, "pages": pages, "streams": delivery})
	}
	printFigures(env, fmt.Sprintf("stored over %d connections", plan.Connections), "messages", sends)
	if rounds > 0 {
		printFigures(env, fmt.Sprintf("polled over %d connections", plan.Connections), "pages", pages)
	}
	if streams > 0 {
		fmt.Fprintf(env.Stdout, "%d streams, %d messages a second: %d sent, %d lost, %d doubled; mean %s, p99 %s, longest %s\n", streams, rate,
			delivery.Sent, delivery.Lost, delivery.Doubled, delivery.Mean.Round(time.Microsecond), delivery.P99.Round(time.Microsecond), delivery.Longest.Round(time.Microsecond))
	}
	return nil
}

func printFigures(env service.Env, what, unit string, f wire.Figures) {
	fmt.Fprintf(env.Stdout, "%s: %d %s in %s, %.0f %s/s, %.1f MB/s; median %s, p99 %s, longest %s\n", what, f.Requests, unit,
		f.Elapsed.Round(time.Millisecond), f.PerSecond(), unit, float64(f.Bytes)/1e6/f.Elapsed.Seconds(),
		f.Median.Round(time.Microsecond), f.P99.Round(time.Microsecond), f.Longest.Round(time.Microsecond))
}
