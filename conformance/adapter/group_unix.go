//go:build unix

package adapter

import (
	"os/exec"
	"syscall"
)

// ownGroup puts the process into a group of its own, so that what a shell
// wrapper started dies with it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func kill(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // gone already is as good
	}
}
