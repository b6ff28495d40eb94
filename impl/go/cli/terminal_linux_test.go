package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/sys/unix"
)

// onTerminal runs a command with its standard output on a terminal, and gives
// what the terminal got.
func (w *world) onTerminal(t *testing.T, args ...string) string {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	require(t, err == nil, fmt.Sprintf("there are no terminals here: %v", err))
	defer master.Close()
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require(t, err == nil, fmt.Sprintf("there are no terminals here: %v", err))
	cmd := w.command(nil, args...)
	cmd.Stdout, cmd.Stderr = slave, slave
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	var shown bytes.Buffer
	io.Copy(&shown, master) // it ends with an error when the last writer is gone
	cmd.Wait()
	return strings.ReplaceAll(shown.String(), "\r\n", "\n")
}

// controls finds what changes how a terminal shows other text.
func controls(text string) string {
	var found strings.Builder
	for i, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar) {
			fmt.Fprintf(&found, "%q at %d, ", r, i)
		}
	}
	return found.String()
}

// L-18: colour is for terminals that have it, and for people who want it.
func TestL18Color(t *testing.T) {
	w := signing(t)
	show := []string{"sigchain", "show"}
	w.env["TERM"], w.env["LC_ALL"] = "xterm", "C"
	if shown := w.onTerminal(t, show...); !strings.HasPrefix(shown, "\x1b[1;32mVALID\x1b[0m  ") {
		t.Errorf("a terminal shows %q", shown)
	}
	if r := w.start(t, show...); controls(r.stdout+r.stderr) != "" {
		t.Errorf("a pipe gets %q", r.stdout)
	}
	for _, set := range [][2]string{{"TERM", "dumb"}, {"TERM", ""}, {"NO_COLOR", "1"}} {
		w := signing(t)
		w.env["TERM"] = "xterm"
		w.env[set[0]] = set[1]
		if shown := w.onTerminal(t, show...); controls(shown) != "" || !strings.HasPrefix(shown, "VALID  ") {
			t.Errorf("with %s=%s a terminal shows %q", set[0], set[1], shown)
		}
	}
}

// L-18: text out of data cannot take over the terminal.
func TestL18HostileText(t *testing.T) {
	const evil = "\x1b]0;owned\x07\x1b[2J\r\u202egnp.exe\u2066\u200b\u009b31m\u2028"
	w := signing(t)
	w.env["NO_COLOR"] = "1"
	for _, args := range [][]string{
		{"sigchain", "add-device", "--name", evil, "--device-ed25519-seed", carolSeed},
		{"sigchain", "show"},
		{"sigchain", "show", "--json"},
		{"sigchain", "verify", evil},
		{"verify", "file", evil, "--json"},
		{"verify", "file", "\x9b31m\xff"},
		{"verify", "file", "\x9b31m\xff", "--json"},
		{"verify", "file", "/dev/null", "--chain", evil},
		{"claim", "create", "github:" + evil},
		{"claim", "create", "x" + evil + ":" + evil},
		{"claim", "create", "github:alice", "--out", evil + "/x"},
		{"claim", "create", "github:alice", "--out", evil},
		{"claim", "dns", evil},
		{"claim", "create", "github:alice", "--format", evil},
		{"claim", "create", "github:alice", "--" + evil},
		{"identity", "parse", evil},
		{"identity", "parse", "web:" + evil},
		{"identity", "parse", "nope:" + evil, "--json"},
		{"identity", "show", evil},
		{"identity", "new", "--save", evil},
		{"sigchain", "add", "github:alice", "--key", evil},
		{"sigchain", "add", "github:alice", "--secret-file", evil},
		{"man", evil},
		{evil},
		{"config", evil},
	} {
		if shown := w.onTerminal(t, args...); controls(shown) != "" {
			t.Errorf("%q shows %s in %q", args, controls(shown), shown)
		}
	}
	w.env["KEZ_CHAT_SERVER"] = evil
	w.env["KEZ_PASSPHRASE_FILE"] = evil
	for _, args := range [][]string{{"config", "show"}, {"config", "show", "--json"}} {
		if shown := w.onTerminal(t, args...); controls(shown) != "" {
			t.Errorf("%q shows %s in %q", args, controls(shown), shown)
		}
	}
}
