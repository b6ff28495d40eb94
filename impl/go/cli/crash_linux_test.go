package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// changing are the system calls by which a command changes or protects files.
var changing = []string{"openat", "mkdirat", "fchmod", "fchmodat", "flock", "write", "fsync", "renameat", "unlinkat"}

// traced runs a command under strace and gives the trace as well.
func (w *world) traced(t *testing.T, inject string, args ...string) (ended, string) {
	t.Helper()
	log := filepath.Join(w.dir, "trace")
	wrap := []string{"strace", "-f", "-qq", "-o", log, "-e", "trace=" + strings.Join(changing, ",")}
	if inject != "" {
		wrap = append(wrap, "-e", "inject="+inject)
	}
	result := finish(t, w.command(wrap, args...))
	trace, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return result, string(trace)
}

func requireStrace(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("some hundred runs take seconds")
	}
	_, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command("strace", "-qq", "-o", os.DevNull, "true").Run()
	}
	require(t, err == nil, fmt.Sprintf("strace does not work here: %v", err))
}

// calls counts each system call of an undisturbed `sigchain add`. strace counts
// by thread, of which there are several, so not every number is met; none is
// above the count.
func calls(trace string) map[string]int {
	counts := map[string]int{}
	for line := range strings.Lines(trace) {
		for _, name := range changing {
			if strings.Contains(line, " "+name+"(") {
				counts[name]++
			}
		}
	}
	return counts
}

// starts are the homes that a write can find.
var starts = map[string]func(t *testing.T) *world{
	"no chain": signing,
	"a chain": func(t *testing.T) *world {
		w := signing(t)
		if r := w.run("sigchain", "add", "github:first"); r.exit != 0 {
			t.Fatal(r.stderr)
		}
		return w
	},
}

// L-07: whenever the process is killed, the chain is the old or the new one, and
// the next command works.
func TestL07KilledAtEveryWrite(t *testing.T) {
	requireStrace(t)
	for name, start := range starts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, trace := start(t).traced(t, "", "sigchain", "add", "github:alice")
			for call, count := range calls(trace) {
				killed := 0
				for n := 1; n <= count; n++ {
					w := start(t)
					before := w.length(t)
					result, _ := w.traced(t, fmt.Sprintf("%s:signal=KILL:when=%d", call, n), "sigchain", "add", "github:alice")
					after := w.length(t)
					if result.exit != 0 {
						killed++
					}
					if after != before && after != before+1 || result.exit == 0 && after != before+1 {
						t.Errorf("killed at %s %d: %d events, then %d", call, n, before, after)
					}
					if r := w.run("sigchain", "add", "github:next"); r.exit != 0 || w.length(t) != after+1 {
						t.Errorf("killed at %s %d: the next add says %s", call, n, r.stderr)
					}
					if left := w.leftovers(t); len(left) > 0 {
						t.Errorf("killed at %s %d: %q stays", call, n, left)
					}
				}
				if killed == 0 {
					t.Errorf("never killed at %s", call)
				}
			}
		})
	}
}

// L-08: whichever system call fails, the error is clear and the old chain is
// intact. Only the last sync can fail when the new one is in place already.
func TestL08FailingSystemCalls(t *testing.T) {
	requireStrace(t)
	for _, errno := range []string{"ENOSPC", "EIO", "EDQUOT"} {
		t.Run(errno, func(t *testing.T) {
			t.Parallel()
			for name, start := range starts {
				_, trace := start(t).traced(t, "", "sigchain", "add", "github:alice", "--json")
				for call, count := range calls(trace) {
					for n := 1; n <= count; n++ {
						where := fmt.Sprintf("%s, %s at %s %d", name, errno, call, n)
						w := start(t)
						before := w.length(t)
						result, trace := w.traced(t, fmt.Sprintf("%s:error=%s:when=%d", call, errno, n), "sigchain", "add", "github:alice", "--json")
						checkFailed(t, where, w, before, result, trace)
					}
				}
			}
		})
	}
}

func checkFailed(t *testing.T, where string, w *world, before int, result ended, trace string) {
	t.Helper()
	after := w.length(t)
	switch {
	case result.exit == 0:
		if after != before+1 {
			t.Errorf("%s: done, and %d events are %d", where, before, after)
		}
	case result.exit != 3:
		t.Errorf("%s: exit %d: %s%s", where, result.exit, result.stdout, result.stderr)
	case result.stdout == "": // standard output failed, alone or too
		if !strings.HasPrefix(result.stderr, "kez: error: ") {
			t.Errorf("%s: standard error is %q", where, result.stderr)
		}
	default:
		if code := result.code(t); code != "cli.file" {
			t.Errorf("%s: code %s", where, code)
		}
		lastSync := strings.LastIndex(trace, "renameat(") >= 0 && strings.LastIndex(trace, "(INJECTED)") > strings.LastIndex(trace, "renameat(")
		if after != before && !lastSync {
			t.Errorf("%s: it failed, and %d events are %d", where, before, after)
		}
		if left := w.leftovers(t); len(left) > 0 {
			t.Errorf("%s: %q stays", where, left)
		}
	}
	if r := w.run("sigchain", "add", "github:next"); r.exit != 0 || w.length(t) != after+1 {
		t.Errorf("%s: the next add says %s", where, r.stderr)
	}
}
