package adapter

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"time"
)

// Command is how an adapter is started.
type Command struct {
	Args []string // program and arguments
	Dir  string   // working folder, "" for the current one
	Env  []string // added to the environment, NAME=value
}

// Bounds on what one request may produce.
const (
	// MaxLine is the longest answer; a bundle of 16 MiB fits in base64.
	MaxLine = 64 << 20
	// MaxStderr is how much one request may write to standard error.
	MaxStderr = 1 << 20
	// grace is how long a process may take to end after bye or a kill.
	grace = 2 * time.Second
)

func (c Command) build() (*exec.Cmd, error) {
	if len(c.Args) == 0 {
		return nil, errors.New("no adapter command is given")
	}
	cmd := exec.Command(c.Args[0], c.Args[1:]...)
	cmd.Dir = c.Dir
	if len(c.Env) > 0 {
		cmd.Env = append(os.Environ(), c.Env...)
	}
	// A child that keeps the pipes open must not keep Wait from returning.
	cmd.WaitDelay = grace
	ownGroup(cmd)
	return cmd, nil
}

// notStarted words the commonest reasons for a person.
func (c Command) notStarted(err error) error {
	if c.Dir != "" {
		if info, bad := os.Stat(c.Dir); bad != nil || !info.IsDir() {
			return fmt.Errorf("the adapter cannot be started: there is no folder %s (mend dir in the manifest)", c.Dir)
		}
	}
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the adapter cannot be started: there is no program %q (build it first, or mend the manifest)", c.Args[0])
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the adapter cannot be started: %q is not executable", c.Args[0])
	}
	return fmt.Errorf("the adapter cannot be started: %w", err)
}
