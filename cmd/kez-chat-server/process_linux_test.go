package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"kez.lat/kez/impl/go/relay/server"
)

// asServer makes this test binary the server, so that what is tested as a
// process is also watched by the race detector.
const asServer = "KEZ_CHAT_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) == "1" {
		os.Exit(server.Main(os.Args[1:], server.System()))
	}
	os.Exit(m.Run())
}

// process is a running relay.
type process struct {
	cmd    *exec.Cmd
	pid    int // of the relay itself, which a tracer may have started
	url    string
	stderr *bytes.Buffer
	ended  chan struct{}
}

// launch starts a relay without limits and waits for its ready line.
func launch(t testing.TB, prepare func(*exec.Cmd), db string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"--bind", "127.0.0.1:0", "--db", db, "--server", "kez.test", "--new-handles", "0", "--sends", "0", "--receives", "0"}, args...)...)
	// The race detector would wait a second at each end.
	cmd.Env = append(os.Environ(), asServer+"=1", "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	if prepare != nil {
		prepare(cmd)
	}
	p := &process{cmd: cmd, stderr: &bytes.Buffer{}, ended: make(chan struct{})}
	cmd.Stderr = p.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	ready := lines.Scan()
	go func() {
		for lines.Scan() {
		}
		_ = cmd.Wait() // how it ended stands in ProcessState
		close(p.ended)
	}()
	t.Cleanup(func() { p.signal(syscall.SIGKILL) })
	if !ready {
		<-p.ended
		t.Fatalf("the relay did not start: %s", p.stderr)
	}
	p.url = strings.TrimPrefix(lines.Text(), "ready ")
	if p.pid = cmd.Process.Pid; filepath.Base(cmd.Path) == "strace" {
		p.pid = child(t, p.pid)
	}
	return p
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

// signal sends one and waits for the end.
func (p *process) signal(sig syscall.Signal) {
	select {
	case <-p.ended:
		return
	default:
	}
	if p.pid != 0 {
		_ = syscall.Kill(p.pid, sig) // it may have just ended
	} else {
		_ = p.cmd.Process.Signal(sig)
	}
	<-p.ended
}

// stop ends the relay as an operator does, and wants it to end well.
func (p *process) stop(t testing.TB) {
	t.Helper()
	p.signal(syscall.SIGTERM)
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the relay ended with %d: %s", code, p.stderr)
	}
}

// peak is the most memory the process ever had, in bytes.
func (p *process) peak(t testing.TB) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.Fields(size)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

// client keeps a connection for each of many writers.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}}

func post(url string, body []byte) (int, []byte, error) {
	r, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	return r.StatusCode, text, err
}

// require skips a test that this machine cannot run, or fails it where
// KEZ_REQUIRE_STRACE says that it must.
func requireStrace(t testing.TB) {
	t.Helper()
	_, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command("strace", "-qq", "-o", os.DevNull, "true").Run()
	}
	switch {
	case err == nil:
	case os.Getenv("KEZ_REQUIRE_STRACE") == "1":
		t.Fatalf("strace does not work here: %v", err)
	default:
		t.Skipf("strace does not work here: %v", err)
	}
}

// underStrace runs the server below strace with some of its flags.
func underStrace(flags ...string) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		path, err := exec.LookPath("strace")
		if err != nil {
			cmd.Err = err
			return
		}
		cmd.Path, cmd.Args = path, append(append([]string{"strace"}, flags...), cmd.Args...)
	}
}
