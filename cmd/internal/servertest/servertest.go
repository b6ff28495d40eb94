// Package servertest runs servers of this module for tests, as processes or in
// the test itself.
//
// # Processes
//
// A server that is killed, traced or measured is a process of its own, which
// announces itself with one ready line. It is the binary of the test, so that
// the race detector watches it too, or the program as users build it.
//
// # What a machine must have
//
// Some tests need strace or root. Where that is absent they skip; with
// KEZ_REQUIRE_STRACE=1 they fail, so that a run which tested nothing cannot pass
// for one that did.
//
// # What a trace proves
//
// [Judge] reads from system calls that no answer was given before what it
// confirms was on the disk. A kill alone does not show this, since the kernel
// keeps what a dead process wrote.
package servertest

import (
	"os"
	"testing"
)

// Require skips a test that this machine cannot run, or fails it where
// KEZ_REQUIRE_STRACE says that it must.
func Require(t testing.TB, possible bool, reason string) {
	t.Helper()
	switch {
	case possible:
	case os.Getenv("KEZ_REQUIRE_STRACE") == "1":
		t.Fatal(reason)
	default:
		t.Skip(reason)
	}
}
