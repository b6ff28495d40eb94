// Package serve is the command kez-fakes: it runs a world by hand.
//
// # Commands
//
// serve starts the world of a folder or txtar file, prints the environment that
// points a kez at it, then "ready", and serves until it is interrupted. example
// prints a world to begin with.
//
// # Streams
//
// What a shell can take over goes to standard output, history and errors to
// standard error.
package serve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"kez.lat/kez/fakes"
	"kez.lat/kez/fakes/example"
)

const usage = `usage: kez-fakes serve [--verbose] WORLD.txtar|DIR
       kez-fakes example

serve    stands in for DNS, GitHub, nostr, Bluesky, ActivityPub, the web and
         sigchain stores, all on 127.0.0.1, until interrupted; --verbose prints at the end what
         was asked
example  prints a world with a proof for each of them

  kez-fakes example >world.txtar
  kez-fakes serve world.txtar
`

// Main runs the command and gives its exit code. It serves until ctx ends.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := errUsage
	if len(args) > 0 {
		switch args[0] {
		case "serve":
			err = serve(ctx, args[1:], stdout, stderr)
		case "example":
			err = printExample(args[1:], stdout)
		case "help", "-h", "--help":
			fmt.Fprint(stdout, usage)
			return 0
		}
	}
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprint(stderr, usage)
		return 2
	case err != nil:
		fmt.Fprintln(stderr, "kez-fakes: error:", err)
		return 3
	}
	return 0
}

var errUsage = errors.New("usage")

func printExample(args []string, stdout io.Writer) error {
	if len(args) != 0 {
		return errUsage
	}
	world, err := example.World()
	if err == nil {
		_, err = io.WriteString(stdout, world)
	}
	return err
}

func serve(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	verbose := flags.Bool("verbose", false, "")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		return errUsage
	}
	world, err := fakes.Open(flags.Arg(0))
	if err != nil {
		return err
	}
	for _, line := range world.Env() {
		fmt.Fprintln(stdout, "export", line)
	}
	fmt.Fprintln(stdout, "ready")
	<-ctx.Done()
	if *verbose {
		for _, line := range world.History() {
			fmt.Fprintln(stderr, line)
		}
	}
	for _, line := range world.Unknown() {
		fmt.Fprintln(stderr, "kez-fakes: unknown:", line)
	}
	return world.Close()
}
