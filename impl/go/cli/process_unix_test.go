//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Many writers at once: each is done or says that it had to wait too long, and
// every event that was confirmed is in the chain.
func TestWritersAtOnce(t *testing.T) {
	w := signing(t)
	results := make([]ended, 20)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() { results[i] = w.start(t, "sigchain", "add", fmt.Sprintf("github:user%d", i), "--json") })
	}
	all.Wait()
	exported := w.run("sigchain", "export", "--primary", alice).stdout
	done := 0
	for i, r := range results {
		switch {
		case r.exit == 0:
			done++
			if !strings.Contains(exported, fmt.Sprintf(`"github:user%d"`, i)) {
				t.Errorf("the event of writer %d is lost", i)
			}
		case r.code(t) != "cli.locked":
			t.Errorf("writer %d: %s%s", i, r.stdout, r.stderr)
		}
	}
	if length := w.length(t); length != done || done == 0 {
		t.Errorf("%d writers were done, and the chain has %d events", done, length)
	}
}

// L-11: /dev/full as --out and as standard output.
func TestL11FullDevice(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("there is no /dev/full here: %v", err)
	}
	defer full.Close()
	w := signing(t)
	for _, force := range [][]string{nil, {"--force"}} {
		r := w.run(append([]string{"claim", "create", "github:alice", "--json", "--out", "/dev/full"}, force...)...)
		if r.exit != 3 || r.code(t) != "cli.file" {
			t.Errorf("--out /dev/full: exit %d, %s", r.exit, r.stdout)
		}
	}
	if info, err := os.Stat("/dev/full"); err != nil || info.Mode().IsRegular() {
		t.Errorf("/dev/full is %v, %v", info, err)
	}
	for _, args := range [][]string{
		{"--help"},
		{"version"},
		{"identity", "new"},
		{"identity", "parse", "github:alice"},
		{"identity", "parse", "github:alice", "--json"},
		{"claim", "create", "github:alice"},
		{"claim", "create", "github:alice", "--json"},
		{"claim", "dns", "alice.example"},
		{"sigchain", "add", "github:alice"},
		{"sigchain", "add", "github:other", "--json"},
		{"sigchain", "show"},
		{"sigchain", "export"},
		{"completion", "bash"},
		{"man"},
	} {
		cmd := w.command(nil, args...)
		cmd.Stdout = full
		r := finish(t, cmd)
		if r.exit != 3 || !strings.Contains(r.stderr, "kez: error: standard output cannot be written") {
			t.Errorf("%q > /dev/full: exit %d, %s", args, r.exit, r.stderr)
		}
	}
	// A failure keeps its code, and is told where it can be.
	cmd := w.command(nil, "identity", "parse", "nowhere", "--json")
	cmd.Stdout = full
	if r := finish(t, cmd); r.exit != 2 || !strings.HasPrefix(r.stderr, "kez: error: an identity is system:value") {
		t.Errorf("failure > /dev/full: exit %d, %s", r.exit, r.stderr)
	}
	if length := w.length(t); length != 2 {
		t.Errorf("the chain has %d events, want 2", length)
	}
}

// A reader that is gone, and a standard output that was never open.
func TestClosedStandardOutput(t *testing.T) {
	w := signing(t)
	events := 0
	for _, args := range [][]string{
		{"sigchain", "add", "github:alice"},
		{"sigchain", "add", "github:other", "--json"},
		{"sigchain", "export"},
		{"claim", "create", "github:alice"},
		{"man"},
	} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		reader.Close()
		cmd := w.command(nil, args...)
		cmd.Stdout = writer
		r := finish(t, cmd)
		writer.Close()
		if r.exit == 0 {
			t.Errorf("%q into a closed pipe: exit 0, %s", args, r.stderr)
		}
		// The Go runtime puts /dev/null in place of a standard output that is not
		// open, so this is success.
		finish(t, w.command([]string{"sh", "-c", `exec "$@" >&-`, "sh"}, args...))
		if args[0] == "sigchain" && args[1] == "add" {
			events += 2
		}
		if length := w.length(t); length != events || len(w.leftovers(t)) > 0 {
			t.Errorf("%q: %d events, want %d", args, length, events)
		}
	}
}

// L-04: a key file that others can read, or that belongs to somebody else.
func TestL04KeyFileOfOthers(t *testing.T) {
	w := newWorld(t)
	keys := filepath.Join(w.home, "keys")
	if err := os.MkdirAll(keys, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(keys, "me.age")
	if err := os.WriteFile(path, []byte("-----BEGIN AGE ENCRYPTED FILE-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := [][]string{
		{"identity", "show", "me"},
		{"claim", "create", "github:alice", "--key", "me"},
		{"sigchain", "add", "github:alice", "--key", "me"},
		{"sigchain", "show", "--key", "me"},
	}
	refused := func(hint string) {
		t.Helper()
		for _, args := range commands {
			r := w.run(append(args, "--json")...)
			if got := r.object(t)["hint"]; r.exit != 1 || r.code(t) != "cli.key_store" || got != hint {
				t.Errorf("%q: exit %d, %s", args, r.exit, r.stdout)
			}
		}
	}
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o660, 0o602, 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		refused("chmod 600 " + path)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(keys, 0o711); err != nil {
		t.Fatal(err)
	}
	refused("chmod 700 " + keys)
	if err := os.Chmod(keys, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Run("foreign owner", func(t *testing.T) {
		require(t, os.Geteuid() == 0, "only root can give a file away")
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		refused("if it is yours: sudo chown 0 " + path)
	})
}
