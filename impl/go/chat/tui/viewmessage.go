package tui

import (
	"strings"
	"time"

	"kez.lat/kez/impl/go/chat/session"
)

// by is how a thread names the peer, in few columns.
func by(p session.Peer) string {
	if p.Handle == "" {
		return "they"
	}
	return "@" + p.Handle
}

// nameWidth is the column of names, indent where bodies begin.
func (m *model) nameWidth(p session.Peer) int { return min(max(m.face.width(by(p)), 3), 10) }
func (m *model) indent(p session.Peer) int    { return 8 + m.nameWidth(p) }

// messageRows draws one message with what stands before it.
func (m *model) messageRows(p session.Peer, messages []shownMessage, i, width int) []row {
	one := messages[i]
	at := one.SentAt.In(m.zone)
	var rows []row
	if i == 0 || day(messages[i-1].SentAt.In(m.zone)) != day(at) {
		rows = append(rows, row{m.face.line(" -- "+at.Format("Monday 2 January 2006")+" --", width), dim})
	}
	if one.MissingBefore > 0 {
		rows = append(rows, row{m.face.line(" !! "+plural(int(one.MissingBefore), "message", "messages")+" missing here", width), loud})
	}
	rows = append(rows, m.bodyRows(p, at.Format("15:04"), one.Mine, one.Body, width)...)
	note, s := "", dim
	switch {
	case one.size > len(one.Body):
		note = "(" + thousands(one.size) + " bytes in all: o reads it whole)"
	case m.folded(p, one, width):
		note = "(there is more: o reads it whole)"
	}
	if note != "" {
		rows = append(rows, row{m.face.line(strings.Repeat(" ", m.indent(p))+note, width), s})
	}
	note = ""
	switch one.State {
	case session.Queued:
		note = "queued, not sent yet"
	case session.Failed:
		note, s = "! not sent: "+one.Reason+" ("+string(one.Code)+")", loud
	}
	if note != "" {
		lines, _ := m.face.wrap(note, width-m.indent(p)-1, 4)
		for _, line := range lines {
			rows = append(rows, row{strings.Repeat(" ", min(m.indent(p), width)) + line, s})
		}
	}
	return rows
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

func (m *model) folded(p session.Peer, one shownMessage, width int) bool {
	_, whole := m.face.wrap(one.Body, width-m.indent(p)-1, maxFold)
	return !whole
}

// bodyRows draws who wrote what.
func (m *model) bodyRows(p session.Peer, clock string, mine bool, body string, width int) []row {
	who := by(p)
	if mine {
		who = "you"
	}
	head := " " + m.face.fit(clock, 5) + " " + m.face.fit(who, m.nameWidth(p)) + " "
	lines, _ := m.face.wrap(body, width-m.indent(p)-1, maxFold)
	rows := make([]row, len(lines))
	for i, line := range lines {
		rows[i] = row{head + line, usual}
		head = strings.Repeat(" ", m.indent(p))
	}
	return rows
}
