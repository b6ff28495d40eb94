//go:build unix

package home

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

func TestModesWhateverTheUmask(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o777} {
		old := syscall.Umask(umask)
		dir := filepath.Join(t.TempDir(), "home")
		syscall.Umask(umask)
		h, err := Open(dir)
		if err == nil {
			err = h.Write("keys/a.age", []byte("x"), kez.CLIKeyStore)
		}
		syscall.Umask(old)
		if err != nil {
			t.Errorf("umask %03o: %v", umask, err)
			continue
		}
		err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			want := fs.FileMode(0o600)
			if entry.IsDir() {
				want = 0o700
			}
			if info.Mode().Perm() != want {
				t.Errorf("umask %03o: %s has mode %04o", umask, path, info.Mode().Perm())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestWideModesAreRefusedWithTheCommand(t *testing.T) {
	h := open(t)
	write(t, h, "keys/a.age", "x")
	chmod := func(path string, mode fs.FileMode) {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	file := h.Path("keys", "a.age")
	for _, mode := range []fs.FileMode{0o644, 0o640, 0o604, 0o601, 0o620} {
		chmod(file, mode)
		_, err := h.Read("keys/a.age", 10, kez.CLIKeyStore)
		refused(t, err, kez.CLIKeyStore, "chmod 600 "+file)
		refused(t, h.Write("keys/a.age", nil, kez.CLIKeyStore), kez.CLIKeyStore, "chmod 600 "+file)
		_, err = ReadSecretFile(file, 10)
		refused(t, err, kez.CLIKeyStore, "chmod 600 "+file)
	}
	chmod(file, 0o644)
	if _, err := h.Read("keys/a.age", 10, kez.CLIFile); err != nil {
		t.Errorf("a public file that others may read: %v", err)
	}
	chmod(file, 0o664)
	_, err := h.Read("keys/a.age", 10, kez.CLIFile)
	refused(t, err, kez.CLIFile, "chmod 600 "+file)
	chmod(file, 0o600)

	chmod(h.Path("keys"), 0o750)
	_, err = h.Read("keys/a.age", 10, kez.CLIKeyStore)
	refused(t, err, kez.CLIKeyStore, "chmod 700 "+h.Path("keys"))
	_, err = h.List("keys", kez.CLIKeyStore)
	refused(t, err, kez.CLIKeyStore, "chmod 700 "+h.Path("keys"))
	chmod(h.Path("keys"), 0o700)

	chmod(h.Path(), 0o755)
	_, err = Open(h.Path())
	refused(t, err, kez.CLIFile, "chmod 700 "+h.Path())
}

func TestSymbolicLinksAreRefused(t *testing.T) {
	h := open(t)
	write(t, h, "sigchains/a.jsonl", "x")
	outside := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(outside, []byte("outside"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := func(target, path string) {
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
	link(outside, h.Path("sigchains", "out.jsonl"))
	link("a.jsonl", h.Path("sigchains", "in.jsonl"))
	link(h.Path("nowhere"), h.Path("sigchains", "dangling.jsonl"))
	for _, name := range []string{"out", "in", "dangling"} {
		name = "sigchains/" + name + ".jsonl"
		_, err := h.Read(name, 10, kez.CLIFile)
		refused(t, err, kez.CLIFile, "rm "+h.Path(name))
		refused(t, h.Write(name, []byte("y"), kez.CLIFile), kez.CLIFile, "rm "+h.Path(name))
	}
	// Outside the folder the user named the file, link or not.
	if got, err := ReadSecretFile(h.Path("sigchains", "out.jsonl"), 10); err != nil || string(got) != "outside" {
		t.Errorf("a linked secret file: %q, %v", got, err)
	}
	if got, _ := os.ReadFile(outside); string(got) != "outside" {
		t.Errorf("the target was written: %q", got)
	}

	var err error
	elsewhere := t.TempDir()
	link(elsewhere, h.Path("keys"))
	link("sigchains", h.Path("chains"))
	for _, name := range []string{"keys/a.age", "chains/a.jsonl"} {
		_, err := h.Read(name, 10, kez.CLIKeyStore)
		refused(t, err, kez.CLIKeyStore, "rm ")
		refused(t, h.Write(name, nil, kez.CLIKeyStore), kez.CLIKeyStore, "rm ")
	}
	if entries, _ := os.ReadDir(elsewhere); len(entries) != 0 {
		t.Errorf("written through the link: %v", entries)
	}

	linked := filepath.Join(t.TempDir(), "linked")
	link(h.Path(), linked)
	_, err = Open(linked)
	refused(t, err, kez.CLIFile, "rm "+linked)
}

func TestThingsThatAreNoFiles(t *testing.T) {
	h := open(t)
	write(t, h, "f", "x")
	if err := syscall.Mkfifo(h.Path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(h.Path("dir"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"fifo", "dir"} {
		if _, err := h.Read(name, 10, kez.CLIFile); !errors.Is(err, kez.CLIFile) {
			t.Errorf("%s is read: %v", name, err)
		}
	}
	if _, err := ReadSecretFile(h.Path("dir"), 10); !errors.Is(err, kez.CLIKeyStore) {
		t.Errorf("a directory is read: %v", err)
	}
	if err := os.WriteFile(h.Path()+".file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(h.Path() + ".file"); !errors.Is(err, kez.CLIFile) {
		t.Errorf("a file is opened as the folder: %v", err)
	}
}

func TestForeignOwnerIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	h := open(t)
	write(t, h, "keys/a.age", "x")
	if err := os.Chown(h.Path("keys", "a.age"), 65534, 65534); err != nil {
		t.Fatal(err)
	}
	_, err := h.Read("keys/a.age", 10, kez.CLIKeyStore)
	refused(t, err, kez.CLIKeyStore, "sudo chown 0 "+h.Path("keys", "a.age"))
	if err := os.Chown(h.Path(), 65534, 65534); err != nil {
		t.Fatal(err)
	}
	_, err = Open(h.Path())
	refused(t, err, kez.CLIFile, "sudo chown 0 "+h.Path())
}

// TestMain lets the test binary stand in for another process: it does what
// HOME_HELPER says to the folder HOME_PATH.
func TestMain(m *testing.M) {
	path := os.Getenv("HOME_PATH")
	switch os.Getenv("HOME_HELPER") {
	case "":
		os.Exit(m.Run())
	case "lock":
		h, err := Open(path)
		exitOn(err)
		_, err = h.Lock("f", kez.CLIFile)
		exitOn(err)
		os.Stdout.WriteString("locked\n")
		bufio.NewReader(os.Stdin).ReadByte() // held until the test says so, or kills
	case "append":
		h, err := Open(path)
		exitOn(err)
		for range 20 {
			exitOn(h.Update("f", 1000, kez.CLIFile, func(old []byte) ([]byte, error) { return append(old, 'x'), nil }))
		}
	case "write":
		h, err := Open(path)
		exitOn(err)
		if err := h.Write("f", []byte("new"), kez.CLIFile); err != nil {
			os.Stdout.WriteString(string(kez.CodeOf(err)) + " " + err.Error())
		}
	}
}

func exitOn(err error) {
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

func helper(h *Home, do string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HOME_HELPER="+do, "HOME_PATH="+h.Path())
	cmd.Stderr = os.Stderr
	return cmd
}

func TestLockHoldsAcrossProcesses(t *testing.T) {
	h := open(t)
	write(t, h, "f", "")
	cmd := helper(h, "lock")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "locked\n" {
		t.Fatalf("%q, %v", line, err)
	}
	h.wait = 2 * lockPoll
	refused(t, h.Write("f", []byte("x"), kez.CLIFile), kez.CLILocked, "wait")
	if _, err := h.Read("f", 10, kez.CLIFile); err != nil {
		t.Errorf("readers need no lock: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if err := h.Write("f", []byte("x"), kez.CLIFile); err != nil {
		t.Errorf("the lock outlives its process: %v", err)
	}
}

func TestManyProcessesLoseNoUpdate(t *testing.T) {
	h := open(t)
	var all []*exec.Cmd
	for range 4 {
		cmd := helper(h, "append")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, cmd)
	}
	for _, cmd := range all {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if got, err := h.Read("f", 1000, kez.CLIFile); err != nil || string(got) != strings.Repeat("x", 80) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// A folder that cannot be written gives a clear error and keeps its content.
// Root may write everywhere, so as root the helper runs as nobody.
func TestReadOnlyFolder(t *testing.T) {
	h := open(t)
	write(t, h, "f", "old")
	cmd := helper(h, "write")
	if os.Geteuid() == 0 {
		binary := filepath.Join(t.TempDir(), "helper")
		copyFile(t, os.Args[0], binary)
		cmd.Path = binary
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		for dir := h.Path(); dir != os.TempDir() && len(dir) > 1; dir = filepath.Dir(dir) {
			chownAndOpen(t, dir)
		}
		for dir := filepath.Dir(binary); dir != os.TempDir() && len(dir) > 1; dir = filepath.Dir(dir) {
			chownAndOpen(t, dir)
		}
		for _, name := range []string{"f", ".f.lock"} {
			if err := os.Chown(h.Path(name), 65534, 65534); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Chmod(h.Path(), 0o500); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.Output()
	if errors.Is(err, fs.ErrPermission) {
		t.Skip("the user nobody cannot reach the temporary folder")
	}
	if err != nil || !strings.HasPrefix(string(out), "cli.file cannot write "+h.Path("f")) {
		t.Errorf("%q, %v", out, err)
	}
	if err := os.Chmod(h.Path(), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(h.Path("f")); err != nil || string(got) != "old" {
		t.Errorf("%q, %v", got, err)
	}
}

// chownAndOpen gives the folder to nobody; the temporary folders above it only
// need to be passed through.
func chownAndOpen(t *testing.T, dir string) {
	t.Helper()
	if filepath.Base(dir) == "home" {
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o755); err != nil {
		t.Fatal(err)
	}
}
