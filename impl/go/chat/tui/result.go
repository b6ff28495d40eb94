package tui

import (
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

// result takes in what an effect brought.
func (m *model) result(msg tea.Msg) []effect {
	switch msg := msg.(type) {
	case peersMsg:
		return m.gotPeers(msg)
	case threadMsg:
		return m.gotThread(msg)
	case bodyMsg:
		if msg.err != nil {
			m.complain(msg.err)
			return nil
		}
		m.reader, m.page, m.scroll = msg.message, readerPage, 0
	case refusedMsg:
		if msg.err != nil {
			m.complain(msg.err)
			return nil
		}
		m.refused = msg.list
	case eventMsg:
		return m.event(msg.Event)
	case followMsg:
		m.followed(msg.err)
	case sendMsg:
		return m.sent(msg)
	case resolveMsg:
		return m.resolved(msg)
	case decideMsg:
		return m.decided(msg)
	case acceptChangeMsg:
		m.busy = ""
		if msg.err != nil {
			m.complain(msg.err)
		}
		if msg.peer.Primary.IsZero() {
			return m.reload()
		}
		if draft := m.drafts[msg.old]; draft != nil { // what was being written is meant for the person
			delete(m.drafts, msg.old)
			m.drafts[msg.peer.Primary] = draft
		}
		m.say("the new key of " + msg.peer.Name + " is taken; what was queued for the old one is not sent")
		return append(m.show(msg.peer.Primary), m.reload()...)
	case proveMsg:
		m.busy = ""
		switch {
		case errors.Is(msg.err, kez.HandleUnknown):
			m.say("they have no handle at this relay, so it names no accounts to verify")
		case msg.err != nil:
			m.complain(msg.err)
		case len(msg.peer.Proven) == 0:
			m.say("no account of " + msg.peer.Name + " is proven")
		default:
			m.say(fmt.Sprintf("%d proven: %s", len(msg.peer.Proven), accounts(msg.peer)))
		}
		return m.reload()
	case registerMsg:
		m.busy = ""
		if msg.err != nil {
			m.complain(msg.err)
			return nil
		}
		m.me = msg.me
		m.say("you are @" + msg.me.Handle + " at " + msg.me.Server)
		m.link = link{state: connecting}
		return []effect{follow{}}
	}
	return nil
}

func (m *model) gotPeers(msg peersMsg) []effect {
	if msg.err != nil {
		m.loading = false
		m.complain(msg.err)
		return nil
	}
	m.me, m.peers, m.loading = msg.me, msg.peers, false
	var effects []effect
	if _, ok := m.peer(m.selected); !ok {
		m.writing = false
		m.selected = kez.Identity{}
		if list := m.listed(); len(list) > 0 {
			effects = m.show(list[0].Primary)
		}
	}
	if p, ok := m.peer(m.selected); ok && m.writing && p.Unread > 0 {
		effects = append(effects, markRead{p.Primary})
	}
	if m.stale {
		m.stale = false
		effects = append(effects, m.reload()...)
	}
	return effects
}

func (m *model) gotThread(msg threadMsg) []effect {
	t := &m.thread
	if msg.primary != t.primary {
		return nil // another one is shown by now
	}
	t.loading = false
	if msg.err != nil {
		m.complain(msg.err)
		return nil
	}
	if t.scroll > 0 && len(t.messages) > 0 {
		// What is being read stays where it is.
		last := t.messages[len(t.messages)-1].N
		for i, one := range msg.messages {
			if one.N > last {
				t.scroll += m.linesFrom(msg.messages, i)
				break
			}
		}
	}
	t.messages = msg.messages
	if t.stale || msg.limit != t.limit {
		t.stale = false
		return m.reread()
	}
	return nil
}

// event takes in what following the relay brings.
func (m *model) event(e session.Event) []effect {
	switch e.Kind {
	case session.EventOnline:
		m.link = link{state: online}
		return m.reload()
	case session.EventOffline:
		m.link = link{offline, e.Err}
		return m.reload()
	case session.EventRefused:
		m.news++
		m.warn("a message was refused: " + string(e.Refused.Code) + "; r lists them")
		return []effect{loadRefused{}}
	case session.EventChanged:
		m.warn("THE KEY OF " + e.Peer.Name + " HAS CHANGED; nothing is sent to them before you decide")
	case session.EventSent:
		m.say("what was queued is sent")
		if e.Message.State == session.Failed {
			m.warn("not sent to " + e.Peer.Name + ": " + e.Message.Reason + " (" + string(e.Message.Code) + ")")
		}
	case session.EventMessage:
		switch {
		case e.Peer.Primary == m.selected && m.writing:
		case e.Peer.Status == session.Request && e.Peer.Unread == 1:
			m.say(e.Peer.Name + " asks to talk to you")
		case e.Peer.Status == session.Contact:
			m.say("a new message from " + e.Peer.Name)
		}
	}
	effects := m.reload()
	if e.Peer.Primary == m.thread.primary {
		effects = append(effects, m.reread()...)
	}
	return effects
}

// followed takes in that following ended, which it does not by itself.
func (m *model) followed(err error) {
	switch {
	case errors.Is(err, kez.HandleUnknown):
		m.link = link{unregistered, err}
	case err != nil:
		m.link = link{stopped, err}
	default:
		m.link = link{state: offline}
	}
}

// sent takes in what became of the first text of the outbox.
func (m *model) sent(msg sendMsg) []effect {
	m.outbox = m.outbox[1:]
	stored := msg.err == nil || msg.message.State != ""
	switch {
	case msg.err == nil:
	case stored && msg.message.State == session.Queued:
		m.say("kept, and sent when the relay answers")
	default:
		m.complain(msg.err)
	}
	if !stored { // nothing of it is lost
		e := m.drafts[msg.primary]
		if e == nil {
			e = &editor{}
			m.drafts[msg.primary] = e
		}
		later := e.String()
		e.set(msg.body)
		if later != "" {
			e.insert(m.face, "\n"+later)
		}
	}
	if m.dialog != nil && m.unsent() == 0 {
		// Nothing stands in the way any more of what was asked for.
		switch m.dialog.kind {
		case askQuit:
			return []effect{quit{}}
		case askLock:
			return m.lock()
		}
	}
	effects := m.reload()
	if msg.primary == m.thread.primary {
		effects = append(effects, m.reread()...)
	}
	return append(effects, m.sendNext()...)
}

// sendNext sends the first text of the outbox.
func (m *model) sendNext() []effect {
	if len(m.outbox) == 0 {
		return nil
	}
	next := &m.outbox[0]
	if p, ok := m.peer(next.to); ok {
		next.next = p.Messages
	}
	return []effect{sendText{next.to, next.body}}
}

func (m *model) resolved(msg resolveMsg) []effect {
	m.busy = ""
	switch {
	case errors.Is(msg.err, kez.MessagePeerChanged):
		m.complain(msg.err)
		if !msg.peer.Primary.IsZero() {
			return append(m.show(msg.peer.Primary), m.reload()...)
		}
		return m.reload()
	case msg.err != nil:
		m.complain(msg.err)
		return nil
	}
	m.notice = notice{}
	if _, ok := m.peer(msg.peer.Primary); !ok {
		m.peers = append(m.peers, msg.peer)
	}
	effects := m.show(msg.peer.Primary)
	m.writing = true
	return append(effects, m.reload()...)
}

func (m *model) decided(msg decideMsg) []effect {
	m.busy = ""
	p, _ := m.peer(msg.primary)
	switch {
	case msg.err == nil:
		m.say(p.Name + " is " + string(msg.verdict))
	case session.Unreachable(msg.err), errors.Is(msg.err, kez.HandleUnknown):
		m.say(p.Name + " is " + string(msg.verdict) + " here; the relay hears of it when it answers")
	default:
		m.complain(msg.err)
		return m.reload()
	}
	m.writing = false
	for i := range m.peers { // at once, and for sure when they are loaded
		if m.peers[i].Primary == msg.primary {
			m.peers[i].Status = msg.verdict.status()
		}
	}
	return m.reload()
}
