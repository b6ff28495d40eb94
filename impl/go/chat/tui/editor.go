package tui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds what is written in one go: more does not fit a message
// (KEZ-MSG-008).
const maxText = 128 << 10

// editor is a text being written: characters as a reader sees them, and a cursor
// between two of them.
type editor struct {
	text   []string
	size   int // bytes of text
	cursor int
	secret bool // shows no character
	single bool // has one line
}

func (e *editor) String() string { return strings.Join(e.text, "") }

func (e *editor) empty() bool { return len(e.text) == 0 }

func (e *editor) set(s string) {
	clear(e.text)
	e.text, e.size, e.cursor = nil, 0, 0
	e.insert(face{}, s)
}

// insert puts a text in at the cursor; false where it is too large. Ends of lines
// come as terminals send them.
func (e *editor) insert(f face, s string) bool {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\ufffd"))
	if e.single {
		s = strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", " ")
	}
	if e.size+len(s) > maxText {
		return false
	}
	e.size += len(s)
	from := e.cursor
	if from > 0 && e.text[from-1] != "\n" { // a mark belongs to what it follows
		from--
		s = e.text[from] + s
	}
	var cells []string
	for len(s) > 0 {
		raw, _, _ := f.next(s)
		cells = append(cells, raw)
		s = s[len(raw):]
	}
	e.text = slices.Replace(e.text, from, e.cursor, cells...)
	e.cursor = from + len(cells)
	return true
}

// remove takes out the characters from one place to another.
func (e *editor) remove(from, to int) {
	from, to = max(0, from), min(len(e.text), to)
	if from >= to {
		return
	}
	for _, cell := range e.text[from:to] {
		e.size -= len(cell)
	}
	e.text = slices.Delete(e.text, from, to)
	e.cursor = from
}

// press takes one key; false where it means nothing here. Keys are those of
// readline, where it has one.
func (e *editor) press(f face, key string, width int) bool {
	switch key {
	case "left", "ctrl+b":
		e.cursor = max(0, e.cursor-1)
	case "right", "ctrl+f":
		e.cursor = min(len(e.text), e.cursor+1)
	case "home", "ctrl+a":
		e.cursor = e.lineStart()
	case "end", "ctrl+e":
		e.cursor = e.lineEnd()
	case "up":
		return e.vertical(f, width, -1)
	case "down":
		return e.vertical(f, width, 1)
	case "alt+left", "ctrl+left", "alt+b":
		e.cursor = e.wordBefore()
	case "alt+right", "ctrl+right", "alt+f":
		e.cursor = e.wordAfter()
	case "backspace", "ctrl+h":
		e.remove(e.cursor-1, e.cursor)
	case "delete", "ctrl+d":
		e.remove(e.cursor, e.cursor+1)
	case "ctrl+w", "alt+backspace":
		e.remove(e.wordBefore(), e.cursor)
	case "alt+d":
		e.remove(e.cursor, e.wordAfter())
	case "ctrl+u":
		e.remove(e.lineStart(), e.cursor)
	case "ctrl+k":
		e.remove(e.cursor, e.lineEnd())
	case "alt+enter", "shift+enter", "ctrl+j", "ctrl+enter":
		return !e.single && e.insert(f, "\n")
	default:
		return false
	}
	return true
}

func (e *editor) lineStart() int {
	i := e.cursor
	for i > 0 && e.text[i-1] != "\n" {
		i--
	}
	return i
}

func (e *editor) lineEnd() int {
	i := e.cursor
	for i < len(e.text) && e.text[i] != "\n" {
		i++
	}
	return i
}

func isWord(cell string) bool {
	r, _ := utf8.DecodeRuneInString(cell)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func (e *editor) wordBefore() int {
	i := e.cursor
	for i > 0 && !isWord(e.text[i-1]) {
		i--
	}
	for i > 0 && isWord(e.text[i-1]) {
		i--
	}
	return i
}

func (e *editor) wordAfter() int {
	i := e.cursor
	for i < len(e.text) && !isWord(e.text[i]) {
		i++
	}
	for i < len(e.text) && isWord(e.text[i]) {
		i++
	}
	return i
}

// place is where a character stands on the screen.
type place struct{ row, col int }

// layout gives the lines of the text at a width, and where each character stands
// and what comes behind the last one. One column is kept for the cursor there.
func (e *editor) layout(f face, width int) (lines []string, places []place) {
	width = max(2, width)
	places = make([]place, 0, len(e.text)+1)
	var line strings.Builder
	used := 0
	end := func() {
		lines = append(lines, line.String())
		line.Reset()
		used = 0
	}
	for _, cell := range e.text {
		if cell == "\n" {
			places = append(places, place{len(lines), used})
			end()
			continue
		}
		shown, w := e.shown(f, cell)
		if w > width-1 {
			shown, w = "?", 1 // wider than the line itself
		}
		if used+w > width-1 {
			end()
		}
		places = append(places, place{len(lines), used})
		line.WriteString(shown)
		used += w
	}
	places = append(places, place{len(lines), used})
	end()
	return lines, places
}

func (e *editor) shown(f face, cell string) (string, int) {
	if e.secret {
		return "*", 1
	}
	if cell == "\t" {
		return "    ", tabStop
	}
	_, shown, w := f.next(cell)
	return shown, w
}

// vertical moves the cursor by a row; false at the first and the last one.
func (e *editor) vertical(f face, width, by int) bool {
	_, places := e.layout(f, width)
	from := places[e.cursor]
	found := false
	for i := e.cursor; i >= 0 && i < len(places); i += by {
		at := places[i]
		if (at.row-from.row)*by > 1 {
			break
		}
		// The last place of the row that is not right of where the cursor was.
		if at.row != from.row && (!found || at.col <= from.col) && (by > 0 || !found || places[e.cursor].col > from.col) {
			e.cursor, found = i, true
		}
	}
	return found
}
