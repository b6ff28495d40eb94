package conformance_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kez.lat/kez/conformance"
)

// command runs the command line with an environment of its own.
func command(t *testing.T, env map[string]string, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	exit = conformance.Main(args, testEnv(&out, &errs, func(name string) string { return env[name] }))
	return exit, out.String(), errs.String()
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// A broken harness exits 2 with a sentence, and is never green.
func TestBrokenHarness(t *testing.T) {
	dir := t.TempDir()
	manifest := func(name, text string) string { return write(t, filepath.Join(dir, name), text) }
	missing := manifest("missing.json", `{"name":"missing","adapter":["./no-such-program"]}`)
	deaf := manifest("deaf.json", `{"name":"deaf","adapter":["true"]}`)
	garbled := manifest("garbled.json", `{"name":`)
	unknown := manifest("unknown.json", `{"name":"x","adapter":["true"],"adpater":["true"]}`)
	nothing := manifest("nothing.json", `{"name":"x"}`)
	codes := manifest("codes.json", `{"name":"x","adapter":["true"],"codes":{"E1":"no.such_code"}}`)
	lost := manifest("lost.json", `{"name":"x","adapter":["true"],"expected_failures":"nowhere.txt"}`)
	nowhere := manifest("nowhere.json", `{"name":"x","adapter":["true"],"dir":"nowhere"}`)
	second := manifest("second.json", `{"name":"x","adapter":["true"]} {"name":"y"}`)
	doubled := manifest("doubled.json", `{"name":"x","adapter":["true"],"name":"y"}`)
	marked := manifest("marked.json", "\ufeff"+`{"name":"x","adapter":["true"]}`)
	for _, tt := range []struct {
		name string
		env  map[string]string
		args []string
		says string
	}{
		{"no command", nil, nil, "no command is given"},
		{"unknown command", nil, []string{"walk"}, `there is no command "walk"`},
		{"unknown flag", nil, []string{"run", "--fast"}, "not defined: -fast"},
		{"missing manifest", nil, []string{"run", "--manifest", filepath.Join(dir, "none.json")}, "there is no manifest"},
		{"unreadable manifest", nil, []string{"run", "--manifest", garbled}, "garbled.json"},
		{"misspelt member", nil, []string{"run", "--manifest", unknown}, `unknown field "adpater"`},
		{"manifest without adapter", nil, []string{"run", "--manifest", nothing}, "neither an adapter nor a bridge"},
		{"unknown code", nil, []string{"run", "--manifest", codes}, "not in the registry"},
		{"missing expected failures", nil, []string{"run", "--manifest", lost}, "is not there"},
		{"missing binary", nil, []string{"run", "--manifest", missing}, "there is no program"},
		{"binary that is no adapter", nil, []string{"run", "--manifest", deaf}, "ended during hello"},
		{"unknown implementation", nil, []string{"run", "--impl", "cobol"}, `no implementation "cobol"`},
		{"unknown implementation in the environment", map[string]string{"KEZ_IMPL": "cobol"}, []string{"run"}, `no implementation "cobol"`},
		{"unknown case", nil, []string{"run", "identity-no-such-case"}, "no case has the id"},
		{"empty selection", nil, []string{"run", "--tag", "KEZ-NONE-001"}, "no case is selected"},
		{"malformed pattern", nil, []string{"run", "[z-a"}, "malformed"},
		{"an environment that names nothing", map[string]string{"KEZ_IMPL": " , "}, []string{"run"}, "names no implementation"},
		{"missing folder", nil, []string{"run", "--manifest", nowhere}, "there is no folder"},
		{"two values in a manifest", nil, []string{"run", "--manifest", second}, "something follows"},
		{"a member of a manifest twice", nil, []string{"run", "--manifest", doubled}, `"name" stands twice`},
		{"a byte order mark in a manifest", nil, []string{"run", "--manifest", marked}, "byte order mark"},
		{"negative deadline", nil, []string{"run", "--timeout", "-1s"}, "--timeout -1s is negative"},
		{"negative workers", nil, []string{"run", "--workers", "-1"}, "--workers -1 is negative"},
		{"negative give-up", nil, []string{"init", "--give-up", "-1"}, "--give-up -1 is negative"},
		{"a file in place of the folder", nil, []string{"run", "--out", second}, "the reports cannot be written"},
		{"repro of a pattern", nil, []string{"repro", "identity-*"}, "one case id is wanted"},
		{"show without a case", nil, []string{"show"}, "one case id"},
		{"repro of an unknown case", nil, []string{"repro", "nope"}, "no case has the id"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			exit, stdout, stderr := command(t, tt.env, tt.args...)
			if exit != 2 || !strings.Contains(stderr, tt.says) {
				t.Errorf("exit %d, want 2 with %q\nstdout: %s\nstderr: %s", exit, tt.says, stdout, stderr)
			}
		})
	}
}

func TestRunWritesReports(t *testing.T) {
	out := filepath.Join(t.TempDir(), "report")
	exit, stdout, stderr := command(t, nil, "run", "--out", out, "identity-github", "json-object")
	if exit != 0 {
		t.Fatalf("exit %d\n%s%s", exit, stdout, stderr)
	}
	if !strings.Contains(stdout, "pass 2") || !strings.Contains(stdout, filepath.Join(out, "report.html")) {
		t.Errorf("the summary is %q", stdout)
	}
	for _, name := range []string{"results.json", "junit.xml", "badge.json", "spec-coverage.md", "report.html"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s was not written: %v", name, err)
		}
	}
}

func TestListAndShow(t *testing.T) {
	if exit, stdout, _ := command(t, nil, "list", "identity-github*"); exit != 0 || !strings.HasPrefix(stdout, "identity-github\tidentity.parse\taccept\t") {
		t.Errorf("list: exit %d, %q", exit, stdout)
	}
	exit, stdout, _ := command(t, nil, "show", "identity-no-colon")
	for _, want := range []string{"[KEZ-ID-001] An identity MUST be read", "spec/identity.md:", `"code":"identity.invalid"`, "differs from identity-github"} {
		if exit != 0 || !strings.Contains(stdout, want) {
			t.Errorf("show: exit %d, no %q in\n%s", exit, want, stdout)
		}
	}
}

// The adapter is told neither the id of a case nor what is expected.
func TestWireHoldsNoAnswer(t *testing.T) {
	exit, stdout, _ := command(t, nil, "show", "--wire", "identity-no-colon")
	if exit != 0 || strings.Contains(stdout, "identity-no-colon") || strings.Contains(stdout, "identity.invalid") {
		t.Errorf("exit %d: %s", exit, stdout)
	}
	if !strings.Contains(stdout, `"cmd":"run","seq":1,"op":"identity.parse"`) {
		t.Errorf("the request is %s", stdout)
	}
}

// The line that repro prints, pasted into a shell, repeats that case alone.
func TestReproPasted(t *testing.T) {
	exit, line, stderr := command(t, nil, "repro", "identity-github")
	if exit != 0 {
		t.Fatalf("exit %d: %s", exit, stderr)
	}
	if testing.Short() {
		t.Skip("builds the command")
	}
	out, err := exec.Command("sh", "-c", line).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte(": 1 of")) {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
}

func TestInitAndStrictness(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a folder, with a comma")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	adapter := write(t, filepath.Join(dir, "adapter.sh"), `
while read -r line; do
  case "$line" in
  *'"cmd":"hello"'*) echo '{"protocol":1,"name":"yes","version":"0","ops":["identity.parse"]}' ;;
  *'"cmd":"bye"'*) exit 0 ;;
  *) seq=${line#*'"seq":'}; echo "{\"seq\":${seq%%,*},\"accept\":{\"identity\":\"github:alice\"}}" ;;
  esac
done`)
	manifest := write(t, filepath.Join(dir, "yes.json"), `{"name":"yes","adapter":["sh","`+adapter+`"],"expected_failures":"yes.txt"}`)
	cases := []string{"identity-github", "identity-no-colon", "--manifest", manifest}
	exit, stdout, stderr := command(t, nil, append([]string{"init"}, cases...)...)
	if exit != 0 || !strings.Contains(stdout, "1 expected failures") {
		t.Fatalf("init: exit %d\n%s%s", exit, stdout, stderr)
	}
	if exit, _, stderr := command(t, nil, append([]string{"init"}, cases...)...); exit != 2 || !strings.Contains(stderr, "--force") {
		t.Errorf("init overwrote the file: exit %d, %s", exit, stderr)
	}
	run := append([]string{"run", "--out", ""}, cases...)
	if exit, stdout, _ := command(t, nil, run...); exit != 0 || !strings.Contains(stdout, "pass 1  fail 1") {
		t.Errorf("with the written file: exit %d\n%s", exit, stdout)
	}
	write(t, filepath.Join(dir, "yes.txt"), "identity-no-colon # known\nidentity-github # believed broken\n")
	if exit, stdout, _ := command(t, nil, run...); exit != 1 || !strings.Contains(stdout, "UNEXPECTED PASS identity-github") {
		t.Errorf("an unexpected pass: exit %d\n%s", exit, stdout)
	}
	write(t, filepath.Join(dir, "yes.txt"), "identity-no-colon\n")
	if exit, _, stderr := command(t, nil, run...); exit != 2 || !strings.Contains(stderr, "has no reason") {
		t.Errorf("a line without a reason: exit %d\n%s", exit, stderr)
	}
	write(t, filepath.Join(dir, "yes.txt"), "identity-no-colom # misspelt\n")
	if exit, _, stderr := command(t, nil, run...); exit != 2 || !strings.Contains(stderr, "no case has the id identity-no-colom") {
		t.Errorf("a misspelt id: exit %d\n%s", exit, stderr)
	}
}

// A run that is told to end takes its adapters with it and is no result. This
// adapter is the one that tells.
func TestTerminated(t *testing.T) {
	dir := t.TempDir()
	adapter := write(t, filepath.Join(dir, "adapter.sh"), `
read -r line; echo '{"protocol":1,"name":"end","version":"0","ops":["identity.parse"]}'
read -r line; kill -TERM $PPID; read -r line; read -r line`)
	manifest := write(t, filepath.Join(dir, "end.json"), `{"name":"end","adapter":["sh","`+adapter+`"]}`)
	exit, _, stderr := command(t, nil, "run", "--out", "", "--manifest", manifest, "identity-github")
	if exit != 2 || !strings.Contains(stderr, "interrupted") {
		t.Errorf("exit %d: %s", exit, stderr)
	}
}

// A run that ended early writes its reports, and nothing can be said.
func TestRunThatHangs(t *testing.T) {
	dir := t.TempDir()
	adapter := write(t, filepath.Join(dir, "adapter.sh"), `
read -r line; echo '{"protocol":1,"name":"idle","version":"0","ops":["identity.parse"]}'
read -r line; [ -e "$0.ran" ] || { touch "$0.ran"; echo '{"seq":1,"reject":{"code":"identity.invalid"}}'; }; sleep 30`)
	manifest := write(t, filepath.Join(dir, "idle.json"), `{"name":"idle","adapter":["sh","`+adapter+`"]}`)
	out := filepath.Join(dir, "out")
	exit, stdout, stderr := command(t, nil, "run", "--out", out, "--timeout", "200ms", "--give-up", "2", "--workers", "1", "--manifest", manifest, "--op", "identity.parse")
	if exit != 2 || !strings.Contains(stderr, "did not answer 2 requests in a row in time") || !strings.Contains(stdout, "not run") {
		t.Errorf("exit %d: %s\n%s", exit, stderr, stdout)
	}
	if _, err := os.Stat(filepath.Join(out, "results.json")); err != nil {
		t.Error(err)
	}
}

func TestUndeclaredIsNeverGreen(t *testing.T) {
	dir := t.TempDir()
	adapter := write(t, filepath.Join(dir, "adapter.sh"), `
read -r line; echo '{"protocol":1,"name":"idle","version":"0","ops":["none.such"]}'; read -r line`)
	manifest := write(t, filepath.Join(dir, "idle.json"), `{"name":"idle","adapter":["sh","`+adapter+`"]}`)
	exit, _, stderr := command(t, nil, "run", "--out", "", "--manifest", manifest)
	if exit != 2 || !strings.Contains(stderr, "can be run") {
		t.Errorf("exit %d: %s", exit, stderr)
	}
}

func TestLint(t *testing.T) {
	if exit, stdout, stderr := command(t, nil, "lint"); exit != 0 {
		t.Errorf("exit %d\n%s%s", exit, stdout, stderr)
	}
}
