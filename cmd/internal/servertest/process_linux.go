package servertest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Process is a running server.
type Process struct {
	Cmd    *exec.Cmd
	PID    int // of the server itself, which a tracer may have started
	URL    string
	Stderr *bytes.Buffer // to be read once it has ended
	Ended  chan struct{}
}

// Launch starts the server on a database and waits for its ready line, or for its
// end, which gives false. prepare, if set, changes how it is started.
func (p Program) Launch(t testing.TB, prepare func(*exec.Cmd), db string, args ...string) (*Process, bool) {
	t.Helper()
	all := append([]string{"--bind", "127.0.0.1:0", "--db", db}, p.Flags...)
	cmd := exec.Command(os.Args[0], append(all, args...)...)
	// The race detector would wait a second at each end.
	cmd.Env = append(os.Environ(), p.Variable+"=1", "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	if prepare != nil {
		prepare(cmd)
	}
	r := &Process{Cmd: cmd, Stderr: &bytes.Buffer{}, Ended: make(chan struct{})}
	cmd.Stderr = r.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	ready := lines.Scan()
	r.URL = strings.TrimPrefix(lines.Text(), "ready ")
	go func() {
		for lines.Scan() {
		}
		_ = cmd.Wait() // how it ended stands in ProcessState
		close(r.Ended)
	}()
	t.Cleanup(func() { r.Signal(syscall.SIGKILL) })
	if !ready {
		<-r.Ended
		return r, false
	}
	r.PID = cmd.Process.Pid
	if filepath.Base(cmd.Path) == "strace" {
		r.PID = child(t, r.PID)
	}
	return r, true
}

// Start launches a server that has to get ready.
func (p Program) Start(t testing.TB, prepare func(*exec.Cmd), db string, args ...string) *Process {
	t.Helper()
	r, ready := p.Launch(t, prepare, db, args...)
	if !ready {
		t.Fatalf("%s did not start: %s", p.Name, r.Stderr)
	}
	return r
}

func child(t testing.TB, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Fatal(err)
	}
	id, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Signal sends one and waits for the end.
func (r *Process) Signal(sig syscall.Signal) {
	select {
	case <-r.Ended:
		return
	default:
	}
	if r.PID != 0 {
		_ = syscall.Kill(r.PID, sig) // it may have just ended
	} else {
		_ = r.Cmd.Process.Signal(sig)
	}
	<-r.Ended
}

// Stop ends the server as an operator does, and wants it to end well.
func (r *Process) Stop(t testing.TB) {
	t.Helper()
	r.Signal(syscall.SIGTERM)
	if code := r.Cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the server ended with %d: %s", code, r.Stderr)
	}
}

// Memory reads a figure of the running server in bytes: VmRSS, or VmHWM, its
// highest.
func (r *Process) Memory(t testing.TB, figure string) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.PID))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(figure + `:\s+(\d+) kB`).FindSubmatch(text)
	if found == nil {
		t.Fatalf("no %s in %s", figure, text)
	}
	kb, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}
