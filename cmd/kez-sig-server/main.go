// Command kez-sig-server keeps sigchains and hands them out.
package main

import (
	"os"

	"kez.lat/kez/impl/go/store/server"
)

func main() { os.Exit(server.Main(os.Args[1:], server.System())) }
