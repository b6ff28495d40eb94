package servertest

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// RequireStrace wants an strace that may trace here.
func RequireStrace(t testing.TB) {
	t.Helper()
	_, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command("strace", "-qq", "-o", os.DevNull, "true").Run()
	}
	Require(t, err == nil, fmt.Sprintf("strace does not work here: %v", err))
}

// UnderStrace makes a command run below strace with some of its flags.
func UnderStrace(flags ...string) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		path, err := exec.LookPath("strace")
		if err != nil {
			cmd.Err = err
			return
		}
		cmd.Path, cmd.Args = path, append(append([]string{"strace"}, flags...), cmd.Args...)
	}
}

// TraceSyncs makes a command run below strace, which writes to a file what
// [Judge] reads.
func TraceSyncs(file string) func(*exec.Cmd) {
	return UnderStrace("-f", "-qq", "-y", "-s", "16", "-o", file, "-e", "signal=none",
		"-e", "trace=read,write,writev,pwrite64,pwritev,fsync,fdatasync")
}

// SlowSyncs delays every sync by 2 ms, as disks of the cloud do: strace holds the
// thread when fsync or fdatasync has returned. Other system calls run untouched,
// which the seccomp filter sees to.
func SlowSyncs() func(*exec.Cmd) {
	return UnderStrace("--seccomp-bpf", "-f", "-qq", "-o", "/dev/null", "-e", "signal=none",
		"-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_exit=2000")
}
