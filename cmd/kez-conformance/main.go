// Command kez-conformance tells an implementation of KEZ what it does wrong.
package main

import (
	"fmt"
	"os"

	"kez.lat/kez/conformance"
	"kez.lat/kez/impl/go/adapter"
)

// hidden is the first argument that turns the process into the built-in adapter.
const hidden = "__adapter"

func main() {
	if len(os.Args) == 2 && os.Args[1] == hidden {
		if err := adapter.Serve(os.Stdin, os.Stdout, adapter.Handle); err != nil {
			fmt.Fprintln(os.Stderr, "kez-conformance: adapter:", err)
			os.Exit(1)
		}
		return
	}
	env, err := conformance.System(hidden)
	if err != nil {
		fmt.Fprintln(os.Stderr, "kez-conformance: error:", err)
		os.Exit(2)
	}
	os.Exit(conformance.Main(os.Args[1:], env))
}
