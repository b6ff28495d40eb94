package tui

import (
	"strconv"
	"strings"
)

// style is how a text is drawn where there is colour. What it means is always
// written too.
type style string

const (
	usual style = ""
	bold  style = "1"
	dim   style = "2"
	good  style = "32"
	loud  style = "1;31"
	bar   style = "7"
)

// row is one line of a part of the screen, cleaned and no wider than it.
type row struct {
	text  string
	style style
}

func (f face) paint(r row, width int) string {
	text := f.pad(r.text, width)
	if f.width(text) > width { // a window too narrow for what a row has at least
		text = f.method.Truncate(text, width, "")
	}
	if !f.color || r.style == usual {
		return text
	}
	return "\x1b[" + string(r.style) + "m" + text + "\x1b[m"
}

// rule is a line across.
func (f face) rule(width int) row {
	if f.ascii {
		return row{strings.Repeat("-", max(0, width)), dim}
	}
	return row{strings.Repeat("─", max(0, width)), dim}
}

// Sizes of the window.
const (
	leastWidth  = 20 // below, nothing is shown but that
	leastHeight = 8
	twoPanes    = 60 // columns from which list and conversation stand side by side
	airy        = 18 // lines from which rules are drawn
)

// frame is how the window is divided.
type frame struct {
	width, height int
	head, foot    []row
	list, talk    int // columns, 0 for what is not shown
	body          int // lines
}

func (m *model) frame() frame {
	fr := frame{width: m.width, height: m.height}
	fr.head = []row{m.header()}
	fr.foot = m.footer()
	if m.height >= airy {
		fr.head = append(fr.head, m.face.rule(m.width))
		fr.foot = append([]row{m.face.rule(m.width)}, fr.foot...)
	}
	fr.body = max(0, m.height-len(fr.head)-len(fr.foot))
	switch {
	case m.width >= twoPanes:
		fr.list = min(max(m.width/3, 22), 34)
		fr.talk = m.width - fr.list - 1
	case m.writing:
		fr.talk = m.width
	default:
		fr.list = m.width
	}
	return fr
}

// view draws the whole window, and tells where the cursor is, if anywhere.
func (m *model) view() (string, *place) {
	if m.width < leastWidth || m.height < leastHeight {
		return m.face.line("window too small", m.width), nil
	}
	fr := m.frame()
	lines := make([]string, 0, m.height)
	put := func(rows []row, width int) {
		for _, r := range rows {
			lines = append(lines, m.face.paint(r, width))
		}
	}
	var cursor *place
	put(fr.head, m.width)
	switch {
	case m.locked:
		put(fill(m.text([]row{{}}, "  ", "Locked. The keys are forgotten, and nothing is shown.", bold), fr.body), m.width)
	case m.page != noPage:
		all := m.pageRows()
		put(fill(all[min(m.scroll, len(all)):], fr.body), m.width)
	default:
		var list, talk []row
		if fr.list > 0 {
			list = m.listRows(fr.list, fr.body)
		}
		if fr.talk > 0 {
			talk, cursor = m.talkRows(fr.talk, fr.body)
		}
		for i := range fr.body {
			line := ""
			if fr.list > 0 {
				line = m.face.paint(list[i], fr.list)
			}
			if fr.list > 0 && fr.talk > 0 {
				line += m.face.paint(row{m.face.border(), dim}, 1)
			}
			if fr.talk > 0 {
				line += m.face.paint(talk[i], fr.talk)
			}
			lines = append(lines, line)
		}
		if cursor != nil {
			cursor.row += len(fr.head)
			if fr.list > 0 {
				cursor.col += fr.list + 1
			}
		}
	}
	put(fr.foot, m.width)
	if m.dialog != nil {
		cursor = &place{len(lines) - 1, m.answerColumn()}
	}
	if over := len(lines) - m.height; over > 0 { // a question in a low window
		lines = lines[over:]
		if cursor != nil {
			cursor.row -= over
		}
	}
	return strings.Join(lines, "\n"), cursor
}

func (f face) border() string {
	if f.ascii {
		return "|"
	}
	return "│"
}

// fill cuts or fills rows to a number of lines.
func fill(rows []row, n int) []row {
	if len(rows) > n {
		return rows[:max(0, n)]
	}
	return append(rows[:len(rows):len(rows)], make([]row, n-len(rows))...)
}

// ends puts one text to the left and one to the right, where there is room.
func (f face) ends(left, right string, width int, s style) row {
	if strings.HasPrefix(right, "no ") {
		right = ""
	}
	if right != "" {
		right = " " + right
	}
	room := width - f.width(right)
	if room < width/2 {
		return row{f.fit(left, width), s}
	}
	return row{f.fit(left, room) + right, s}
}

// plural writes a number of things.
func plural(n int, one, many string) string {
	switch n {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	}
	return thousands(n) + " " + many
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
