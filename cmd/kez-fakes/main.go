// Command kez-fakes stands in for the services that proofs are published on.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"kez.lat/kez/fakes/serve"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(serve.Main(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
