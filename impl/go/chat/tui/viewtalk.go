package tui

import (
	"strings"

	"kez.lat/kez/impl/go/chat/session"
)

// maxFold is how many lines a thread shows of one message.
const maxFold = 30

// maxWriting is how many lines of a draft are seen at once.
const maxWriting = 5

// talkWidth is how wide the conversation is.
func (m *model) talkWidth() int {
	if m.width >= twoPanes {
		return m.width - min(max(m.width/3, 22), 34) - 1
	}
	return m.width
}

// writeWidth is how wide the text being written is.
func (m *model) writeWidth() int { return m.talkWidth() - 3 }

// threadHeight is how many lines the messages have.
func (m *model) threadHeight() int {
	p, ok := m.peer(m.selected)
	if !ok {
		return 0
	}
	width, height := m.talkWidth(), m.frame().body
	bottom, _ := m.writeRows(p, width, height)
	return max(0, height-len(m.titleRows(p, width, height))-len(bottom))
}

// talkRows draws the conversation.
func (m *model) talkRows(width, height int) ([]row, *place) {
	p, ok := m.peer(m.selected)
	if !ok {
		return fill(nil, height), nil
	}
	title := m.titleRows(p, width, height)
	bottom, cursor := m.writeRows(p, width, height)
	room := max(0, height-len(title)-len(bottom))
	rows := append(title, m.threadRows(p, width, room)...)
	if cursor != nil {
		cursor.row += len(rows)
	}
	return fill(append(rows, bottom...), height), cursor
}

// titleRows is whom the user talks to, and what has to be known about it.
func (m *model) titleRows(p session.Peer, width, height int) []row {
	title := " " + p.Name
	if p.Missing > 0 {
		title += " (" + plural(int(p.Missing), "message", "messages") + " missing)"
	}
	if len(p.Proven) > 0 {
		title += " = " + accounts(p)
	}
	rows := []row{{m.face.line(title, width), bold}}
	text, s := "", usual
	small := height < 12
	switch {
	case p.Changed != nil && p.Changed.Rotated && small:
		s = loud
		text = "KEY CHANGED. " + p.Name + " has a new key, to which the chain of the old one hands over. v shows both, t takes the new one."
	case p.Changed != nil && small:
		s = loud
		text = "KEY CHANGED. " + p.Name + " has another key, and no chain explains it. Ask them another way, compare v; then t takes it."
	case p.Changed != nil && p.Changed.Rotated:
		s = loud
		text = "KEY CHANGED. The relay names a new key for " + p.Name + ", and the chain of the old key hands over to it: the holder of the old key signed this. " +
			"Nothing is sent before you decide: t takes the new key, v and i show both."
	case p.Changed != nil:
		s = loud
		text = "KEY CHANGED. The relay names another key for " + p.Name + " than before, and no chain explains it: somebody may be in between. " +
			"Nothing is sent before you decide. Ask them another way and compare the safety number (v); then t takes the new key."
	case p.Status == session.Request:
		text = p.Name + " is not among your contacts. a accepts, d declines, b blocks."
	case p.Status == session.Held:
		text = "Held: you ask of strangers that their accounts verify. p looks again, a accepts anyway, b blocks."
	case p.Status == session.Declined:
		text = "You declined this. a accepts after all, b blocks."
	case p.Status == session.Blocked:
		text = "You blocked this peer. Nothing of theirs is taken; u ends it."
	}
	if text == "" {
		return rows
	}
	mark := " "
	if s == loud {
		mark = " !! "
	}
	lines, _ := m.face.wrap(text, width-len(mark)-1, max(1, height-4))
	for _, line := range lines {
		rows = append(rows, row{mark + line, s})
	}
	return rows
}

// writeRows is the text being written, or why nothing can be.
func (m *model) writeRows(p session.Peer, width, height int) ([]row, *place) {
	var rows []row
	if m.height >= airy {
		rows = append(rows, m.face.rule(width))
	}
	if text := why(p); text != "" {
		return append(rows, row{m.face.line(" "+text, width), dim}), nil
	}
	e := m.editor()
	if e == nil {
		text := "enter writes"
		if draft := m.drafts[p.Primary]; !draft.blank() {
			text = "draft: " + draft.String()[:min(len(draft.String()), 4*width)]
		}
		return append(rows, row{m.face.line(" > "+text, width), dim}), nil
	}
	lines, places := e.layout(m.face, m.writeWidth())
	at := places[e.cursor]
	most := max(1, min(maxWriting, height/3))
	first := min(max(0, at.row-most+1), max(0, len(lines)-most))
	mark := " > "
	if first > 0 {
		mark = " ^ "
	}
	cursor := &place{len(rows) + at.row - first, at.col + len(mark)}
	for _, line := range lines[first:min(len(lines), first+most)] {
		rows = append(rows, row{mark + line, usual})
		mark = "   "
	}
	return rows, cursor
}

// threadRows draws the messages, the newest at the bottom.
func (m *model) threadRows(p session.Peer, width, height int) []row {
	if m.thread.primary != p.Primary {
		return fill(nil, height)
	}
	var blocks [][]row
	have := 0
	add := func(block []row) {
		blocks = append(blocks, block)
		have += len(block)
	}
	add(m.outgoingRows(p, width))
	messages := m.thread.messages
	for i := len(messages) - 1; i >= 0 && have < m.thread.scroll+height; i-- {
		add(m.messageRows(p, messages, i, width))
	}
	rows := make([]row, 0, have+height)
	if len(messages) == 0 && have == 0 && !m.thread.loading {
		rows = append(rows, row{m.face.line(" No messages yet.", width), dim})
	}
	for i := len(blocks) - 1; i >= 0; i-- {
		rows = append(rows, blocks[i]...)
	}
	end := max(min(height, len(rows)), len(rows)-m.thread.scroll)
	rows = rows[max(0, end-height):end]
	if short := height - len(rows); short > 0 {
		rows = append(make([]row, short), rows...)
	}
	if m.thread.scroll > 0 && height > 1 {
		rows[height-1] = row{m.face.line(" -- older messages: pgdown goes on --", width), dim}
	}
	return rows
}

// outgoingRows draws what is not in the history yet.
func (m *model) outgoingRows(p session.Peer, width int) (rows []row) {
	for _, o := range m.outbox {
		if o.to != p.Primary || m.stored(o) {
			continue
		}
		rows = append(rows, m.bodyRows(p, "", true, o.body, width)...)
		rows = append(rows, row{m.face.line(strings.Repeat(" ", m.indent(p))+"sending", width), dim})
	}
	return rows
}

// stored reports whether a text of the outbox is in the thread by now.
func (m *model) stored(o outgoing) bool {
	for i := len(m.thread.messages) - 1; i >= 0; i-- {
		one := m.thread.messages[i]
		if one.N < o.next {
			return false
		}
		if one.Mine && one.size == len(o.body) && strings.HasPrefix(o.body, one.Body) {
			return true
		}
	}
	return false
}

// linesFrom counts the lines of messages from one on.
func (m *model) linesFrom(messages []shownMessage, from int) (n int) {
	p, ok := m.peer(m.selected)
	if !ok {
		return 0
	}
	for i := from; i < len(messages); i++ {
		n += len(m.messageRows(p, messages, i, m.talkWidth()))
	}
	return n
}

// longOnScreen gives the number of the lowest message on the screen that is not
// shown whole, -1 where there is none.
func (m *model) longOnScreen() int {
	p, ok := m.peer(m.selected)
	if !ok || p.Primary != m.thread.primary {
		return -1
	}
	width, height := m.talkWidth(), m.threadHeight()
	below := 0
	for i := len(m.thread.messages) - 1; i >= 0 && below < m.thread.scroll+height; i-- {
		one := m.thread.messages[i]
		below += len(m.messageRows(p, m.thread.messages, i, width))
		if _, whole := m.face.wrap(one.Body, width-m.indent(p)-1, maxFold); below > m.thread.scroll && (!whole || one.size > len(one.Body)) {
			return one.N
		}
	}
	return -1
}
