// Package clibridge drives an unmodified kez-compatible program by the portable
// command lines of spec/cli.md, so that it needs no adapter.
//
// # Reach
//
// Only what the portable lines can say is asked. An operation without a line is
// not declared; a question of a declared operation that its line cannot carry,
// such as an identity that holds a zero byte, is unsupported and listed.
//
// # Surroundings
//
// Every request has a KEZ_HOME of its own, KEZ_NOW is the time of the case, and
// no store is named, so that nothing but the request decides.
package clibridge
