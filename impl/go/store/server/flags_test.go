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
