//go:build unix

package testscripts

import (
	"bytes"
	"os"
	"strconv"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

func init() {
	commands["fifo"] = fifo
	commands["umask"] = umask
}

// fifo PATH TEXT SIZE: makes a named pipe and writes TEXT into it over and
// over, up to SIZE bytes, for whoever opens it. The writer ends with its reader.
func fifo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fifo PATH TEXT SIZE")
	}
	path := ts.MkAbs(args[0])
	ts.Check(syscall.Mkfifo(path, 0o600))
	size, err := strconv.Atoi(args[2])
	ts.Check(err)
	chunk := bytes.Repeat([]byte(unescape(ts, args[1])), 4096)
	done := make(chan struct{})
	go func() {
		defer close(done)
		pipe, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		defer pipe.Close()
		for left := size; left > 0; left -= len(chunk) {
			if _, err := pipe.Write(chunk[:min(left, len(chunk))]); err != nil {
				return
			}
		}
	}()
	ts.Defer(func() {
		// A reader that never came would leave the writer in its open.
		if reader, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0); err == nil {
			reader.Close()
		}
		<-done
	})
}

// umask OCTAL program args…: runs a program under that umask. A shell sets it,
// since the umask of this process is shared by all scripts.
func umask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: umask OCTAL program [args...]")
	}
	ts.Check(ts.Exec("sh", append([]string{"-c", `umask "$1"; shift; exec "$@"`, "sh"}, args...)...))
}
