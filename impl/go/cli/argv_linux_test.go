package cli_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// L-01: a secret in the arguments is gone from them while the command waits for
// something else, here the new key from a named pipe.
func TestL01SecretLeavesTheArguments(t *testing.T) {
	for _, args := range [][]string{
		{"--nsec", noraNsec},
		{"--nsec=" + noraNsec},
		{"--ed25519-seed", carolSeed},
		{"--ed25519-seed=" + carolSeed},
		{"--mnemonic", carolPhrase},
		{"--mnemonic=" + carolPhrase},
	} {
		name, _, joined := strings.Cut(args[0], "=")
		t.Run(fmt.Sprintf("%s joined %t", name[2:], joined), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			pipe := filepath.Join(w.dir, "pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := w.command(nil, append([]string{"sigchain", "rotate", "--new-secret-file", pipe, "--json"}, args...)...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() {
				err := cmd.Wait()
				if reader, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0); err == nil {
					reader.Close() // lets go of a writer whose command never came
				}
				ended <- err
			}()
			// The pipe opens when the command reads the second secret.
			writer, err := os.OpenFile(pipe, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			line := arguments(t, cmd.Process.Pid)
			fmt.Fprintln(writer, aliceSeed)
			writer.Close()
			if err := <-ended; err != nil {
				t.Fatalf("%v: %s%s", err, stdout.String(), stderr.String())
			}
			secret := args[len(args)-1]
			secret = secret[strings.Index(secret, "=")+1:]
			if !strings.Contains(line, "sigchain rotate") || strings.Contains(line, secret[4:12]) {
				t.Errorf("arguments are %q", line)
			}
			if !strings.HasPrefix(stderr.String(), "kez: warning: --") {
				t.Errorf("no warning in %q", stderr.String())
			}
		})
	}
}

// The phrase of from-mnemonic is gone once the command prints.
func TestL01PhraseLeavesTheArguments(t *testing.T) {
	w := newWorld(t)
	cmd := w.command(nil, "identity", "from-mnemonic", carolPhrase)
	// Nobody reads this pipe, which is full, so that the command waits.
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	fillPipe(t, writer)
	cmd.Stdout = writer
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	notes := bufio.NewScanner(stderr)
	for notes.Scan() && !strings.Contains(notes.Text(), "printed once") {
	}
	line := arguments(t, cmd.Process.Pid)
	reader.Close()
	cmd.Wait() // it fails to print
	if !strings.Contains(line, "from-mnemonic") || strings.Contains(line, "winner") {
		t.Errorf("arguments are %q", line)
	}
}

func fillPipe(t *testing.T, writer *os.File) {
	t.Helper()
	raw, err := writer.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		syscall.SetNonblock(int(fd), true)
		for page := make([]byte, 4096); err == nil; {
			_, err = syscall.Write(int(fd), page)
		}
		syscall.SetNonblock(int(fd), false)
	})
}

func arguments(t *testing.T, pid int) string {
	t.Helper()
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(line), "\x00", " ")
}
