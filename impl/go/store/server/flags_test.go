package server

import (
	"context"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The tables of spec/store.md have the flags, variables and defaults of the
// program, and no others.
func TestFlagsAreThoseOfTheSpecification(t *testing.T) {
	text, err := os.ReadFile("../../../../spec/store.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(--[a-z-]+)` \\| `([A-Z_]+)` \\| ([^|]+) \\|").FindAllStringSubmatch(string(text), -1) {
		standard := strings.Trim(m[3], "`")
		if standard == "none" || standard == "off" {
			standard = ""
		}
		documented = append(documented, m[1]+" "+m[2]+" "+standard)
	}
	var help strings.Builder
	env := Env{Context: context.Background(), Stdout: &help, Stderr: io.Discard, Getenv: func(string) string { return "" }}
	if exit := Main([]string{"-h"}, env); exit != 0 {
		t.Fatalf("exit %d", exit)
	}
	var flags []string
	for _, m := range regexp.MustCompile(`(?m)^  (--[a-z-]+).*\n.*?(?:\(default ([^)]*)\) )?\[([A-Z_]+)\]$`).FindAllStringSubmatch(help.String(), -1) {
		flags = append(flags, m[1]+" "+m[3]+" "+m[2])
	}
	slices.Sort(documented)
	slices.Sort(flags)
	if !slices.Equal(documented, flags) {
		t.Errorf("spec/store.md has\n%s\nthe program has\n%s", strings.Join(documented, "\n"), strings.Join(flags, "\n"))
	}
}

func TestHealthCommand(t *testing.T) {
	s := run(t)
	for url, want := range map[string]int{s.base: 0, s.base + "/": 0, s.base + "/v1/nope": 3, "http://127.0.0.1:1": 3, "http://a b": 2} {
		var out, errs strings.Builder
		env := Env{Context: context.Background(), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }}
		if exit := Main([]string{"health", url}, env); exit != want || (exit == 0) != (out.String() == "ok\n") || (exit == 0) != (errs.Len() == 0) {
			t.Errorf("%s: exit %d, want %d: %s%s", url, exit, want, out.String(), errs.String())
		}
	}
}

// A wrong command line makes no database.
func TestUsageErrorsLeaveNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"--chaos", "1"}, {"--chaos", "x"}, {"--bind", "nowhere"}, {"--metrics-bind", "1"}, {"--max-size", "much"}, {"x"}, {"--", "x"},
		{"mirror"}, {"mirror", "--from", "ftp://a"}, {"mirror", "--from", "https://a.example", "--chaos", "1"}, {"backup"}, {"backup", "a", "b"}} {
		var errs strings.Builder
		env := Env{Context: context.Background(), Stdout: io.Discard, Stderr: &errs, Getenv: func(string) string { return "" }}
		if exit := Main(args, env); exit != 2 || !strings.Contains(errs.String(), "hint: ") {
			t.Errorf("%v: exit %d: %s", args, exit, errs.String())
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}
