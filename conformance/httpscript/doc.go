// Package httpscript says what a server of KEZ does wrong, by text scripts of
// requests and what has to come back.
//
// # Scripts
//
// The folders store and relay hold the contracts of a sigchain store and of a chat
// relay, one file a subject; each step names the rules it checks. FORMAT.md explains the format. Keys are
// made from a seed, a new one each run, so that a store that keeps its chains can
// be asked again and again; the seed that is printed repeats a run, on a store
// that has not seen it.
//
// # What is not asked
//
// What needs another setting than the server's own, or waiting, such as limits
// and deadlines, is left to the server's own tests.
package httpscript
