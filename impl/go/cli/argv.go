package cli

import (
	"os"
	"strings"
	"unsafe"
)

// shortestSecret keeps a mistyped value from wiping every other argument that
// happens to hold it: no secret is shorter than twelve words of three letters.
const shortestSecret = 47

// hideArgument overwrites a secret in the arguments of the process, so that it
// no longer shows in ps once the program runs. It works where os.Args shares
// the memory that the system lists, as on Linux; elsewhere it changes nothing
// that matters. The caller keeps a copy of the secret.
func (a *app) hideArgument(secret string) {
	if !a.env.OwnsArgs || len(secret) < shortestSecret {
		return
	}
	secret = strings.Clone(secret) // it may be the very memory to overwrite
	for _, arg := range os.Args[1:] {
		memory := unsafe.Slice(unsafe.StringData(arg), len(arg))
		for from := 0; ; {
			at := strings.Index(arg[from:], secret)
			if at < 0 {
				break
			}
			from += at + len(secret)
			clear(memory[from-len(secret) : from])
		}
	}
}
