package httpscript

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Server says where a server is, or how to start one.
type Server struct {
	// URL of a server that runs, or of the one that Command starts, where its
	// ready line does not end with it.
	URL string `json:"url,omitempty"`
	// Command starts the server. {port} stands for a free port of loopback and
	// {dir} for an empty folder. It is ready when it prints its first line to
	// standard output.
	Command []string `json:"command,omitempty"`

	// Dir and Env are those of the manifest.
	Dir string   `json:"-"`
	Env []string `json:"-"`
}

// startTime is how long a server may take to its ready line, stopTime to end.
const (
	startTime = 30 * time.Second
	stopTime  = 20 * time.Second
)

// Start gives the URL of the server and how to stop it. What a started server
// writes to standard error goes to log.
func (s Server) Start(ctx context.Context, log io.Writer) (base string, stop func() error, err error) {
	if len(s.Command) == 0 {
		if s.URL == "" {
			return "", nil, errors.New("the server has neither a url nor a command")
		}
		return strings.TrimRight(s.URL, "/"), func() error { return nil }, nil
	}
	dir, err := os.MkdirTemp("", "kez-server-")
	if err != nil {
		return "", nil, err
	}
	port, err := freePort()
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	fill := strings.NewReplacer("{port}", port, "{dir}", dir)
	args := make([]string, len(s.Command))
	for i, arg := range s.Command {
		args[i] = fill.Replace(arg)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stderr, cmd.Env = s.Dir, log, append(os.Environ(), s.Env...)
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("the server does not start: %w", err), os.RemoveAll(dir))
	}
	line, rest := readyLine(ctx, cmd.Process, stdout)
	stop = sync.OnceValue(func() error {
		err := end(cmd, rest)
		return errors.Join(err, os.RemoveAll(dir))
	})
	if line == "" {
		return "", nil, errors.Join(fmt.Errorf("%s prints no ready line", args[0]), stop())
	}
	base = fill.Replace(s.URL)
	if words := strings.Fields(line); base == "" && len(words) > 0 {
		base = words[len(words)-1]
	}
	return strings.TrimRight(base, "/"), stop, nil
}

// readyLine reads the first line, and goes on reading so that the server never
// waits. rest is closed at the end of the output.
func readyLine(ctx context.Context, process *os.Process, stdout io.Reader) (line string, rest chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = process.Kill() })()
	in := bufio.NewReaderSize(stdout, 4096)
	text, err := in.ReadSlice('\n')
	if err == nil {
		line = strings.TrimSpace(string(text))
	}
	rest = make(chan struct{})
	go func() {
		defer close(rest)
		_, _ = io.Copy(io.Discard, in)
	}()
	return line, rest
}

// end asks the server to stop, and kills it where it does not.
func end(cmd *exec.Cmd, rest chan struct{}) error {
	_ = cmd.Process.Signal(os.Interrupt) // Wait tells whether it ended
	late := time.AfterFunc(stopTime, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	<-rest
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("the server did not end well: %w", err)
	}
	return nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
