// Package suite runs vectors against an implementation and says, case by case,
// how it did.
//
// # Outcomes
//
// A case ends in exactly one [Outcome]. An operation that the implementation
// did not declare is unsupported: listed, and never counted as passed.
//
// # Who decides
//
// The suite compares, watches the clock, restarts what died and maps codes. The
// implementation only answers; it is told neither the id of a case nor what is
// expected of it.
//
// # A broken harness
//
// What says nothing about the implementation, such as a missing binary, an
// empty selection or an adapter that never answers, is an error of [Run] and
// not an outcome, so that it cannot pass for a result.
package suite
