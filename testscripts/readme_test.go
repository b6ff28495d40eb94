package testscripts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// step is one command of the README and the output that stands below it.
type step struct {
	command string
	shown   string
	line    int
}

// steps reads the commands of all fenced blocks marked console: lines that start
// with "$ ", carried on where they end in a backslash.
func steps(text string) []step {
	var all []step
	inside, carried := false, false
	for i, line := range strings.Split(text, "\n") {
		switch {
		case !inside:
			inside = strings.TrimSpace(line) == "```console"
		case strings.HasPrefix(line, "```"):
			inside = false
		case carried:
			all[len(all)-1].command += "\n" + line
			carried = strings.HasSuffix(line, `\`)
		case strings.HasPrefix(line, "$ "):
			all = append(all, step{command: line[2:], line: i + 1})
			carried = strings.HasSuffix(line, `\`)
		case len(all) > 0:
			all[len(all)-1].shown += line + "\n"
		}
	}
	return all
}

// TestREADME runs the commands of the README one after another in one shell, in
// an empty folder, and compares what they print with what it shows. There … is
// any text, and alone on a line any lines.
func TestREADME(t *testing.T) {
	if testing.Short() {
		t.Skip("opening the key store takes seconds")
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh here")
	}
	readme, err := filepath.Abs("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	all := steps(string(text))
	if len(all) == 0 {
		t.Fatal("README.md has no console block")
	}

	work, outputs := t.TempDir(), t.TempDir()
	var script strings.Builder
	for i, s := range all {
		name := filepath.Join(outputs, fmt.Sprint(i))
		fmt.Fprintf(&script, "{ %s\n} >%[2]s.out 2>%[2]s.err; echo $? >%[2]s.code\n", s.command, name)
	}
	// The README is a proof itself.
	fmt.Fprintf(&script, "kez verify file '%s' || exit 1\n", readme)
	cmd := exec.Command(shell, "-c", script.String())
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "KEZ_HOME="+filepath.Join(work, ".kez"), "HOME="+work, "KEZ_NOW=2026-06-01T00:00:00Z",
		"KEZ_SECRET=", "KEZ_PASSPHRASE_FILE=", "KEZ_SIG_SERVER=none", "NO_COLOR=1")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, output)
	}

	for i, s := range all {
		read := func(what string) string {
			text, err := os.ReadFile(filepath.Join(outputs, fmt.Sprintf("%d.%s", i, what)))
			if err != nil {
				t.Errorf("README.md:%d: %s did not run: %v", s.line, s.command, err)
			}
			return string(text)
		}
		out, code := read("out"), strings.TrimSpace(read("code"))
		// A command that shows a verdict may show a bad one; any other works.
		if code == "2" || code == "3" || code != "0" && s.shown == "" {
			t.Errorf("README.md:%d: %s: exit %s\n%s", s.line, s.command, code, read("err"))
		}
		if s.shown != "" && !pattern(s.shown).MatchString(out) {
			t.Errorf("README.md:%d: %s printed\n%swant\n%s%s", s.line, s.command, out, s.shown, read("err"))
		}
	}
}

// pattern makes an expression of shown output.
func pattern(shown string) *regexp.Regexp {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(shown, "\n") + "\n") {
		if line == "…\n" {
			b.WriteString("(?:.*\n)*")
			continue
		}
		b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*"))
	}
	return regexp.MustCompile(`\A` + b.String() + `\z`)
}

func TestPattern(t *testing.T) {
	for _, c := range []struct {
		shown, out string
		matches    bool
	}{
		{"a\n", "a\n", true},
		{"a\n", "b\n", false},
		{"a\n", "a\nb\n", false},
		{"a …\n\n", "a b\n", true},
		{"a …\n", "a b\nc\n", false},
		{"a\n…\nd\n", "a\nb\nc\nd\n", true},
		{"a\n…\n", "a\n", true},
		{"a.\n", "ab\n", false},
	} {
		if got := pattern(c.shown).MatchString(c.out); got != c.matches {
			t.Errorf("%q shown, %q printed: %t", c.shown, c.out, got)
		}
	}
}

func TestSteps(t *testing.T) {
	text := "```console\n$ one \\\n  two\nout\n\nmore\n$ three\n```\n```sh\n$ not this\n```\n"
	want := []step{{"one \\\n  two", "out\n\nmore\n", 2}, {"three", "", 7}}
	if got := steps(text); !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}
