package main_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/server"
)

// asServer makes this test binary the server, so that what is tested as a
// process is also watched by the race detector.
const asServer = "KEZ_SIG_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) == "1" {
		os.Exit(server.Main(os.Args[1:], server.System()))
	}
	os.Exit(m.Run())
}

// process is a running store.
type process struct {
	cmd    *exec.Cmd
	pid    int // of the store itself, which a tracer may have started
	url    string
	stderr *bytes.Buffer
	ended  chan struct{}
}

// launch starts a program with the flags of a test and waits for its ready line,
// or for its end.
func launch(t testing.TB, prepare func(*exec.Cmd), db string, args ...string) (*process, bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"--bind", "127.0.0.1:0", "--db", db, "--new-chains", "0"}, args...)...)
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
	p.url = strings.TrimPrefix(lines.Text(), "ready ")
	go func() {
		for lines.Scan() {
		}
		_ = cmd.Wait() // how it ended stands in ProcessState
		close(p.ended)
	}()
	t.Cleanup(func() { p.signal(syscall.SIGKILL) })
	if !ready {
		<-p.ended
		return p, false
	}
	p.pid = cmd.Process.Pid
	if filepath.Base(cmd.Path) == "strace" {
		p.pid = child(t, p.pid)
	}
	return p, true
}

func start(t testing.TB, db string, args ...string) *process {
	t.Helper()
	p, ready := launch(t, nil, db, args...)
	if !ready {
		t.Fatalf("the store did not start: %s", p.stderr)
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

// stop ends the store as an operator does, and wants it to end well.
func (p *process) stop(t testing.TB) {
	t.Helper()
	p.signal(syscall.SIGTERM)
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the store ended with %d: %s", code, p.stderr)
	}
}

// author signs the events of one chain.
type author struct {
	key   *keys.Private
	v     *sigchain.Verifier
	lines [][]byte // signed so far, in order
}

func newAuthor(t testing.TB) *author {
	t.Helper()
	key, err := keys.Generate(kez.SystemEd25519, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &author{key: key, v: sigchain.NewVerifier(nil)}
}

// next signs one more event.
func (a *author) next() ([]byte, error) {
	subject, err := kez.ParseSigned(fmt.Sprintf("github:user%d", len(a.lines)))
	if err != nil {
		return nil, err
	}
	line, err := sigchain.Sign(a.v.State(), sigchain.Change{Op: sigchain.Add, Subject: subject}, a.key, time.Unix(1767323045, 0))
	if err != nil {
		return nil, err
	}
	if err := a.v.Append(line); err != nil {
		return nil, err
	}
	a.lines = append(a.lines, line)
	return line, nil
}

func (a *author) chain() []byte { return append(bytes.Join(a.lines, []byte("\n")), '\n') }

func (a *author) url(base string) string {
	id := a.key.Identity()
	return base + "/v1/sigchains/" + id.System() + "/" + id.Value()
}

// client keeps a connection for each of many writers.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}}

func post(url string, body []byte) (int, []byte, error) {
	return answer(client.Post(url, "application/jsonl", bytes.NewReader(body)))
}

func get(url string) (int, []byte, error) { return answer(client.Get(url)) }

func answer(r *http.Response, err error) (int, []byte, error) {
	if err != nil {
		return 0, nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return r.StatusCode, body, err
}

func wantPost(t testing.TB, url string, body []byte, want int) []byte {
	t.Helper()
	status, text, err := post(url, body)
	if err != nil || status != want {
		t.Fatalf("status %d, want %d: %v %s", status, want, err, text)
	}
	return text
}

func wantGet(t testing.TB, url string) []byte {
	t.Helper()
	status, body, err := get(url)
	if err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %v %s", url, status, err, body)
	}
	return body
}

// require skips a test that this machine cannot run, or fails it where
// KEZ_REQUIRE_STRACE says that it must.
func require(t testing.TB, possible bool, reason string) {
	t.Helper()
	switch {
	case possible:
	case os.Getenv("KEZ_REQUIRE_STRACE") == "1":
		t.Fatal(reason)
	default:
		t.Skip(reason)
	}
}

func requireStrace(t testing.TB) {
	t.Helper()
	_, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command("strace", "-qq", "-o", os.DevNull, "true").Run()
	}
	require(t, err == nil, fmt.Sprintf("strace does not work here: %v", err))
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

// all runs f for every author at once and joins the errors.
func all(authors []*author, f func(i int, a *author) error) error {
	errs := make([]error, len(authors))
	var wait sync.WaitGroup
	for i, a := range authors {
		wait.Go(func() { errs[i] = f(i, a) })
	}
	wait.Wait()
	return errors.Join(errs...)
}
