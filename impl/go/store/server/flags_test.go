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
