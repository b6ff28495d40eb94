package conformance_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/conformance/report"
	"kez.lat/kez/conformance/suite"
)

// The tutorial in PROTOCOL.md is the file, runs as it stands, and is told what
// it does wrong.
func TestTutorial(t *testing.T) {
	code, err := os.ReadFile("tutorial/adapter.py")
	if err != nil {
		t.Fatal(err)
	}
	protocol, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(protocol), "```python\n"+string(code)+"```\n") {
		t.Error("PROTOCOL.md does not show tutorial/adapter.py as it is")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3")
	}
	out := t.TempDir()
	exit, stdout, stderr := command(t, nil, "run", "--out", out, "--manifest", "tutorial/manifest.json")
	if exit != 1 {
		t.Fatalf("exit %d, want 1\n%s%s", exit, stdout, stderr)
	}
	data, err := os.ReadFile(filepath.Join(out, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d report.Document
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	totals := d.Implementations[0].Totals
	if totals[suite.Pass] == 0 || totals[suite.Fail] == 0 || totals[suite.Unsupported] == 0 || totals[suite.Error] != 0 {
		t.Errorf("totals %v", totals)
	}
}

// The messages that PROTOCOL.md shows are what the suite reads and writes.
func TestProtocolExamples(t *testing.T) {
	text, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	requests, answers, hellos := 0, 0, 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, `{"cmd":`):
			requests++
			var r adapter.Request
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		case strings.HasPrefix(line, `{"seq":`):
			answers++
			if _, err := adapter.ParseAnswer([]byte(line)); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		case strings.HasPrefix(line, `{"protocol":`):
			hellos++
			if _, err := adapter.ParseHello([]byte(line)); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	if requests != 2 || answers != 2 || hellos != 1 {
		t.Errorf("%d requests, %d answers, %d hellos", requests, answers, hellos)
	}
}

// The schemas name the members that the messages have.
func TestSchemas(t *testing.T) {
	for name, message := range map[string]any{"request": adapter.Request{}, "hello": adapter.Hello{}, "answer": adapter.Answer{}} {
		text, err := os.ReadFile("adapter/schema/" + name + ".schema.json")
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(text) {
			t.Errorf("the schema of %s is no JSON", name)
		}
		typ := reflect.TypeOf(message)
		for i := range typ.NumField() {
			member, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if !strings.Contains(string(text), `"`+member+`"`) {
				t.Errorf("the schema of %s lacks %s", name, member)
			}
		}
	}
}
