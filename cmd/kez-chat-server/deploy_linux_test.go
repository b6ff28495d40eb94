package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// flagNames are flags of kez-chat-server in a text.
var flagNames = regexp.MustCompile(`--[a-z][a-z-]+`)

// Flags that the files name are flags of the program.
func TestDeployNamesFlagsThatExist(t *testing.T) {
	help, err := exec.Command(wrapper(t), "-h").Output()
	if err != nil {
		t.Fatal(err)
	}
	unit := regexp.MustCompile(`(?m)^ExecStart=.*$`).FindString(read(t, "kez-chat-server.service"))
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
	for _, want := range []string{"FROM scratch\n", "\nUSER 65532:65532\n", "\nENTRYPOINT [\"/kez-chat-server\"]\n", "\nVOLUME /data\n", "\nHEALTHCHECK ", "\nSTOPSIGNAL SIGTERM\n"} {
		if !strings.Contains(final, want) {
			t.Errorf("the image lacks %q", want)
		}
	}
	if !strings.Contains(text, "CGO_ENABLED=0 go build") || strings.Contains(final, "RUN ") {
		t.Error("the program is not static, or the image runs something while it is built")
	}
}

func TestUnit(t *testing.T) {
	text := read(t, "kez-chat-server.service")
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
	unit, err := filepath.Abs("deploy/kez-chat-server.service")
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

// The commands of the page back up a relay that runs, and restore it: nothing
// that was answered before is lost, and clients are told to read again.
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

	key, err := keys.Generate(kez.SystemEd25519, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := &ledger{db: filepath.Join(dir, "kez-chat.db"), key: key, sent: map[string]int64{}}
	p := launch(t, nil, l.db)
	poll := func() *relay.Page {
		t.Helper()
		page, err := relay.Inbox{Client: l.client(t, p), Handle: "alice", Key: key}.Poll(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	send := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			if alive, err := l.send(p, fmt.Sprintf(`{"n":%d}`, i)); err != nil || !alive {
				t.Fatal(alive, err)
			}
		}
	}
	l.client(t, p)
	send(0, 20)
	before := poll()
	shell(found[0][1])
	send(20, 25)
	p.signal(syscall.SIGKILL) // its files stay as they happen to be
	if err := os.WriteFile(l.db, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	shell(found[1][1])
	p = launch(t, nil, l.db)
	after := poll()
	if len(after.Messages) != 20 || fmt.Sprint(after.Messages) != fmt.Sprint(before.Messages) || after.Epoch == before.Epoch {
		t.Errorf("%d messages are back of 20, epoch %s after %s", len(after.Messages), after.Epoch, before.Epoch)
	}
	p.stop(t)
}

// wrapper is a program of the name kez-chat-server in a folder of its own.
func wrapper(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kez-chat-server")
	script := "#!/bin/sh\n" + asServer + "=1 exec '" + os.Args[0] + "' \"$@\"\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}
