package encoding

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// Hostile shapes at the size limit of a text. What is quadratic in one of them
// takes minutes, so a bound that no machine under load meets is enough.
func TestFencesAreLinear(t *testing.T) {
	size := MaxText
	if testing.Short() {
		size /= 8
	}
	shapes := map[string]func(n int) string{
		"quotes":             func(n int) string { return strings.Repeat(">", n) },
		"quotes with spaces": func(n int) string { return strings.Repeat("> ", n/2) },
		"quote lines":        func(n int) string { return strings.Repeat(strings.Repeat(">", 200)+"\n", n/201) },
		"lists":              func(n int) string { return strings.Repeat("- ", n/2) + "x" },
		"mixed lists":        func(n int) string { return strings.Repeat("* - + ", n/6) + "x" },
		"numbers":            func(n int) string { return strings.Repeat("1. ", n/3) },
		"list lines":         func(n int) string { return strings.Repeat("- a\n", n/4) },
		"deep list, blank lines": func(n int) string {
			return strings.Repeat("- ", 99) + "x\n" + strings.Repeat("\n", n-200)
		},
		"deep list, lazy lines": func(n int) string {
			return strings.Repeat("- ", 99) + "x\n" + strings.Repeat("x\n", n/2-200)
		},
		"deep list, spaces": func(n int) string {
			return strings.Repeat("- ", 99) + "x\n" + strings.Repeat(strings.Repeat(" ", 198)+"x\n\n", n/202)
		},
		"growing list": func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < n; i++ {
				b.WriteString(strings.Repeat(" ", i%2000) + "- a\n")
			}
			return b.String()
		},
		"blank lines":   func(n int) string { return strings.Repeat("\n", n) },
		"brackets":      func(n int) string { return strings.Repeat("[", n) },
		"definitions":   func(n int) string { return strings.Repeat("[a]: b\n", n/7) },
		"open titles":   func(n int) string { return strings.Repeat("[a]: b\n(\n", n/9) },
		"open titles 2": func(n int) string { return strings.Repeat("[a]: b 'c\n", n/10) },
		"open labels":   func(n int) string { return strings.Repeat("[a\n", n/3) },
		"escapes":       func(n int) string { return strings.Repeat("[\\", n/2) },
		"paragraph":     func(n int) string { return strings.Repeat("a\n", n/2) },
		"setext":        func(n int) string { return strings.Repeat("a\n=\n", n/4) },
		"setext end":    func(n int) string { return strings.Repeat("[a]: b\n", n/7) + "=\n" },
		"html":          func(n int) string { return strings.Repeat("<div>\n\n", n/7) },
		"html line":     func(n int) string { return strings.Repeat("<a b ", n/5) },
		"html attributes": func(n int) string {
			return "<a" + strings.Repeat(" b='c", n/5) + ">"
		},
		"comments":      func(n int) string { return strings.Repeat("<!--\n", n/5) },
		"scripts":       func(n int) string { return strings.Repeat("<script\n", n/8) },
		"openers":       func(n int) string { return strings.Repeat("```kez\n", n/7) },
		"longer fences": func(n int) string { return strings.Repeat("```` a\n```\n````\n", n/16) },
		"one fence":     func(n int) string { return strings.Repeat("`", n) },
		"tabs":          func(n int) string { return strings.Repeat("\t", n) },
		"tabs in lists": func(n int) string { return strings.Repeat("-\t", n/2) },
		"quoted tabs":   func(n int) string { return strings.Repeat(">\t", n/2) },
		"fence in list": func(n int) string { return "- ```\n" + strings.Repeat("  \n", n/3) },
		"stars":         func(n int) string { return strings.Repeat("* ", n/2) },
		"headings":      func(n int) string { return strings.Repeat("#", n) + "\n" + strings.Repeat("# #\n", n/8) },
	}
	for name, shape := range shapes {
		source := []byte(shape(size))
		start := time.Now()
		fences(source)
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("%s: %v for %d bytes", name, took, size)
		}
	}
}

// Deep lists with blank lines are where the parser wants memory.
func TestFencesBoundMemory(t *testing.T) {
	source := []byte(strings.Repeat("- ", maxNesting) + "x\n" + strings.Repeat("\n", MaxText-300))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, whole := fences(source); whole {
		t.Error("read to the end")
	}
	runtime.ReadMemStats(&after)
	if allocated := (after.TotalAlloc - before.TotalAlloc) >> 20; allocated > 256 {
		t.Errorf("%d MiB allocated in all", allocated)
	}
}

func TestNestingIsBounded(t *testing.T) {
	for depth, want := range map[int]int{maxNesting: 1, maxNesting + 1: 0} {
		list, whole := fences([]byte(strings.Repeat("- ", depth) + "```kez\n"))
		if len(list) != want || !whole {
			t.Errorf("%d fences at depth %d", len(list), depth)
		}
	}
}
