package tui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxMarks is how many combining marks one character may carry: more of them
// would grow over the lines around it.
const maxMarks = 8

// Bounds of one character: a text can claim to be a single one, however long.
const (
	maxCharacter = 128 // bytes
	maxColumns   = 16
)

// begin is what can belong to the first character of a text.
func begin(s string) string {
	if len(s) <= maxCharacter {
		return s
	}
	n := maxCharacter
	for n > maxCharacter-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// tabStop is the distance of tab stops within a message.
const tabStop = 4

// face is what the terminal can show.
type face struct {
	method ansi.Method // how it measures what is wider than one column
	ascii  bool        // no characters of our own beyond ASCII
	color  bool
}

func (f face) width(s string) int { return f.method.StringWidth(s) }

// next takes the first character off a text, as a reader sees it, and gives what
// to show in its place: never a control, never anything that changes how others
// are shown, and never nothing (KEZ-CLI-014).
func (f face) next(s string) (raw, shown string, width int) {
	if c := s[0]; c >= ' ' && c < 0x7f && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1], s[:1], 1
	}
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && size == 1:
		return s[:1], fmt.Sprintf(`\x%02x`, s[0]), 4
	case hostile(r):
		shown = escape(r)
		return s[:size], shown, len(shown)
	}
	raw, _ = ansi.FirstGraphemeCluster(begin(s), f.method)
	if raw == "" {
		raw = s[:size]
	}
	shown = f.cluster(raw)
	if f.width(shown) > maxColumns && len(raw) > size {
		raw, shown = s[:size], s[:size] // what joins the rest is escaped
	}
	if width = f.width(shown); width == 0 {
		// A mark without a base would sit on what stands before it.
		shown, width = "◌"+shown, 1
		if f.ascii {
			shown = escape(r)
			width = len(shown)
		}
	}
	return raw, shown, width
}

// cluster cleans one character of several code points.
func (f face) cluster(raw string) string {
	var b strings.Builder
	marks := 0
	for i, r := range raw {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(raw[i:], string(r)):
			fmt.Fprintf(&b, `\x%02x`, raw[i])
		case i > 0 && joins(r):
			// Only asks for another drawing of what stands around it.
		case hostile(r):
			b.WriteString(escape(r))
		case i > 0 && unicode.Is(unicode.M, r):
			if marks++; marks <= maxMarks {
				b.WriteRune(r)
			}
		default:
			b.WriteRune(r)
		}
	}
	if marks > maxMarks {
		fmt.Fprintf(&b, "(+%d marks)", marks-maxMarks)
	}
	return b.String()
}

// joins reports the invisible characters that are left out within one character:
// the joiner and the choice between text and picture. Terminals differ in the
// width that they give to them.
func joins(r rune) bool { return r == '\u200d' || r == '\ufe0e' || r == '\ufe0f' }

// hostile reports what is escaped: what is invisible, what changes how others are
// shown, and what nobody knows the width of.
func hostile(r rune) bool {
	switch {
	case r == ' ':
		return false
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r), unicode.Is(unicode.Variation_Selector, r):
		return true
	}
	return !unicode.IsPrint(r)
}

func escape(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\u{%x}`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// line shows a text in one line of at most so many columns.
func (f face) line(s string, width int) string {
	if width <= 0 {
		return ""
	}
	var b strings.Builder
	used, mark := 0, 0 // mark is where the dots have to begin
	dots := f.dots()
	for len(s) > 0 {
		raw, shown, w := f.next(s)
		s = s[len(raw):]
		switch {
		case raw == "\r" && strings.HasPrefix(s, "\n"):
			continue
		case raw == "\n", raw == "\r", raw == "\t":
			shown, w = " ", 1
		}
		if used+w > width {
			return b.String()[:mark] + dots[:min(len(dots), max(width, len("…")))]
		}
		b.WriteString(shown)
		if used += w; used <= width-f.width(dots) {
			mark = b.Len()
		}
	}
	return b.String()
}

func (f face) dots() string {
	if f.ascii {
		return "~"
	}
	return "…"
}

// fit is line, filled up with spaces.
func (f face) fit(s string, width int) string { return f.pad(f.line(s, width), width) }

// pad fills a text that was cleaned up to a width.
func (f face) pad(shown string, width int) string {
	return shown + strings.Repeat(" ", max(0, width-f.width(shown)))
}

// wrap breaks a text into lines of at most so many columns, at spaces where there
// are any, and stops after most lines; whole tells that nothing is left.
func (f face) wrap(s string, width, most int) (lines []string, whole bool) {
	w := wrapper{f: f, width: max(1, width), most: most}
	for len(s) > 0 && len(w.lines) < most {
		raw, shown, cols := f.next(s)
		s = s[len(raw):]
		switch raw {
		case "\n":
			w.newline()
		case "\r":
			if !strings.HasPrefix(s, "\n") {
				w.add(shown, cols)
			}
		case "\t":
			n := tabStop - w.used%tabStop
			w.space(strings.Repeat(" ", n), n)
		case " ":
			w.space(" ", 1)
		default:
			w.add(shown, cols)
		}
	}
	if len(w.lines) >= most { // one wide escape can take several lines
		return w.lines[:most], len(w.lines) == most && len(s) == 0 && w.line.Len() == 0
	}
	w.newline()
	return w.lines, true
}

// wrapper fills lines.
type wrapper struct {
	f           face
	width, most int
	lines       []string

	line  strings.Builder
	used  int // columns of line
	at    int // bytes of line before which it can be broken, 0 for nowhere
	after int // columns up to there
}

func (w *wrapper) newline() {
	w.lines = append(w.lines, strings.TrimRight(w.line.String(), " "))
	w.line.Reset()
	w.used, w.at, w.after = 0, 0, 0
}

func (w *wrapper) space(shown string, cols int) {
	if w.used+cols > w.width {
		w.newline() // the space is what the line breaks at
		return
	}
	w.line.WriteString(shown)
	w.used += cols
	w.at, w.after = w.line.Len(), w.used
}

func (w *wrapper) add(shown string, cols int) {
	if w.used+cols > w.width && w.at > 0 {
		text, used := w.line.String(), w.used
		rest := text[w.at:]
		w.lines = append(w.lines, strings.TrimRight(text[:w.at], " "))
		w.line.Reset()
		w.line.WriteString(rest)
		w.used, w.at, w.after = used-w.after, 0, 0
	}
	if w.used+cols > w.width && w.used > 0 {
		w.newline()
	}
	if cols <= w.width {
		w.line.WriteString(shown)
		w.used += cols
		return
	}
	for _, r := range shown { // an escape that is wider than the whole line
		cols := w.f.width(string(r))
		if w.used+cols > w.width && w.used > 0 {
			w.newline()
		}
		w.line.WriteRune(r)
		w.used += cols
	}
}
