package tui

import (
	"strings"
	"time"

	"kez.lat/kez/impl/go/chat/session"
)

// entry is one line of the list: a title, a peer, or the begin of what a peer
// said last.
type entry struct {
	title   string
	peer    *session.Peer
	preview bool
}

// listRows draws the list.
func (m *model) listRows(width, height int) []row {
	peers := m.listed()
	if len(peers) == 0 {
		text := "Nobody yet. n writes to somebody."
		if m.loading && m.me.Primary.IsZero() {
			text = "Reading the history"
		}
		lines, _ := m.face.wrap(text, width-2, height)
		rows := []row{}
		for _, line := range lines {
			rows = append(rows, row{" " + line, dim})
		}
		return fill(rows, height)
	}
	entries, at := m.entries(peers, false)
	if len(entries) < height {
		if roomy, there := m.entries(peers, true); len(roomy) <= height {
			entries, at = roomy, there
		}
	}
	first := 0
	if len(entries) > height {
		first = min(max(0, at-height/2), len(entries)-height)
	}
	rows := []row{}
	for _, e := range entries[first:min(len(entries), first+height)] {
		rows = append(rows, m.entryRow(e, width))
	}
	return fill(rows, height)
}

// entries gives the lines of the list, and which one is selected.
func (m *model) entries(peers []*session.Peer, previews bool) (entries []entry, selected int) {
	for i, p := range peers {
		if i == 0 || peers[i-1].Status != p.Status {
			for _, s := range sections {
				if s.status == p.Status {
					entries = append(entries, entry{title: s.title})
				}
			}
		}
		if p.Primary == m.selected {
			selected = len(entries)
		}
		entries = append(entries, entry{peer: p})
		if previews && p.Preview != "" {
			entries = append(entries, entry{peer: p, preview: true})
		}
	}
	return entries, selected
}

func (m *model) entryRow(e entry, width int) row {
	p := e.peer
	chosen := e.title == "" && p.Primary == m.selected
	switch {
	case e.title != "":
		return row{m.face.line(" "+e.title, width), bold}
	case e.preview:
		return row{m.face.line("    "+p.Preview, width-1), dim}
	}
	mark, s := "  ", usual
	if chosen {
		mark = "> "
		if !m.writing {
			s = bar
		}
	}
	right := ""
	switch {
	case p.Changed != nil:
		right, s = " KEY CHANGED ", loud
	case p.Unread > 0:
		right = " " + thousands(p.Unread) + " new "
		if s == usual {
			s = bold
		}
	case p.Queued > 0:
		right = " " + thousands(p.Queued) + " queued "
	case !p.Last.IsZero() && width >= 24:
		right = " " + m.when(p.Last) + " "
	}
	if !m.drafts[p.Primary].blank() && right == "" {
		right = " draft "
	}
	name := p.Name
	if len(p.Proven) > 0 && p.Changed == nil {
		name += " +" + thousands(len(p.Proven)) // accounts that are proven
	}
	room := width - m.face.width(right) - 2
	return row{" " + mark[:1] + m.face.fit(" "+name, room) + right, s}
}

// blank reports a draft with nothing in it, or none.
func (e *editor) blank() bool { return e == nil || strings.TrimSpace(e.String()) == "" }

// when writes the time of the last message.
func (m *model) when(at time.Time) string { return at.In(m.zone).Format("2 Jan 15:04") }
