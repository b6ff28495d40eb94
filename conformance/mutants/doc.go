// Package mutants holds implementations that are wrong on purpose, each in one
// rule, so that a test can show that the vectors notice.
//
// # How a mutant is wrong
//
// It wraps the handler of the Go implementation and puts a few lines of its own
// in place of the rule: a sloppy reading in front of the right one ([rereads]),
// a check that is not made ([skips]), or an answer worked out in another way.
//
// # What is asked of the vectors
//
// A case that is tagged with the rule has to fail. A mutant that no such case
// catches names a vector that is missing.
package mutants
