// Package relayfake is a chat relay in memory, written from spec/relay.md alone,
// honest unless it is told to lie.
//
// # Data
//
// [Server.Messages] gives what a handle has, [Server.Deliver] puts a message into
// its inbox, [Server.Registration] tells what was registered.
//
// # Lies
//
// [Server.Intercept] decides what is delivered in the place of a message: nothing,
// another one, several. [Server.Swap] answers lookups of a handle with somebody
// else's registration. [Server.NewLife] begins the numbers anew, as a relay does
// that was put back from a backup, and [Server.Rename] changes its name.
// [Server.CutStreams] breaks all open streams, and [Server.OnPoll] has something
// happen before every poll. Faults of HTTP are those of package httpfake.
package relayfake
