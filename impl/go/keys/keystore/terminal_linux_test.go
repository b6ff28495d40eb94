package keystore

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain lets the test binary stand in for a command that prompts.
func TestMain(m *testing.M) {
	if os.Getenv("KEYSTORE_HELPER") != "prompt" {
		os.Exit(m.Run())
	}
	answer, err := Terminal{}.Prompt("Passphrase: ")
	fmt.Printf("got %q, %v\n", answer, err)
}

// openPTY makes a terminal: what is typed goes into the first file.
func openPTY(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

// prompt starts the helper on a terminal of its own, with standard input and
// output elsewhere, types once the question is there, and gives what the
// terminal showed, what the helper printed, and how it ended.
func prompt(t *testing.T, typed string) (shown, printed string, state *os.ProcessState, echo bool) {
	t.Helper()
	master, slave := openPTY(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KEYSTORE_HELPER=prompt")
	cmd.ExtraFiles = []*os.File{slave}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := master.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Log(err) // then the test's own limit holds
	}
	var screen []byte
	buffer := make([]byte, 256)
	for !bytes.Contains(screen, []byte(": ")) || echoes(t, slave) {
		n, err := master.Read(buffer[:1])
		if err != nil {
			t.Fatal(err)
		}
		screen = append(screen, buffer[:n]...)
		if bytes.HasSuffix(screen, []byte(": ")) {
			for echoes(t, slave) { // it is turned off after the question
				runtime.Gosched()
			}
		}
	}
	if _, err := master.WriteString(typed); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	n, _ := master.Read(buffer)
	return string(append(screen, buffer[:n]...)), out.String(), cmd.ProcessState, echoes(t, slave)
}

func echoes(t *testing.T, terminal *os.File) bool {
	t.Helper()
	settings, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return settings.Lflag&unix.ECHO != 0
}

func TestPromptOnATerminal(t *testing.T) {
	shown, printed, state, echo := prompt(t, "correct horse\n")
	if printed != "got \"correct horse\", <nil>\n" || state.ExitCode() != 0 {
		t.Errorf("printed %q, exit %d", printed, state.ExitCode())
	}
	if !strings.HasPrefix(shown, "Passphrase: ") || strings.Contains(shown, "horse") {
		t.Errorf("shown %q", shown)
	}
	if !echo {
		t.Error("the terminal is left without echo")
	}
}

func TestInterruptedPromptRestoresTheEcho(t *testing.T) {
	_, printed, state, echo := prompt(t, "corr\x03")
	if printed != "" || state.ExitCode() != 130 {
		t.Errorf("printed %q, exit %d", printed, state.ExitCode())
	}
	if !echo {
		t.Error("the terminal is left without echo")
	}
}

func TestPromptWithoutATerminal(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KEYSTORE_HELPER=prompt")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.Output()
	if err != nil || !strings.HasPrefix(string(out), `got "", a passphrase is needed`) {
		t.Errorf("%q, %v", out, err)
	}
}
