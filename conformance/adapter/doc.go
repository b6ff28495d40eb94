// Package adapter talks to an implementation under test in the protocol of
// conformance/PROTOCOL.md: one JSON object a line, requests in, answers out.
//
// # Sessions
//
// A session answers one request after the other. [Start] keeps one process for
// all of them, [OneShot] starts one for each, which suits shell wrappers.
//
// # Faults
//
// An implementation may be wrong in any way: it prints garbage, hangs, dies,
// answers twice, floods standard error. Each of these is an error of the
// request it happened at, never of the runner, and ends the session; the caller
// starts another.
package adapter
