package tui

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"kez.lat/kez/impl/go/internal/sharedtest"
)

var faces = map[string]face{
	"by code points": {method: ansi.WcWidth},
	"by characters":  {method: ansi.GraphemeWidth},
	"ascii":          {method: ansi.WcWidth, ascii: true},
}

// clean fails where a line could change how a terminal shows anything else, or is
// wider than it may be.
func clean(t *testing.T, f face, what, line string, width int) {
	t.Helper()
	for i, r := range line {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) ||
			r == '\u2028' || r == '\u2029' || r == utf8.RuneError && !strings.HasPrefix(line[i:], string(r)) {
			t.Errorf("%s: %q holds %q", what, line, r)
			return
		}
	}
	if w := f.width(line); w > width {
		t.Errorf("%s: %q is %d columns wide, and has %d", what, line, w, width)
	}
}

// KEZ-CLI-014: what a reader sees is escaped, whole, and as wide as it is said to
// be.
func TestTextIsEscaped(t *testing.T) {
	f := face{method: ansi.WcWidth}
	for _, c := range []struct{ text, want string }{
		{"plain", "plain"},
		{"\x1b[2Jx", `\u001b[2Jx`},
		{"\u009b31m", `\u009b31m`},
		{"a\u202eb\u2066c\u200bd\u200fe", `a\u202eb\u2066c\u200bd\u200fe`},
		{"\u2028\u2029\ufeff\u00ad", `\u2028\u2029\ufeff\u00ad`},
		{"\U000e0041", `\u{e0041}`},        // a tag, which hides text
		{"\u3164x\u115f", `\u3164x\u115f`}, // fillers
		{"\ue000", `\ue000`},               // private use
		{"\xff\xc0x", `\xff\xc0x`},         // no UTF-8
		{"漢字", "漢字"},                       //
		{"e\u0301", "e\u0301"},             // a mark on its base
		{"\u0301x", "◌\u0301x"},            // a mark on nothing
		{"❤\ufe0f", "❤"},                   // only asks for a picture
		{"👨\u200d👩\u200d👧", "👨👩👧"},         // joined to one, shown as three
		{"\u200d", `\u200d`},               // joins nothing
		{"\ufffd", "\ufffd"},               // was written so
		{"a" + strings.Repeat("\u0301", 10), "a" + strings.Repeat("\u0301", 8) + "(+2 marks)"},
		{"x\ty\r\nz\nq\rw", "x y z q w"},
	} {
		if got := f.line(c.text, 200); got != c.want {
			t.Errorf("%q is shown as %q, not %q", c.text, got, c.want)
		}
	}
}

func TestLineCutsByColumns(t *testing.T) {
	f := face{method: ansi.WcWidth}
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"abcdef", 6, "abcdef"}, {"abcdef", 5, "abcd…"}, {"abcdef", 1, "…"}, {"abcdef", 0, ""}, {"", 3, ""},
		{"漢字漢字", 8, "漢字漢字"}, {"漢字漢字", 7, "漢字漢…"}, {"漢字漢字", 6, "漢字…"}, {"漢", 1, "…"},
		{"\x1b\x1b", 8, `\u001b…`},
	} {
		if got := f.line(c.text, c.width); got != c.want {
			t.Errorf("%q in %d columns is %q, not %q", c.text, c.width, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	f := face{method: ansi.WcWidth}
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 5, ""},
		{"one two three", 8, "one two|three"},
		{"one two three", 7, "one two|three"},
		{"one two three", 5, "one|two|three"},
		{"abcdefghij", 4, "abcd|efgh|ij"},
		{"x abcdefghij", 4, "x|abcd|efgh|ij"},
		{"漢字漢字", 5, "漢字|漢字"},
		{"a\nb\r\n\nc", 5, "a|b||c"},
		{"a\tb", 9, "a   b"},
		{"\x1b", 4, `\u00|1b`},
		{"trailing   ", 20, "trailing"},
		{"a  b", 2, "a|b"},
	} {
		lines, whole := f.wrap(c.text, c.width, 100)
		if got := strings.Join(lines, "|"); got != c.want || !whole {
			t.Errorf("%q in %d columns is %q, not %q", c.text, c.width, got, c.want)
		}
	}
	if lines, whole := f.wrap("a\nb\nc\nd", 5, 2); len(lines) != 2 || whole {
		t.Errorf("%q, %t", lines, whole)
	}
	if lines, whole := f.wrap("a\nb\n", 5, 2); len(lines) != 2 || !whole {
		t.Errorf("%q, %t", lines, whole)
	}
}

// The corpus of naughty strings is shown without harm at every width.
func TestCorpusNaughtyStrings(t *testing.T) {
	n := 0
	for _, c := range sharedtest.Corpus(t, "naughty-strings") {
		var in struct{ S string }
		c.Input(t, &in)
		n++
		for name, f := range faces {
			for _, width := range []int{1, 7, 40, 200} {
				what := fmt.Sprintf("%q, %s", in.S, name)
				clean(t, f, what, f.line(in.S, width), width)
				lines, _ := f.wrap(in.S, width, 1000)
				for _, line := range lines {
					// A wide character does not fit one column.
					clean(t, f, what, line, max(width, 2))
				}
			}
		}
	}
	if n < 100 {
		t.Errorf("only %d strings", n)
	}
}

// hostileBodies are bodies as large as messages can be, each bad in its own way.
func hostileBodies() map[string]string {
	const size = 128 << 10
	return map[string]string{
		"one word":     strings.Repeat("x", size),
		"newlines":     strings.Repeat("\n", size),
		"spaces":       strings.Repeat(" ", size),
		"escapes":      strings.Repeat("\x1b", size),
		"bidi":         strings.Repeat("\u202e", size/3),
		"marks":        "a" + strings.Repeat("\u0301", size/2),
		"joined":       strings.Repeat("👨\u200d", size/7),
		"flags":        strings.Repeat("🇩", size/4),
		"wide":         strings.Repeat("漢", size/3),
		"no UTF-8":     strings.Repeat("\xff", size),
		"tabs":         strings.Repeat("\t", size),
		"hangul parts": strings.Repeat("\u1100\u1161", size/6),
		"prepended":    strings.Repeat("\u0600", size/2),
		"prose":        strings.Repeat("the quick brown fox ", size/20),
	}
}

// A body as large as one can be takes time in proportion to what is shown of it.
func TestHostileBodies(t *testing.T) {
	for name, body := range hostileBodies() {
		for _, f := range faces {
			lines, _ := f.wrap(body, 40, maxFold)
			if len(lines) > maxFold {
				t.Errorf("%s: %d lines", name, len(lines))
			}
			for _, line := range lines {
				if !strings.Contains(line, "\xff") {
					clean(t, f, name, line, 40)
				}
			}
			clean(t, f, name, f.line(body, 40), 40)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, body := range hostileBodies() {
		f.Add(body[:min(len(body), 64)], 20)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = 1 + (width&0x7fffffff)%100
		for name, face := range faces {
			clean(t, face, name, face.line(text, width), width)
			lines, whole := face.wrap(text, width, 50)
			if len(lines) > 50 || !whole && len(lines) < 50 {
				t.Errorf("%d lines, whole %t", len(lines), whole)
			}
			for _, line := range lines {
				clean(t, face, name, line, max(width, 2))
			}
		}
	})
}

func BenchmarkWrapWholeBody(b *testing.B) {
	f := face{method: ansi.GraphemeWidth}
	for name, body := range hostileBodies() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f.wrap(body, 40, 1<<20)
			}
		})
	}
}
