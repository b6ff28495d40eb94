package adapter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
)

// Output is what a process wrote that ran to its end.
type Output struct {
	Stdout []byte
	Stderr string // the end of it
}

// Tail words the end of standard error for a message.
func (o Output) Tail() string {
	if o.Stderr == "" {
		return ""
	}
	return "; standard error: " + excerpt([]byte(o.Stderr), 800)
}

// Output runs the command once with the given input. The error says why there
// is no exit code: it could not be started, hung, was killed or wrote too much.
func (c Command) Output(ctx context.Context, stdin []byte) (o Output, exit int, err error) {
	cmd, err := c.build()
	if err != nil {
		return o, 0, err
	}
	stderr := &stderrTail{full: func() { kill(cmd) }}
	stdout := &bounded{most: MaxLine, full: func() { kill(cmd) }}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), stdout, stderr
	if err := cmd.Start(); err != nil {
		return o, 0, c.notStarted(err)
	}
	stop := context.AfterFunc(ctx, func() { kill(cmd) })
	err = cmd.Wait()
	stop()
	o = Output{stdout.buffer.Bytes(), stderr.text()}
	var ended *exec.ExitError
	switch {
	case stderr.flooded():
		err = fmt.Errorf("the program wrote more than %d bytes to standard error%s", MaxStderr, o.Tail())
	case stdout.over:
		err = fmt.Errorf("the program wrote more than %d bytes", MaxLine)
	case ctx.Err() != nil:
		err = fmt.Errorf("the program did not end in time%s", o.Tail())
	case errors.Is(err, exec.ErrWaitDelay):
		kill(cmd) // the rest of its group
		err = fmt.Errorf("the program ended, and a process that it started still holds its output open%s", o.Tail())
	case errors.As(err, &ended) && ended.Exited():
		return o, ended.ExitCode(), nil
	case err != nil:
		err = fmt.Errorf("the program ended with %w%s", err, o.Tail())
	}
	return o, 0, err
}

// bounded keeps what is written up to a limit, and calls full past it.
type bounded struct {
	most   int
	full   func()
	buffer bytes.Buffer
	over   bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.buffer.Len()+len(p) > b.most {
		if !b.over {
			b.over = true
			b.full()
		}
		return len(p), nil
	}
	return b.buffer.Write(p)
}
