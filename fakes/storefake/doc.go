// Package storefake is a sigchain store on loopback that keeps its chains in
// memory and can be told to lie.
//
// # What it is
//
// The routes of spec/store.md but for limits and compression: chains, heads,
// appends, by-subject, export and health. An event that is posted has to carry
// on the chain that is there: primary, seq, prev and, of Ed25519 keys, the
// signature are checked. What a world or a test puts there is served as it
// stands, broken or not.
//
// # Three sets of methods
//
// Data: [Server.Put], [Server.Chain], [Server.Clear]. Faults and history are
// those of [kez.lat/kez/fakes/httpfake]; the host is always "store", so that a
// line of the history reads
//
//	GET store/v1/sigchains/ed25519/3b6a…
//
// # Folder of a world
//
//	ed25519_<hex>.jsonl   the chain of a primary, as it is served
//	nostr_<npub>.jsonl    likewise
//	faults.json           as httpfake says
//
// Any other file is an error.
package storefake
