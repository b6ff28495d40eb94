package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// flagNames are flags of kez-sig-server in a text.
var flagNames = regexp.MustCompile(`--[a-z][a-z-]+`)

// Flags that the files name are flags of the program.
func TestDeployNamesFlagsThatExist(t *testing.T) {
	help, err := exec.Command(wrapper(t), "mirror", "-h").Output()
	if err != nil {
		t.Fatal(err)
	}
	unit := regexp.MustCompile(`(?m)^ExecStart=.*$`).FindString(read(t, "kez-sig-server.service"))
	texts := unit + read(t, "README.md")
	for _, line := range strings.Split(read(t, "Caddyfile")+read(t, "nginx.conf"), "\n") {
		if strings.HasPrefix(line, "#") {
			texts += line
		}
	}
	for _, name := range flagNames.FindAllString(texts, -1) {
		if !strings.Contains(string(help), "  "+name+"\n") && !strings.Contains(string(help), "  "+name+" ") {
			t.Errorf("there is no flag %s", name)
		}
	}
	for _, m := range regexp.MustCompile(`KEZ_[A-Z_]+`).FindAllString(read(t, "Dockerfile"), -1) {
		if !strings.Contains(string(help), "["+m+"]") {
			t.Errorf("there is no variable %s", m)
		}
	}
}

func TestDockerfile(t *testing.T) {
	text := read(t, "Dockerfile")
	final := text[strings.LastIndex(text, "\nFROM "):]
	for _, want := range []string{"FROM scratch\n", "\nUSER 65532:65532\n", "\nENTRYPOINT [\"/kez-sig-server\"]\n", "\nVOLUME /data\n", "\nHEALTHCHECK ", "\nSTOPSIGNAL SIGTERM\n"} {
		if !strings.Contains(final, want) {
			t.Errorf("the image lacks %q", want)
		}
	}
	if !strings.Contains(text, "CGO_ENABLED=0 go build") || strings.Contains(final, "RUN ") {
		t.Error("the program is not static, or the image runs something while it is built")
	}
}

func TestUnit(t *testing.T) {
	text := read(t, "kez-sig-server.service")
	section, seen := "", map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = line
		default:
			name, _, ok := strings.Cut(line, "=")
			if !ok || section == "" || strings.TrimSpace(name) != name {
				t.Errorf("line %d is no setting: %s", i+1, line)
			}
			seen[section+name] = true
		}
	}
	for _, want := range []string{"[Service]ExecStart", "[Service]DynamicUser", "[Service]ProtectSystem", "[Service]NoNewPrivileges", "[Service]SystemCallFilter",
		"[Service]StateDirectory", "[Service]CapabilityBoundingSet", "[Install]WantedBy", "[Unit]Description"} {
		if !seen[want] {
			t.Errorf("the unit lacks %s", want)
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze to judge the unit")
	}
	// A threshold of 20 is an exposure of 2.0 out of 10.
	unit, err := filepath.Abs("deploy/kez-sig-server.service")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "security", "--offline=yes", "--no-pager", "--threshold=20", unit).CombinedOutput(); err != nil {
		if strings.Contains(string(out), "Failed to") {
			t.Skipf("systemd-analyze cannot judge here: %.300s", out)
		}
		t.Errorf("%v\n%s", err, out)
	}
}

// blocks are the commands of the page that a test can run.
var blocks = regexp.MustCompile("(?s)```sh tested\n(.*?)```")

// The commands of the page back up a store that runs, and restore it, and
// nothing that was answered before is lost.
func TestBackupAndRestoreAsWritten(t *testing.T) {
	found := blocks.FindAllStringSubmatch(read(t, "README.md"), -1)
	if len(found) != 2 {
		t.Fatalf("%d blocks, want one to back up and one to restore", len(found))
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh")
	}
	dir, bin := t.TempDir(), wrapper(t)
	shell := func(script string) {
		t.Helper()
		cmd := exec.Command("sh", "-euc", script)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+filepath.Dir(bin)+":"+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}

	db := filepath.Join(dir, "kez-sig.db")
	p, writer := start(t, db), newAuthor(t)
	for range 20 {
		line, err := writer.next()
		if err != nil {
			t.Fatal(err)
		}
		wantPost(t, writer.url(p.url), line, 201)
	}
	chain := writer.chain()
	shell(found[0][1])
	line, err := writer.next()
	if err != nil {
		t.Fatal(err)
	}
	wantPost(t, writer.url(p.url), line, 201)
	p.signal(syscall.SIGKILL) // its files stay as they happen to be
	if err := os.WriteFile(db, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	shell(found[1][1])
	p = start(t, db)
	if got := wantGet(t, writer.url(p.url)); !bytes.Equal(got, chain) {
		t.Errorf("%d bytes are back of %d", len(got), len(chain))
	}
	wantPost(t, writer.url(p.url), line, 201) // whoever publishes again puts the rest back
	p.stop(t)
}

// wrapper is a program of the name kez-sig-server in a folder of its own.
func wrapper(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kez-sig-server")
	script := "#!/bin/sh\n" + asServer + "=1 exec '" + os.Args[0] + "' \"$@\"\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}
