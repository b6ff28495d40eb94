// Package service is what the servers of KEZ have in common: how a program
// listens, answers errors, bounds what a peer can cost, and stops.
//
// # A server
//
// A program makes a [Mux] of its routes and gives it to [Run] with [Options],
// which its flags fill. Run prints one ready line, serves until its context
// ends, finishes what is under way, and returns.
//
// # Peers are hostile
//
// Headers, bodies and answers have deadlines, connections a number; one that
// waits is shed for one that comes (KEZ-STORE-035). How requests are framed is
// read beside net/http, which by itself takes what proxies read differently
// (KEZ-STORE-036). Every error is the object of spec/errors.md, those of
// net/http included; there is never a redirect, and Host is never used.
//
// # What is told
//
// The log goes to standard error as JSON and holds routes, never paths, queries,
// bodies or handles. Metrics are served on an address of their own, where one
// is asked for.
package service
