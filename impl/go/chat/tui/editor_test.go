package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

var plainFace = face{method: ansi.WcWidth}

// typed makes an editor from a text with a | where the cursor is.
func typed(text string) *editor {
	e := &editor{}
	before, after, _ := strings.Cut(text, "|")
	e.set(after)
	e.cursor = 0
	e.insert(plainFace, before)
	return e
}

func (e *editor) marked() string {
	return strings.Join(e.text[:e.cursor], "") + "|" + strings.Join(e.text[e.cursor:], "")
}

func TestEditorKeys(t *testing.T) {
	for _, c := range []struct{ before, keys, after string }{
		{"ab|c", "left", "a|bc"}, {"|abc", "left", "|abc"}, {"ab|c", "right right", "abc|"},
		{"ab|c", "home", "|abc"}, {"a\nbc|d", "ctrl+a", "a\n|bcd"}, {"a|b\nc", "end", "ab|\nc"},
		{"ab|c", "backspace", "a|c"}, {"|abc", "backspace", "|abc"}, {"ab|c", "delete", "ab|"}, {"abc|", "ctrl+d", "abc|"},
		{"one two|", "ctrl+w", "one |"}, {"one two  |", "ctrl+w ctrl+w", "|"}, {"one| two", "alt+d", "one|"},
		{"one two|", "alt+left alt+b", "|one two"}, {"|one two", "alt+f", "one| two"},
		{"ab|cd", "ctrl+u", "|cd"}, {"ab|cd", "ctrl+k", "ab|"}, {"ab|cd", "alt+enter", "ab\n|cd"},
		{"漢字|", "backspace", "漢|"}, {"e\u0301|", "backspace", "|"}, {"👨\u200d👩|x", "left", "|👨\u200d👩x"},
		{"abc\nde|f", "up", "ab|c\ndef"}, {"ab|c\ndef", "down", "abc\nde|f"}, {"abcdef\nx|", "up", "a|bcdef\nx"},
		{"a\nbcdef|", "up", "a|\nbcdef"}, {"abc|", "up", "abc|"}, {"a\n\nb|", "up up", "|a\n\nb"},
	} {
		e := typed(c.before)
		for key := range strings.FieldsSeq(c.keys) {
			e.press(plainFace, key, 20)
		}
		if got := e.marked(); got != c.after {
			t.Errorf("%q, then %s: %q, not %q", c.before, c.keys, got, c.after)
		}
		if got := len(e.String()); got != e.size {
			t.Errorf("%q, then %s: counts %d bytes of %d", c.before, c.keys, e.size, got)
		}
	}
	if typed("a|").press(plainFace, "f5", 20) {
		t.Error("f5 means something")
	}
}

func TestEditorInsert(t *testing.T) {
	e := typed("e|x")
	e.insert(plainFace, "\u0301") // joins what it follows
	if len(e.text) != 2 || e.marked() != "e\u0301|x" {
		t.Errorf("%q", e.text)
	}
	e = &editor{}
	if e.insert(plainFace, "a\r\nb\rc\xff"); e.String() != "a\nb\nc\ufffd" {
		t.Errorf("%q", e.String())
	}
	e = &editor{single: true}
	e.insert(plainFace, "a")
	e.insert(plainFace, " ")
	if e.insert(plainFace, "b\nc\r\n"); e.String() != "a b c" {
		t.Errorf("%q", e.String())
	}
	if e.press(plainFace, "alt+enter", 20) {
		t.Error("one line takes a second")
	}
	e = &editor{}
	if !e.insert(plainFace, strings.Repeat("x", maxText)) || e.insert(plainFace, "y") || e.size != maxText {
		t.Errorf("%d bytes", e.size)
	}
}

func TestEditorLayout(t *testing.T) {
	for _, c := range []struct {
		text   string
		width  int
		lines  string
		cursor place
	}{
		{"|", 5, "", place{0, 0}},
		{"abcd|", 5, "abcd", place{0, 4}},
		{"abcde|", 5, "abcd|e", place{1, 1}},
		{"abc|de", 5, "abcd|e", place{0, 3}},
		{"abcd|e", 5, "abcd|e", place{1, 0}},
		{"a\n|", 5, "a|", place{1, 0}},
		{"漢字|", 5, "漢字", place{0, 4}},
		{"漢字漢|", 5, "漢字|漢", place{1, 2}},
		{"\x1b|", 10, `\u001b`, place{0, 6}},
		{"\x1b|", 4, `?`, place{0, 1}}, // its escape is wider than the line
	} {
		lines, places := typed(c.text).layout(plainFace, c.width)
		if got := strings.Join(lines, "|"); got != c.lines {
			t.Errorf("%q in %d columns is %q, not %q", c.text, c.width, got, c.lines)
		}
		if at := places[typed(c.text).cursor]; at != c.cursor {
			t.Errorf("%q in %d columns has its cursor at %v, not %v", c.text, c.width, at, c.cursor)
		}
	}
	e := typed("sesame|")
	e.secret = true
	if lines, _ := e.layout(plainFace, 20); lines[0] != "******" {
		t.Errorf("a secret shows %q", lines)
	}
}
