package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// onDisk runs a shell script in which $DISK is a file system of 32 KiB, seen by
// the script alone, and kez is a function.
func onDisk(t *testing.T, w *world, script string) string {
	t.Helper()
	disk := filepath.Join(w.dir, "disk")
	if err := os.MkdirAll(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	w.home = filepath.Join(disk, "home")
	w.env["DISK"] = disk
	w.env["SELF"] = os.Args[0]
	prepare := `mount -t tmpfs -o size=32k,mode=700 tmpfs "$DISK" || exit 77
kez() { "$SELF" "$@"; echo "exit $?"; }
`
	cmd := w.command([]string{"sh", "-c", prepare + script, "sh"})
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	output, err := cmd.CombinedOutput()
	if exit, failed := err.(*exec.ExitError); failed && exit.ExitCode() != 77 {
		t.Fatalf("%v: %s", err, output)
	}
	require(t, err == nil, fmt.Sprintf("a file system cannot be mounted here: %v %s", err, output))
	return string(output)
}

// L-08: a disk that is full takes no event, keeps the old chain, and works again
// when there is space.
func TestL08FullDisk(t *testing.T) {
	w := signing(t)
	out := onDisk(t, w, `
kez sigchain add github:first >"$DISK/../1"
cat /dev/zero >"$DISK/ballast" 2>"$DISK/../2"
kez sigchain add github:second --json
kez identity new --out "$DISK/key" --json
ls -A "$DISK" "$DISK/home/sigchains" | grep -c 'tmp-\|kez-out\|^key'
kez sigchain show | grep events
rm "$DISK/ballast"
kez sigchain add github:third | grep -c 'event 1 '
kez sigchain show | grep events
`)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	failures := strings.Count(out, `{"error":"cli.file","message":`)
	want := []string{"0", "  events     1", "1", "  events     2"}
	if failures != 2 || strings.Count(out, "no space left on device") != 2 || strings.Count(out, "exit 3") != 2 {
		t.Errorf("the full disk gives\n%s", out)
	}
	for _, text := range want {
		if len(lines) == 0 || !strings.Contains("\n"+out, "\n"+text+"\n") {
			t.Errorf("no line %q in\n%s", text, out)
		}
	}
}

// A home that cannot be written can be read.
func TestReadOnlyHome(t *testing.T) {
	w := signing(t)
	out := onDisk(t, w, `
kez sigchain add github:first >"$DISK/../1"
mount -o remount,ro "$DISK" || exit 77
kez sigchain add github:second --json
kez sigchain show | grep events
kez sigchain export >"$DISK/../chain"
kez sigchain verify "$DISK/../chain" | head -n 1
KEZ_HOME="$DISK/absent" kez sigchain add github:second --json
KEZ_HOME="$DISK/absent" kez sigchain show | head -n 1
`)
	if strings.Count(out, `{"error":"cli.file"`) != 2 || strings.Count(out, "read-only file system") != 2 || strings.Count(out, "exit 3") != 2 ||
		!strings.Contains(out, "  events     1\n") || strings.Count(out, "VALID  ") != 2 {
		t.Errorf("the read-only home gives\n%s", out)
	}
}

// The same where the user, who is not root, took the right to write away.
func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	w := signing(t)
	if r := w.run("sigchain", "add", "github:first"); r.exit != 0 {
		t.Fatal(r.stderr)
	}
	folder := filepath.Join(w.home, "sigchains")
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(folder, 0o700)
	if r := w.run("sigchain", "add", "github:second", "--json"); r.exit != 3 || r.code(t) != "cli.file" {
		t.Errorf("exit %d, %s", r.exit, r.stdout)
	}
	if length := w.length(t); length != 1 {
		t.Errorf("%d events", length)
	}
}
