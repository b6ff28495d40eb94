package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/cli"
)

const (
	asKez = "KEZ_TEST_AS_KEZ" // set, the test binary is kez

	aliceSeed   = "0000000000000000000000000000000000000000000000000000000000000000"
	alice       = "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
	carolSeed   = "9df434a2bd5dc767ee949d8ab95ca09c4ebbb88cefc3d0b1523f6b2a744ca824"
	carol       = "ed25519:cc99d06b15ccb83a5ca43f25dd3d27f50638c1c6fbe3a822352da3e07156ce03"
	carolPhrase = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	noraNsec    = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
)

func TestMain(m *testing.M) {
	if os.Getenv(asKez) != "" {
		os.Exit(cli.Main(os.Args[1:], cli.System()))
	}
	os.Exit(m.Run())
}

// world is a home, an empty folder to work in, and the variables beside.
type world struct {
	home, dir string
	env       map[string]string
	stdin     string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	return &world{home: filepath.Join(dir, "home"), dir: dir, env: map[string]string{"KEZ_NOW": "2026-06-01T00:00:00Z"}}
}

// signing is a world whose secret is Alice's.
func signing(t *testing.T) *world {
	w := newWorld(t)
	w.env["KEZ_SECRET"] = aliceSeed
	return w
}

func (w *world) getenv(name string) string {
	if name == "KEZ_HOME" {
		return w.home
	}
	return w.env[name]
}

// ended is how a command ended.
type ended struct {
	stdout, stderr string
	exit           int
}

// run runs a command in this process.
func (w *world) run(args ...string) ended {
	var stdout, stderr bytes.Buffer
	exit := cli.Main(args, cli.Env{
		Stdin: strings.NewReader(w.stdin), Stdout: &stdout, Stderr: &stderr, Getenv: w.getenv, Now: time.Now,
	})
	return ended{stdout.String(), stderr.String(), exit}
}

// command is kez as a process of its own, behind another program where wrap
// names one.
func (w *world) command(wrap []string, args ...string) *exec.Cmd {
	words := append(append(wrap[:len(wrap):len(wrap)], os.Args[0]), args...)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = w.dir
	cmd.Env = []string{asKez + "=1", "KEZ_HOME=" + w.home, "PATH=" + os.Getenv("PATH"), "HOME=" + w.dir}
	for name, value := range w.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stdin = strings.NewReader(w.stdin)
	return cmd
}

// start runs a command as a process.
func (w *world) start(t *testing.T, args ...string) ended {
	t.Helper()
	return finish(t, w.command(nil, args...))
}

func finish(t *testing.T, cmd *exec.Cmd) ended {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &stdout
	}
	cmd.Stderr = &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	if strings.Contains(stderr.String(), "goroutine ") {
		t.Errorf("%q panics: %s", cmd.Args, stderr.String())
	}
	return ended{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// object reads the one JSON object on standard output.
func (e ended) object(t *testing.T) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(e.stdout), &object); err != nil {
		t.Fatalf("exit %d, standard output %q is no object: %v\n%s", e.exit, e.stdout, err, e.stderr)
	}
	return object
}

// code is that of a failure or of a verdict.
func (e ended) code(t *testing.T) string {
	t.Helper()
	object := e.object(t)
	if code, ok := object["error"].(string); ok {
		return code
	}
	code, _ := object["code"].(string)
	return code
}

// length verifies the kept chain of Alice and gives its number of events.
func (w *world) length(t *testing.T) int {
	t.Helper()
	shown := w.run("sigchain", "show", "--primary", alice, "--json")
	object := shown.object(t)
	if shown.exit != 0 || object["status"] != "valid" {
		t.Fatalf("the kept chain is broken: %s", shown.stdout)
	}
	return int(object["length"].(float64))
}

// leftovers lists what is in the folder of chains besides chains and locks.
func (w *world) leftovers(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(w.home, "sigchains"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var left []string
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".jsonl") && !strings.HasSuffix(entry.Name(), ".lock") {
			left = append(left, entry.Name())
		}
	}
	return left
}

// require skips a test that this machine cannot run, or fails it where
// KEZ_REQUIRE_STRACE says that it must.
func require(t *testing.T, possible bool, reason string) {
	t.Helper()
	switch {
	case possible:
	case os.Getenv("KEZ_REQUIRE_STRACE") == "1":
		t.Fatal(reason)
	default:
		t.Skip(reason)
	}
}
