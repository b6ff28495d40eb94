package tui

import (
	"errors"
	"strings"
	"time"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

// failure is an error in one line, with its code.
func failure(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*kez.Error](err); ok {
		return e.Message + " (" + string(e.Code) + ")"
	}
	return err.Error()
}

// pageHeight is how far a page scrolls at once.
func (m *model) pageHeight() int {
	if m.page == noPage {
		return max(1, m.threadHeight()-1)
	}
	return max(1, m.frame().body)
}

func (m *model) pageLength() int { return len(m.pageRows()) }

// pageRows gives all lines of the page that is open.
func (m *model) pageRows() []row {
	switch m.page {
	case helpPage:
		return m.helpRows()
	case infoPage:
		return m.infoRows()
	case numberPage:
		return m.numberRows()
	case refusedPage:
		return m.refusedRows()
	case readerPage:
		return m.readerRows()
	}
	return nil
}

// text adds wrapped lines to a page.
func (m *model) text(rows []row, indent, s string, st style) []row {
	lines, _ := m.face.wrap(s, m.width-len(indent)-1, 1<<20)
	for _, line := range lines {
		rows = append(rows, row{indent + line, st})
	}
	return rows
}

func (m *model) helpRows() []row {
	rows := []row{{" Keys", bold}}
	column := 0
	for _, k := range Keys() {
		column = max(column, len(k.Keys))
	}
	for _, k := range Keys() {
		if m.width < 40 {
			rows = m.text(append(rows, row{"  " + k.Keys, bold}), "    ", k.Does, usual)
			continue
		}
		lines, _ := m.face.wrap(k.Does, m.width-column-5, 8)
		head := "   " + m.face.fit(k.Keys, column) + "  "
		for _, line := range lines {
			rows = append(rows, row{head + line, usual})
			head = strings.Repeat(" ", column+5)
		}
	}
	rows = append(rows, row{}, row{" What to know", bold})
	for _, text := range []string{
		"A peer is a key. A handle that gets another key stops everything until you decide.",
		"\"+2\" behind a name says that two accounts of that key were verified; i lists them.",
		"A number of missing messages says that a peer sent what never came: the relay dropped it, or it is late.",
		"While the relay does not answer, what you send is kept and goes out later, in order.",
		"Locking forgets drafts too. What was sent or received is kept, sealed.",
		"Messages have no forward secrecy: whoever gets one of the two secrets later, and kept the messages, reads them all.",
	} {
		rows = m.text(rows, "   ", text, usual)
	}
	return rows
}

// infoRows is all that is known of a peer, keys among it.
func (m *model) infoRows() []row {
	p, ok := m.peer(m.selected)
	if !ok {
		return nil
	}
	groups := 8
	if m.width < 44 {
		groups = 4
	}
	rows := []row{{m.face.line(" "+p.Name, m.width), bold}}
	part := func(title, text string) {
		if text != "" {
			rows = append(rows, row{" " + title, dim})
			rows = m.text(rows, "   ", text, usual)
		}
	}
	part("stands as", standing(p.Status))
	if p.Handle != "" {
		part("handle", p.Handle+" at "+p.Server)
	}
	part("key (ed25519)", digits(p.Primary, groups))
	if p.Changed != nil {
		part("THE RELAY NAMES ANOTHER KEY NOW", digits(p.Changed.New, groups))
		if p.Changed.Rotated {
			part("since "+m.moment(p.Changed.At), "The chain of the first key hands over to the second.")
		} else {
			part("since "+m.moment(p.Changed.At), "No chain explains it.")
		}
	}
	switch {
	case p.ProvenAt.IsZero():
		part("proven accounts", "nobody looked yet: p verifies them")
	case len(p.Proven) == 0:
		part("proven accounts at "+m.moment(p.ProvenAt), "none")
	default:
		part("proven accounts at "+m.moment(p.ProvenAt), accounts(p))
	}
	counts := plural(p.Messages, "message", "messages")
	if p.Queued > 0 {
		counts += ", " + thousands(p.Queued) + " queued"
	}
	if p.Missing > 0 {
		counts += ", " + thousands(int(p.Missing)) + " missing"
	}
	part("conversation", counts)
	if p.Primary.System() == kez.SystemEd25519 && !m.me.Primary.IsZero() {
		part("safety number (v)", session.SafetyNumber(m.me.Primary, p.Primary))
	}
	return rows
}

func (m *model) moment(t time.Time) string { return t.In(m.zone).Format("2 January 2006 15:04") }

// numberRows is the safety number, to be compared by voice or side by side.
func (m *model) numberRows() []row {
	p, ok := m.peer(m.selected)
	if !ok || m.me.Primary.IsZero() {
		return nil
	}
	rows := []row{{m.face.line(" Safety number with "+p.Name, m.width), bold}, {}}
	rows = m.number(rows, p.Primary)
	rows = append(rows, row{})
	rows = m.text(rows, " ", "Both of you see the same number if nobody stands between you. Compare it by voice, or side by side; not by a message of this chat.", usual)
	if p.Changed != nil {
		rows = append(rows, row{}, row{m.face.line(" !! With the key that the relay names now", m.width), loud}, row{})
		rows = m.number(rows, p.Changed.New)
		rows = append(rows, row{})
		rows = m.text(rows, " ", "Take that key (t) only if they read this second number to you.", usual)
	}
	return rows
}

func (m *model) number(rows []row, peer kez.Identity) []row {
	groups := strings.Fields(session.SafetyNumber(m.me.Primary, peer))
	perLine := 4
	if m.width < 30 {
		perLine = 2
	}
	for i := 0; i < len(groups); i += perLine {
		rows = append(rows, row{m.face.line("    "+strings.Join(groups[i:min(len(groups), i+perLine)], "  "), m.width), usual})
	}
	return rows
}

func (m *model) refusedRows() []row {
	rows := []row{{m.face.line(" Refused messages", m.width), bold}}
	if len(m.refused) == 0 {
		return append(rows, row{" None.", usual})
	}
	rows = m.text(rows, " ", "They did not pass the checks, so who sent them is not known. Nothing else was held up by them.", dim)
	for _, one := range m.refused {
		rows = append(rows, row{m.face.line(" "+one.CreatedAt+"  "+string(one.Code), m.width), usual})
		rows = m.text(rows, "   ", one.Reason, dim)
	}
	return rows
}

// readerRows is one message whole. It is laid out once for a width.
func (m *model) readerRows() []row {
	who := "you"
	p, _ := m.peer(m.reader.Peer)
	if !m.reader.Mine {
		who = p.Name
	}
	k := laidOut{m.reader.Peer, m.reader.N, m.width, m.face.method}
	if m.readerLaid != k {
		m.readerLaid = k
		m.readerText = m.text(nil, " ", m.reader.Body, usual)
	}
	head := row{m.face.line(" "+who+", "+m.moment(m.reader.SentAt)+", "+plural(len(m.reader.Body), "byte", "bytes"), m.width), bold}
	return append([]row{head}, m.readerText...)
}

// dialogRows is the question and, in the last line, what is answered.
func (m *model) dialogRows() []row {
	lines, _ := m.face.wrap(m.question(), max(8, m.width-1), 4)
	rows := make([]row, len(lines))
	for i, line := range lines {
		rows[i] = row{line, bold}
	}
	if m.dialog.editor == nil {
		return rows
	}
	text, _ := m.answerText()
	return append(rows, row{"> " + text, usual})
}

// answerText is the visible part of an answer, and the column of the cursor.
func (m *model) answerText() (string, int) {
	lines, places := m.dialog.editor.layout(m.face, max(4, m.width-3))
	at := places[m.dialog.editor.cursor]
	return lines[at.row], at.col
}

func (m *model) answerColumn() int {
	if m.dialog.editor == nil {
		lines, _ := m.face.wrap(m.question(), max(8, m.width-1), 4)
		return min(m.width-1, m.face.width(lines[len(lines)-1])+1)
	}
	_, col := m.answerText()
	return col + 2
}
