// Package conformance tells an implementation of KEZ, in any language, what it
// does wrong, sentence by sentence.
//
// # Use
//
// In CI: `go test ./conformance/...`. By hand: `go run ./cmd/kez-conformance
// run`. Both run the vectors against the built-in Go implementation when nothing
// else is asked for; KEZ_IMPL and KEZ_MANIFEST name others.
//
// # Parts
//
// PROTOCOL.md says how an implementation plugs in. The packages below: adapter
// talks to it, clibridge drives an unmodified `kez` program instead, suite
// selects, runs and classifies, report writes what was found, mutants are
// implementations that are wrong on purpose.
//
// No package here imports an implementation; only the tests and mutants do.
package conformance
