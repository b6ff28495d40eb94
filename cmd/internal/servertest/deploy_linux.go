package servertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func deployed(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	// flagNames are flags of a program in a text.
	flagNames = regexp.MustCompile(`--[a-z][a-z-]+`)
	variables = regexp.MustCompile(`KEZ_[A-Z_]+`)
	execStart = regexp.MustCompile(`(?m)^ExecStart=.*$`)
	// blocks are the commands of a page that a test can run.
	blocks = regexp.MustCompile("(?s)```sh tested\n(.*?)```")
)

// CheckFlags wants flags and variables that the files in deploy name to be some
// of the program, whose help comes with the given arguments.
func (p Program) CheckFlags(t *testing.T, help ...string) {
	t.Helper()
	text, err := exec.Command(p.Wrapper(t), help...).Output()
	if err != nil {
		t.Fatal(err)
	}
	texts := execStart.FindString(deployed(t, p.Name+".service")) + deployed(t, "README.md")
	for _, line := range strings.Split(deployed(t, "Caddyfile")+deployed(t, "nginx.conf"), "\n") {
		if strings.HasPrefix(line, "#") {
			texts += line
		}
	}
	for _, name := range flagNames.FindAllString(texts, -1) {
		if !strings.Contains(string(text), "  "+name+"\n") && !strings.Contains(string(text), "  "+name+" ") {
			t.Errorf("there is no flag %s", name)
		}
	}
	for _, name := range variables.FindAllString(deployed(t, "Dockerfile"), -1) {
		if !strings.Contains(string(text), "["+name+"]") {
			t.Errorf("there is no variable %s", name)
		}
	}
}

// CheckDockerfile wants an image of the static program alone, without root.
func (p Program) CheckDockerfile(t *testing.T) {
	t.Helper()
	text := deployed(t, "Dockerfile")
	final := text[strings.LastIndex(text, "\nFROM "):]
	for _, want := range []string{"FROM scratch\n", "\nUSER 65532:65532\n", "\nENTRYPOINT [\"/" + p.Name + "\"]\n", "\nVOLUME /data\n", "\nHEALTHCHECK ", "\nSTOPSIGNAL SIGTERM\n"} {
		if !strings.Contains(final, want) {
			t.Errorf("the image lacks %q", want)
		}
	}
	if !strings.Contains(text, "CGO_ENABLED=0 go build") || strings.Contains(final, "RUN ") {
		t.Error("the program is not static, or the image runs something while it is built")
	}
}

// CheckUnit wants a unit of systemd that is well formed and exposes little.
func (p Program) CheckUnit(t *testing.T) {
	t.Helper()
	text := deployed(t, p.Name+".service")
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
	unit, err := filepath.Abs(filepath.Join("deploy", p.Name+".service"))
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

// BackupAndRestore gives the two commands of the page, to be run in a folder.
func (p Program) BackupAndRestore(t *testing.T, dir string) (backup, restore func()) {
	t.Helper()
	found := blocks.FindAllStringSubmatch(deployed(t, "README.md"), -1)
	if len(found) != 2 {
		t.Fatalf("%d blocks, want one to back up and one to restore", len(found))
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh")
	}
	path := "PATH=" + filepath.Dir(p.Wrapper(t)) + ":" + os.Getenv("PATH")
	shell := func(script string) func() {
		return func() {
			t.Helper()
			cmd := exec.Command("sh", "-euc", script)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), path)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		}
	}
	return shell(found[0][1]), shell(found[1][1])
}
