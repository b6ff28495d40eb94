// Package report writes what a run found: results.json, and from nothing but
// that document a summary, JUnit XML, a page to read, a badge and the coverage
// of the specification.
//
// # One source
//
// [Document] is results.json. Everything in it is sorted, so that two runs can
// be compared with diff.
package report
