package servertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Program is a server that a test binary can be, in a process of its own, so that
// what is tested as a process is also watched by the race detector.
type Program struct {
	Name string // of the binary as users have it
	// Variable of the environment that makes the test binary the server.
	Variable string
	Flags    []string // that every launch has, before those of a test
}

// Main is TestMain's: it runs the server in a process that is to be one, and the
// tests in any other.
func (p Program) Main(m *testing.M, server func(args []string) int) {
	if os.Getenv(p.Variable) == "1" {
		os.Exit(server(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// Built builds the program of the test's folder as users do, without what a test
// binary carries, and makes a command run it.
func (p Program) Built(t testing.TB) func(*exec.Cmd) {
	t.Helper()
	path := filepath.Join(t.TempDir(), p.Name)
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return func(cmd *exec.Cmd) { cmd.Path, cmd.Args[0] = path, path }
}

// Wrapper is a program of that name in a folder of its own, for commands that
// name it.
func (p Program) Wrapper(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), p.Name)
	script := "#!/bin/sh\n" + p.Variable + "=1 exec '" + os.Args[0] + "' \"$@\"\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}
