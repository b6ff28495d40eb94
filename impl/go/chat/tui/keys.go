package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"kez.lat/kez/impl/go/chat/session"
)

// Key is one key of the screen and what it does.
type Key struct {
	Keys, Does string
}

// binding is a key with its work.
type binding struct {
	keys  []string
	label string // how the help writes them, "" for no line of its own
	does  string
	run   func(*model) []effect
}

// everywhere work also while a text is being written.
func everywhere() []binding {
	return []binding{
		{[]string{"tab", "shift+tab"}, "tab", "between the list and the conversation", (*model).toggle},
		{[]string{"esc"}, "esc", "back", (*model).back},
		{[]string{"pgup"}, "pgup, pgdown", "scroll", func(m *model) []effect { return m.roll(m.pageHeight()) }},
		{[]string{"pgdown"}, "", "", func(m *model) []effect { return m.roll(-m.pageHeight()) }},
		{[]string{"ctrl+r"}, "ctrl+r", "ask the relay again", (*model).retry},
		{[]string{"ctrl+l"}, "ctrl+l", "lock: forget the keys and what is shown", (*model).askLock},
		{[]string{"ctrl+z"}, "ctrl+z", "suspend", func(*model) []effect { return []effect{suspend{}} }},
		{[]string{"ctrl+c", "ctrl+q"}, "ctrl+c", "quit", (*model).askQuit},
		{[]string{"f1"}, "", "", func(m *model) []effect { return m.open(helpPage) }},
	}
}

// commands work where no text is being written.
func commands() []binding {
	return []binding{
		{[]string{"up", "k"}, "up, down", "choose in the list, or scroll by a line", func(m *model) []effect { return m.move(-1) }},
		{[]string{"down", "j"}, "", "", func(m *model) []effect { return m.move(1) }},
		{[]string{"home", "g"}, "", "", func(m *model) []effect { return m.move(-1 << 20) }},
		{[]string{"end", "G"}, "", "", func(m *model) []effect { return m.move(1 << 20) }},
		{[]string{"enter", "right", "l"}, "enter", "open the conversation and write", (*model).write},
		{[]string{"left", "h"}, "", "", (*model).back},
		{[]string{"n"}, "n", "write to somebody new", func(m *model) []effect { return m.ask(askTo, session.Peer{}) }},
		{[]string{"i"}, "i", "the key, the name and the accounts of this peer", func(m *model) []effect { return m.openOf(infoPage) }},
		{[]string{"v"}, "v", "the safety number to compare with this peer", func(m *model) []effect { return m.openOf(numberPage) }},
		{[]string{"p"}, "p", "verify the accounts of this peer now", (*model).prove},
		{[]string{"o"}, "o", "read a long message whole", (*model).openLong},
		{[]string{"a"}, "a, d, b", "accept, decline or block a request or peer", func(m *model) []effect { return m.decide(accepted) }},
		{[]string{"d"}, "", "", func(m *model) []effect { return m.decide(declined) }},
		{[]string{"b"}, "", "", func(m *model) []effect { return m.decide(blocked) }},
		{[]string{"u"}, "u", "unblock", func(m *model) []effect { return m.decide(unblocked) }},
		{[]string{"t"}, "t", "take the new key of this peer, once you know whose it is", (*model).askChange},
		{[]string{"s"}, "s", "show or hide who is declined or blocked", func(m *model) []effect { m.hidden = !m.hidden; return nil }},
		{[]string{"r"}, "r", "messages that were refused", (*model).openRefused},
		{[]string{"c"}, "c", "go to a peer whose key has changed", (*model).toChanged},
		{[]string{"R"}, "R", "register a handle at the relay", func(m *model) []effect { return m.ask(askHandle, session.Peer{}) }},
		{[]string{"?"}, "?", "this help (f1 while you write)", func(m *model) []effect { return m.open(helpPage) }},
		{[]string{"q"}, "q", "quit", (*model).askQuit},
	}
}

// Keys lists what every key does, for help texts.
func Keys() []Key {
	list := []Key{}
	for _, table := range [][]binding{commands(), everywhere()} {
		for _, b := range table {
			if b.label != "" {
				list = append(list, Key{b.label, b.does})
			}
		}
	}
	return append(list,
		Key{"enter", "while you write: send"},
		Key{"alt+enter", "while you write: a new line"},
		Key{"ctrl+a e w u k", "while you write: move and delete as in a shell"})
}

// press takes one key.
func (m *model) press(k tea.Key) []effect {
	key, text := k.Keystroke(), ""
	if k.Text != "" && k.Mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		text = k.Text
		if k.Code != tea.KeySpace {
			key = text // with shift, it is the character that counts
		}
	}
	switch {
	case key == "ctrl+c" && (m.locked || m.dialog != nil && m.dialog.kind == askQuit):
		return []effect{quit{}}
	case m.dialog != nil && key != "ctrl+c" && key != "ctrl+z":
		return m.answer(key, text)
	}
	e := m.editor()
	if e != nil && key == "enter" {
		return m.submit(e)
	}
	if e != nil && (text != "" || e.press(m.face, key, m.talkWidth())) {
		m.notice = notice{}
		if text != "" && !e.insert(m.face, text) {
			m.warn("a message holds no more text")
		}
		return nil
	}
	tables := [][]binding{everywhere(), commands()}
	if e != nil {
		tables = tables[:1]
	}
	for _, table := range tables {
		for _, b := range table {
			for _, one := range b.keys {
				if one == key {
					m.notice = notice{}
					return b.run(m)
				}
			}
		}
	}
	return nil
}

// paste puts a pasted text where text is written.
func (m *model) paste(text string) []effect {
	e := m.editor()
	if m.dialog != nil {
		e = m.dialog.editor
	}
	if e == nil {
		return nil
	}
	if !e.insert(m.face, text) {
		m.warn("the pasted text is larger than a message can be; nothing was pasted")
	}
	return nil
}

// submit sends what was written.
func (m *model) submit(e *editor) []effect {
	body := e.String()
	if strings.TrimSpace(body) == "" {
		return nil
	}
	e.set("")
	m.thread.scroll = 0
	m.outbox = append(m.outbox, outgoing{to: m.selected, body: body})
	if len(m.outbox) > 1 {
		return nil // it follows the one before
	}
	return m.sendNext()
}
