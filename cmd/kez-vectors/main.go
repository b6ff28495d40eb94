// Command kez-vectors makes and checks the conformance vectors.
package main

import (
	"fmt"
	"os"

	"kez.lat/kez/vectors/lint"
)

const usage = `usage: kez-vectors COMMAND [FOLDER]

  generate   write the generated files, then the sums
  lint       check the files against the schemas and the specification
  sums       write SHA256SUMS
  list       print id, operation and expectation of every case

FOLDER is vectors, unless named.
`

func main() {
	folder := "vectors"
	if len(os.Args) == 3 {
		folder = os.Args[2]
	}
	if len(os.Args) < 2 || len(os.Args) > 3 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	run := map[string]func(string) error{
		"generate": lint.Generate, "lint": lint.Report, "sums": lint.WriteSums, "list": lint.List,
	}[os.Args[1]]
	if run == nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := run(folder); err != nil {
		fmt.Fprintln(os.Stderr, "kez-vectors: error:", err)
		os.Exit(1)
	}
}
