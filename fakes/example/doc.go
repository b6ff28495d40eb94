// Package example makes a world in which one key has published a proof through
// each of the six channels, to try a kez on without a network.
//
// # The signer
//
// The proofs are signed here, by as little code as it takes: Ed25519 over the
// canonical JSON of a payload that holds nothing but ASCII strings and one
// number, which is compact JSON with sorted members. Nothing is shared with the
// implementation that will read them.
//
// # The keys
//
// All secrets are public test values and protect nothing.
package example
