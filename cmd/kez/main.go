// Command kez makes, publishes and verifies KEZ identities.
package main

import (
	"os"

	"kez.lat/kez/impl/go/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], cli.System())) }
