package tui

import (
	"fmt"
	"strings"

	"kez.lat/kez/impl/go/chat/session"
)

// header is who the user is, and what is new.
func (m *model) header() row {
	who := "kez chat"
	switch {
	case m.locked:
	case m.me.Handle != "":
		who += "  @" + m.me.Handle + " at " + m.me.Server
	case m.me.Server != "":
		who += "  (no handle at " + m.me.Server + ")"
	}
	unread := 0
	for i := range m.peers {
		if p := &m.peers[i]; p.Status == session.Contact || p.Status == session.Request {
			unread += p.Unread
		}
	}
	return m.face.ends(" "+who, plural(unread, "new message", "new messages")+" ", m.width, bar)
}

// status tells how the relay does and what waits.
func (m *model) status() row {
	text, s := "", usual
	queued := m.queued()
	switch m.link.state {
	case connecting:
		text = "connecting"
	case online:
		text, s = "online", good
		if queued > 0 {
			text += " · " + thousands(queued) + " queued"
		}
	case offline:
		s = loud
		text = "offline · nothing queued, new messages wait at the relay"
		if queued > 0 {
			text = "offline · " + thousands(queued) + " queued, sent when the relay answers"
		}
	case unregistered:
		text, s = "this key has no handle at the relay: R registers one", loud
	case stopped:
		text, s = "stopped: "+failure(m.link.err)+" · ctrl+r tries again", loud
	}
	if m.locked {
		text, s = "locked", usual
	}
	if n := len(m.outbox); n > 0 {
		text = fmt.Sprintf("sending %d · %s", n, text)
	}
	if m.busy != "" {
		text = m.busy + " · " + text
	}
	if m.news > 0 {
		text += " · " + thousands(m.news) + " refused (r)"
	}
	if m.face.ascii {
		text = strings.ReplaceAll(text, "·", "-")
	}
	return row{m.face.line(" "+text, m.width), s}
}

// footer is the status, and below it what is asked, told, or can be done.
func (m *model) footer() []row {
	rows := []row{m.status()}
	changed := 0
	for i := range m.peers {
		if m.peers[i].Changed != nil {
			changed++
		}
	}
	if changed > 0 && (m.page != noPage || !m.selectedChanged()) {
		rows = append(rows, row{m.face.line(" !! "+plural(changed, "KEY HAS", "KEYS HAVE")+" CHANGED: nothing is sent to them before you decide (esc, c)", m.width), loud})
	}
	if m.dialog != nil {
		if m.notice.text != "" {
			rows = append(rows, m.told()...)
		}
		return append(rows, m.dialogRows()...)
	}
	if m.notice.text != "" {
		return append(rows, m.told()...)
	}
	return append(rows, row{m.face.line(" "+m.hints(), m.width), dim})
}

func (m *model) selectedChanged() bool {
	p, ok := m.peer(m.selected)
	return ok && p.Changed != nil && (m.writing || m.width >= twoPanes)
}

// told is the notice, on at most three lines.
func (m *model) told() []row {
	s, mark := usual, " "
	if m.notice.loud {
		s, mark = loud, " ! "
	}
	lines, whole := m.face.wrap(m.notice.text, m.width-len(mark)-1, 3)
	rows := make([]row, len(lines))
	for i, line := range lines {
		if i == len(lines)-1 && !whole {
			line = m.face.line(line+" "+m.face.dots(), m.width-len(mark))
		}
		rows[i] = row{mark + line, s}
		mark = strings.Repeat(" ", len(mark))
	}
	return rows
}

func (m *model) hints() string {
	p, _ := m.peer(m.selected)
	list := []string{"enter open", "n new", "? help", "ctrl+l lock", "q quit"}
	switch {
	case m.page != noPage:
		list = []string{"esc back", "up, down scroll"}
	case m.editor() != nil:
		list = []string{"enter send", "alt+enter new line", "esc list", "f1 help"}
	case m.writing && p.Changed != nil:
		list = []string{"t take the new key", "v safety number", "i both keys", "esc list", "? help"}
	case m.writing && p.Status == session.Blocked:
		list = []string{"u unblock", "i info", "esc list", "? help"}
	case m.writing:
		list = []string{"a accept", "d decline", "b block", "i info", "esc list", "? help"}
	case m.selected.IsZero():
		list = []string{"n new", "? help", "ctrl+l lock", "q quit"}
	}
	separator := " · "
	if m.face.ascii {
		separator = " - "
	}
	for len(list) > 2 && m.face.width(strings.Join(list, separator)) > m.width-2 {
		list = append(list[:len(list)-2], list[len(list)-1]) // the last one is how to get on
	}
	return strings.Join(list, separator)
}
