package testscripts

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func init() { commands["serve"] = (&servers{all: map[*testscript.TestScript][]*served{}}).serve }

// servers are the programs that scripts have started.
type servers struct {
	mu  sync.Mutex
	all map[*testscript.TestScript][]*served
}

// served is one of them.
type served struct {
	cmd  *exec.Cmd
	rest chan struct{} // closed when standard output has ended
}

// startTime is how long a server may take to its ready line.
const startTime = 30 * time.Second

// serve store [FLAGS...]: starts kez-sig-server on a free port of loopback and
// sets KEZ_SIG_SERVER and, for the N-th of a script, STORE_N to its URL. Its
// database is $WORK/store-N.db and its log $WORK/store-N.log unless flags say
// otherwise. "serve mirror FLAGS..." does the same with that command.
//
// serve relay [FLAGS...]: starts kez-chat-server in the same way and sets
// KEZ_CHAT_SERVER and RELAY_N; its database is $WORK/relay-N.db and its name
// kez.test. It has the real clock, so scripts that chat with it unset KEZ_NOW.
//
// serve stop: ends the newest one, which has to exit with 0. Those that still
// run at the end of the script are ended then.
func (s *servers) serve(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case neg || len(args) == 0:
		ts.Fatalf("usage: serve store|mirror|relay [FLAGS...], serve stop")
	case args[0] == "store":
		s.start(ts, store, args[1:])
	case args[0] == "mirror":
		s.start(ts, store, args[1:], args[0])
	case args[0] == "relay":
		s.start(ts, relay, append([]string{"--server", "kez.test"}, args[1:]...))
	case args[0] == "stop" && len(args) == 1:
		s.mu.Lock()
		running := s.all[ts]
		if len(running) > 0 {
			s.all[ts] = running[:len(running)-1]
		}
		s.mu.Unlock()
		if len(running) == 0 {
			ts.Fatalf("no server runs")
		}
		ts.Check(running[len(running)-1].stop())
	default:
		ts.Fatalf("there is nothing to serve named %s", args[0])
	}
}

// kind is a program and the names it gets in scripts.
type kind struct{ program, file, number, variable string }

var (
	store = kind{"kez-sig-server", "store", "STORE", "KEZ_SIG_SERVER"}
	relay = kind{"kez-chat-server", "relay", "RELAY", "KEZ_CHAT_SERVER"}
)

func (s *servers) start(ts *testscript.TestScript, k kind, flags []string, command ...string) {
	n := 1
	for ts.Getenv(fmt.Sprintf("%s_%d", k.number, n)) != "" {
		n++
	}
	name := filepath.Join(ts.Getenv("WORK"), fmt.Sprintf("%s-%d", k.file, n))
	log, err := os.Create(name + ".log")
	ts.Check(err)
	defer log.Close()
	path, err := lookIn(ts.Getenv("PATH"), k.program)
	ts.Check(err)
	cmd := exec.Command(path, append(append(command, "--bind", "127.0.0.1:0", "--db", name+".db"), flags...)...)
	cmd.Dir, cmd.Stderr = ts.MkAbs("."), log
	cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "TMPDIR=" + ts.Getenv("WORK")}
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	sv := &served{cmd: cmd, rest: make(chan struct{})}
	late := time.AfterFunc(startTime, func() { _ = cmd.Process.Kill() })
	out := bufio.NewReader(stdout)
	line, err := out.ReadString('\n')
	late.Stop()
	go func() {
		defer close(sv.rest)
		_, _ = io.Copy(io.Discard, out)
	}()
	url, ready := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ready {
		_ = sv.stop()
		ts.Fatalf("%s is not ready: %q, %v\n%s", k.program, line, err, ts.ReadFile(name+".log"))
	}
	s.mu.Lock()
	if s.all[ts] == nil {
		ts.Defer(func() { s.stopAll(ts) })
	}
	s.all[ts] = append(s.all[ts], sv)
	s.mu.Unlock()
	ts.Setenv(fmt.Sprintf("%s_%d", k.number, n), url)
	ts.Setenv(k.variable, url)
}

// lookIn finds a program in the path of a script, which is not that of this
// process.
func lookIn(path, program string) (string, error) {
	for _, dir := range filepath.SplitList(path) {
		if found, err := exec.LookPath(filepath.Join(dir, program)); err == nil {
			return found, nil
		}
	}
	return "", fmt.Errorf("there is no %s in %s", program, path)
}

func (sv *served) stop() error {
	_ = sv.cmd.Process.Signal(os.Interrupt) // Wait tells whether it ended well
	late := time.AfterFunc(startTime, func() { _ = sv.cmd.Process.Kill() })
	defer late.Stop()
	<-sv.rest
	return sv.cmd.Wait()
}

func (s *servers) stopAll(ts *testscript.TestScript) {
	s.mu.Lock()
	running := s.all[ts]
	delete(s.all, ts)
	s.mu.Unlock()
	for _, sv := range running {
		if err := sv.stop(); err != nil {
			ts.Logf("a server: %v", err)
		}
	}
}
