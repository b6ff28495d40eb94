// Command kez-chat-server gives handles to keys and keeps sealed messages.
package main

import (
	"os"

	"kez.lat/kez/impl/go/relay/server"
)

func main() { os.Exit(server.Main(os.Args[1:], server.System())) }
