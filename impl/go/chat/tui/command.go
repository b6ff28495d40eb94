package tui

import (
	"slices"

	"kez.lat/kez/impl/go/chat/session"
)

func (m *model) toggle() []effect {
	switch {
	case m.page != noPage:
		return nil
	case m.writing:
		m.writing = false
		return nil
	}
	return m.write()
}

func (m *model) back() []effect {
	if m.page != noPage {
		if m.page == readerPage {
			m.reader = session.Message{}
		}
		m.page, m.scroll = noPage, 0
		return nil
	}
	m.writing = false
	return nil
}

func (m *model) open(p page) []effect {
	m.page, m.scroll = p, 0
	return nil
}

// openOf opens a page about the peer that is selected.
func (m *model) openOf(p page) []effect {
	if _, ok := m.peer(m.selected); !ok {
		return nil
	}
	return m.open(p)
}

func (m *model) openRefused() []effect {
	m.news = 0
	m.open(refusedPage)
	return []effect{loadRefused{}}
}

// openLong reads the lowest message on the screen that is not shown whole.
func (m *model) openLong() []effect {
	n := m.longOnScreen()
	if n < 0 {
		m.say("every message here is shown whole")
		return nil
	}
	return []effect{loadBody{m.thread.primary, n}}
}

// move chooses another peer, or scrolls where there is no list to choose from.
func (m *model) move(by int) []effect {
	if m.page != noPage || m.writing {
		return m.roll(-by)
	}
	list := m.listed()
	if len(list) == 0 {
		return nil
	}
	i := slices.IndexFunc(list, func(p *session.Peer) bool { return p.Primary == m.selected })
	i = min(max(0, i+by), len(list)-1)
	return m.show(list[i].Primary)
}

// roll scrolls back by so many lines, or forth where it is negative.
func (m *model) roll(by int) []effect {
	if m.page != noPage {
		m.scroll = min(max(0, m.scroll-by), max(0, m.pageLength()-m.pageHeight()))
		return nil
	}
	t := &m.thread
	t.scroll = max(0, t.scroll+by)
	length := m.linesFrom(t.messages, 0)
	top := max(0, length-m.threadHeight())
	if t.scroll <= top {
		return nil
	}
	t.scroll = top
	if len(t.messages) > 0 && t.messages[0].N > 0 && t.limit < maxLoad {
		t.limit = min(2*t.limit, maxLoad)
		return m.reread()
	}
	if len(t.messages) > 0 && t.messages[0].N > 0 {
		m.say("older messages: kez chat read, or kez chat export")
	}
	return nil
}

func (m *model) retry() []effect {
	effects := append(m.reload(), m.reread()...)
	switch m.link.state {
	case stopped, unregistered:
		m.link = link{state: connecting}
		return append(effects, follow{})
	}
	return effects
}

func (m *model) askQuit() []effect {
	if m.unsent() > 0 {
		return m.ask(askQuit, session.Peer{})
	}
	return []effect{quit{}}
}

func (m *model) askLock() []effect {
	if m.unsent() > 0 {
		return m.ask(askLock, session.Peer{})
	}
	return m.lock()
}

func (m *model) askChange() []effect {
	p, ok := m.peer(m.selected)
	if !ok || p.Changed == nil {
		m.say("the key of this peer has not changed")
		return nil
	}
	return m.ask(askChange, p)
}

// toChanged selects the next peer whose key has changed.
func (m *model) toChanged() []effect {
	i := slices.IndexFunc(m.peers, func(p session.Peer) bool { return p.Primary == m.selected })
	for k := range m.peers {
		if p := m.peers[(i+1+k)%len(m.peers)]; p.Changed != nil {
			m.page = noPage
			m.writing = true
			return m.show(p.Primary)
		}
	}
	m.say("no key has changed")
	return nil
}

func (m *model) prove() []effect {
	p, ok := m.peer(m.selected)
	if !ok || m.busy != "" {
		return nil
	}
	m.busy = "verifying the accounts of " + p.Name
	return []effect{prove{p.Primary}}
}

// decide does what a person decides about the selected peer.
func (m *model) decide(v verdict) []effect {
	p, ok := m.peer(m.selected)
	if !ok || m.busy != "" {
		return nil
	}
	switch {
	case v == blocked && p.Status != session.Blocked:
		return m.ask(askBlock, p)
	case v == unblocked && p.Status == session.Blocked,
		v == accepted && (p.Status == session.Request || p.Status == session.Held || p.Status == session.Declined),
		v == declined && (p.Status == session.Request || p.Status == session.Held):
		m.busy = "telling the relay"
		return []effect{decide{p.Primary, v}}
	}
	m.say(p.Name + " is " + standing(p.Status))
	return nil
}

// standing tells how a peer stands.
func standing(s session.Status) string {
	switch s {
	case session.Contact:
		return "a contact"
	case session.Request:
		return "a request"
	case session.Held:
		return "held until enough of their accounts verify"
	}
	return string(s)
}
