// Package adapter answers the conformance protocol (conformance/PROTOCOL.md)
// with the Go implementation.
//
// # Layers
//
// [Serve] speaks the protocol on a pair of streams. [Handle] answers one
// request and knows nothing of streams, so that tests can wrap it. One file an
// area holds the operations; vectors/README.md defines what they take and give.
//
// The package shares no code with the suite that asks the questions: it is
// written against the protocol's text, as any other adapter is.
package adapter
