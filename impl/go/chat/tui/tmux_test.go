package tui_test

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long a screen may take to show what it has to.
const patience = 60 * time.Second

// terminals are screens of one tmux server of their own.
type terminals struct {
	*testing.T
	dir, socket, kez, server string
}

// TestTerminals builds the programs once.
func TestTerminals(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("KEZ_REQUIRE_TMUX") == "1" {
			t.Fatal("KEZ_REQUIRE_TMUX=1, and there is no tmux")
		}
		t.Skip("there is no tmux here")
	}
	programs := t.TempDir()
	for _, name := range []string{"kez", "kez-chat-server"} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(programs, name), "kez.lat/kez/cmd/"+name)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, out)
		}
	}
	for name, test := range map[string]func(*terminals){"two people": twoPeople, "lock": lockOnTerminal, "L-18 no terminal": noTerminal} {
		t.Run(name, func(t *testing.T) { test(startTerminals(t, programs)) })
	}
}

func startTerminals(t *testing.T, programs string) *terminals {
	t.Helper()
	// Not t.TempDir: the path of a socket has a hundred bytes at most.
	dir, err := os.MkdirTemp("", "kez")
	if err != nil {
		t.Fatal(err)
	}
	tm := &terminals{T: t, dir: dir, socket: filepath.Join(dir, "tmux"),
		kez: filepath.Join(programs, "kez"), server: filepath.Join(programs, "kez-chat-server")}
	t.Cleanup(func() {
		_ = exec.Command("tmux", "-S", tm.socket, "kill-server").Run() // of this test alone
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return tm
}

func (tm *terminals) tmux(args ...string) string {
	tm.Helper()
	cmd := exec.Command("tmux", append([]string{"-S", tm.socket, "-f", "/dev/null"}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TMUX=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		tm.Fatalf("tmux %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// person is a home, and a terminal with its chat on it.
type person struct {
	*terminals
	name string
	env  []string
}

func (tm *terminals) person(name, relay, secret string, env ...string) *person {
	tm.Helper()
	home := filepath.Join(tm.dir, name)
	env = append([]string{"PATH=" + os.Getenv("PATH"), "KEZ_HOME=" + home, "KEZ_CHAT_SERVER=" + relay, "KEZ_SIG_SERVER=none", "LC_ALL=C.UTF-8", "TZ=UTC"}, env...)
	if secret != "" {
		path := filepath.Join(tm.dir, name+".secret")
		if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
			tm.Fatal(err)
		}
	}
	return &person{tm, name, env}
}

// run runs kez beside the terminal.
func (p *person) run(stdin string, args ...string) (out string, exit int) {
	p.Helper()
	cmd := exec.Command(p.kez, args...)
	cmd.Env, cmd.Stdin = p.env, strings.NewReader(stdin)
	data, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		p.Fatalf("%s: %v", cmd, err)
	}
	return string(data), cmd.ProcessState.ExitCode()
}

func (p *person) must(stdin string, args ...string) {
	p.Helper()
	if out, exit := p.run(stdin, args...); exit != 0 {
		p.Fatalf("kez %q: exit %d\n%s", args, exit, out)
	}
}

func (p *person) secretFile() string { return filepath.Join(p.dir, p.name+".secret") }

// open starts kez on a terminal of its own, and writes its exit code below.
func (p *person) open(width, height int, args ...string) {
	p.Helper()
	command := append(append([]string{"env", "-i", "TERM=tmux-256color"}, p.env...), append([]string{p.kez}, args...)...)
	command = append([]string{"sh", "-c", `"$@"; echo "[exit $?]"; exec cat`, "sh"}, command...)
	p.tmux(append([]string{"new-session", "-d", "-s", p.name, "-x", fmt.Sprint(width), "-y", fmt.Sprint(height), "--"}, command...)...)
}

func (p *person) screen() string { return p.tmux("capture-pane", "-p", "-t", p.name) }

// until waits for texts on the screen, and gives it.
func (p *person) until(texts ...string) string {
	p.Helper()
	return p.wait(fmt.Sprintf("the screen of %s with %q", p.name, texts), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

func (p *person) wait(what string, good func(screen string) bool) string {
	p.Helper()
	late, again := time.After(patience), time.NewTicker(20*time.Millisecond)
	defer again.Stop()
	for {
		screen := p.screen()
		if good(screen) {
			p.Logf("%s:\n%s", what, screen)
			return screen
		}
		select {
		case <-again.C:
		case <-late:
			p.Fatalf("%s never comes; it is\n%s", what, screen)
		}
	}
}

func (p *person) keys(names ...string) {
	p.Helper()
	p.tmux(append([]string{"send-keys", "-t", p.name}, names...)...)
}

func (p *person) types(text string) {
	p.Helper()
	p.tmux("send-keys", "-t", p.name, "-l", "--", text)
}

// relayProcess is a real relay.
type relayProcess struct {
	url  string
	cmd  *exec.Cmd
	rest chan struct{}
}

func (tm *terminals) relay(bind string) *relayProcess {
	tm.Helper()
	log, err := os.OpenFile(filepath.Join(tm.dir, "relay.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		tm.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(tm.server, "--bind", bind, "--db", filepath.Join(tm.dir, "relay.db"), "--server", "relay.test")
	cmd.Dir, cmd.Stderr, cmd.Env = tm.dir, log, []string{"TMPDIR=" + tm.dir}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		tm.Fatal(err)
	}
	r := &relayProcess{cmd: cmd, rest: make(chan struct{})}
	tm.Cleanup(func() {
		if r.cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			<-r.rest
			_ = cmd.Wait()
		}
	})
	out := bufio.NewReader(stdout)
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	line, err := out.ReadString('\n')
	late.Stop()
	go func() {
		defer close(r.rest)
		_, _ = io.Copy(io.Discard, out)
	}()
	ready := false
	if r.url, ready = strings.CutPrefix(strings.TrimSpace(line), "ready "); !ready {
		text, _ := os.ReadFile(filepath.Join(tm.dir, "relay.log"))
		tm.Fatalf("the relay is not ready: %q, %v\n%s", line, err, text)
	}
	return r
}

func (r *relayProcess) stop(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { _ = r.cmd.Process.Kill() })
	defer late.Stop()
	<-r.rest
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("the relay: %v", err)
	}
}

const (
	aliceSeed = "0000000000000000000000000000000000000000000000000000000000000000"
	bobSeed   = "09451c0f06588db78205e32a793536e15ae263c8f9ee6d14f5c6fd82b8bd20da"
)

// Two people talk, each on a terminal, by a real relay that goes away and comes
// back.
func twoPeople(tm *terminals) {
	relay := tm.relay("127.0.0.1:0")
	alice := tm.person("alice", relay.url, aliceSeed)
	bob := tm.person("bob", relay.url, bobSeed, "NO_COLOR=1")
	bob.must("", "chat", "register", "bob", "--secret-file", bob.secretFile())

	alice.open(80, 24, "chat", "tui", "--secret-file", alice.secretFile())
	bob.open(60, 16, "chat", "tui", "--secret-file", bob.secretFile())
	bob.until("@bob at relay.test", " online")

	alice.until("R registers one")
	alice.keys("R")
	alice.until("Your handle at the relay")
	alice.types("alice")
	alice.keys("Enter")
	alice.until("@alice at relay.test", " online")
	alice.keys("n")
	alice.until("To (a handle")
	alice.types("bob")
	alice.keys("Enter")
	alice.until("> @bob", "enter send")
	alice.types("hello bob 漢字")
	alice.keys("Enter")
	alice.until("you  hello bob 漢字")

	bob.until("Requests", "@alice", "hello bob 漢字", "a accepts")
	bob.keys("a")
	bob.until("Conversations", "@alice is accepted")
	bob.keys("Enter")
	bob.until("enter send")
	bob.types("hello alice")
	bob.keys("Enter")
	alice.until("@bob hello alice")

	// KEZ-CLI-081: colour on one, none on the other.
	if shown := alice.tmux("capture-pane", "-e", "-p", "-t", "alice"); !strings.Contains(shown, "\x1b[") {
		tm.Errorf("alice has no colour:\n%q", shown)
	}
	if shown := bob.tmux("capture-pane", "-e", "-p", "-t", "bob"); strings.Contains(shown, "\x1b[") {
		tm.Errorf("bob has NO_COLOR, and gets\n%q", shown)
	}

	u, err := url.Parse(relay.url)
	if err != nil {
		tm.Fatal(err)
	}
	relay.stop(tm.T)
	alice.until("offline · nothing queued")
	bob.until("offline · nothing queued")
	alice.types("while it is away")
	alice.keys("Enter")
	alice.until("offline · 1 queued, sent when the relay answers", "queued, not sent yet")
	relay = tm.relay(u.Host)
	bob.until("while it is away", " online")
	alice.wait("nothing queued any more", func(screen string) bool {
		return strings.Contains(screen, " online") && !strings.Contains(screen, "queued, not sent")
	})

	// The windows change their sizes.
	alice.tmux("resize-window", "-t", "alice", "-x", "40", "-y", "12")
	screen := alice.wait("a narrow window", func(screen string) bool {
		return strings.Contains(screen, "while it is away") && !strings.Contains(screen, "│")
	})
	for line := range strings.Lines(screen) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 40 {
			tm.Errorf("%d columns: %q", n, line)
		}
	}
	alice.tmux("resize-window", "-t", "alice", "-x", "80", "-y", "24")
	alice.until("│ @bob")

	// Nobody is surprised by what others write, and nothing gets out of its place.
	bob.must("\x1b]0;owned\x07\x1b[2J\x1b[31mred\u202e", "chat", "send", "alice", "-", "--secret-file", bob.secretFile())
	alice.until(`\u001b[2J\u001b[31m`, "Conversations")
	if title := alice.tmux("display-message", "-p", "-t", "alice", "#{pane_title}"); strings.Contains(title, "owned") {
		tm.Errorf("the title is %q", title)
	}

	alice.types("a draft")
	alice.keys("C-c")
	alice.until("1 text is not sent and would be lost")
	alice.types("y")
	alice.until("[exit 0]")
	bob.keys("Escape")
	bob.until("enter open")
	bob.keys("q")
	bob.until("[exit 0]")
	if shown := bob.screen(); strings.Contains(shown, "hello") {
		tm.Errorf("the conversation stays on the terminal:\n%s", shown)
	}
	relay.stop(tm.T)
}

// A stored key is locked and opened again with its passphrase.
func lockOnTerminal(tm *terminals) {
	relay := tm.relay("127.0.0.1:0")
	passphrase := filepath.Join(tm.dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse\n"), 0o600); err != nil {
		tm.Fatal(err)
	}
	bob := tm.person("bob", relay.url, bobSeed)
	bob.must("", "chat", "register", "bob", "--secret-file", bob.secretFile())
	alice := tm.person("alice", relay.url, "", "KEZ_PASSPHRASE_FILE="+passphrase)
	alice.must("", "identity", "new", "--key-type", "ed25519", "--save", "me")
	alice.must("", "chat", "register", "alice", "--key", "me")
	alice.must("", "chat", "send", "bob", "kept under lock", "--key", "me")

	alice.open(80, 24, "chat", "tui", "--key", "me")
	alice.until("kept under lock", " online")
	alice.keys("C-l")
	screen := alice.until("Locked", "Type the passphrase of the key")
	for _, text := range []string{"kept", "@bob", "@alice"} {
		if strings.Contains(screen, text) {
			tm.Errorf("the locked screen shows %q", text)
		}
	}
	alice.types("wrong horse")
	alice.keys("Enter")
	alice.until("cli.key_store", "Locked")
	alice.types("correct horse")
	if screen := alice.until("*************"); strings.Contains(screen, "correct") {
		tm.Error("the passphrase is shown")
	}
	alice.keys("Enter")
	alice.until("kept under lock", " online")
	alice.keys("q")
	alice.until("[exit 0]")
	relay.stop(tm.T)
}

// What is no terminal that a screen can be drawn on is refused before anything is
// opened.
func noTerminal(tm *terminals) {
	p := tm.person("nobody", "http://127.0.0.1:1", aliceSeed)
	for name, args := range map[string][]string{
		"a terminal for input and output": {"chat", "tui", "--secret-file", p.secretFile()},
		"prints no JSON":                  {"chat", "tui", "--json", "--secret-file", p.secretFile()},
		"both the secret and":             {"chat", "tui", "--secret-file", "-"},
	} {
		out, exit := p.run("", args...)
		if exit != 2 || !strings.Contains(out, name) || strings.Contains(out, "\x1b") {
			tm.Errorf("%q ends with %d\n%s", args, exit, out)
		}
	}
	p.env = append(p.env, "TERM=dumb")
	p.open(80, 24, "chat", "tui", "--secret-file", p.secretFile())
	p.until(`TERM is "dumb"`, "kez chat tail", "[exit 2]")
	if _, err := os.Stat(filepath.Join(tm.dir, "nobody")); !os.IsNotExist(err) {
		tm.Errorf("something was opened: %v", err)
	}
}
