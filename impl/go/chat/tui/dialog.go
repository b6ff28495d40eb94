package tui

import (
	"strings"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

// dialog asks one question, in the place of the lines below the conversations.
type dialog struct {
	kind   dialogKind
	editor *editor      // nil where a letter answers
	peer   session.Peer // whom the question is about
}

type dialogKind string

const (
	askTo     dialogKind = "to"
	askHandle dialogKind = "handle"
	askSecret dialogKind = "secret"
	askQuit   dialogKind = "quit"
	askLock   dialogKind = "lock"
	askBlock  dialogKind = "block"
	askChange dialogKind = "change"
)

func (m *model) ask(kind dialogKind, p session.Peer) []effect {
	m.dialog = &dialog{kind: kind, peer: p}
	switch kind {
	case askTo, askHandle, askChange:
		m.dialog.editor = &editor{single: true}
	}
	return nil
}

// question is what the dialog asks.
func (m *model) question() string {
	switch d := m.dialog; d.kind {
	case askTo:
		return "To (a handle, ed25519:KEY, or an account such as github:alice): "
	case askHandle:
		return "Your handle at the relay (3 to 32 of a-z 0-9 _ -): "
	case askSecret:
		return "Type " + m.secret + ": "
	case askQuit:
		return plural(m.unsent(), "text is", "texts are") + " not sent and would be lost. Leave anyway? (y/n) "
	case askLock:
		return plural(m.unsent(), "text is", "texts are") + " not sent and would be lost. Lock anyway? (y/n) "
	case askBlock:
		return "Block " + d.peer.Name + "? Nothing of theirs is taken any more. (y/n) "
	case askChange:
		return "Take the new key of " + d.peer.Name + "? Type yes: "
	}
	return ""
}

// answer takes a key for the dialog.
func (m *model) answer(key, text string) []effect {
	d := m.dialog
	switch key {
	case "esc":
		if d.kind == askSecret {
			d.editor.set("")
		} else {
			m.dialog = nil
		}
		return nil
	case "enter":
		if d.editor != nil {
			if d.kind == askSecret { // blanks belong to a passphrase
				return m.answered(d.editor.String())
			}
			return m.answered(strings.TrimSpace(d.editor.String()))
		}
	}
	if d.editor != nil {
		if !d.editor.press(m.face, key, m.width) && text != "" {
			d.editor.insert(m.face, text)
		}
		return nil
	}
	switch strings.ToLower(text) {
	case "y":
		m.dialog = nil
		switch d.kind {
		case askQuit:
			return []effect{quit{}}
		case askLock:
			return m.lock()
		case askBlock:
			m.busy = "blocking"
			return []effect{decide{d.peer.Primary, blocked}}
		}
	case "n":
		m.dialog = nil
	}
	return nil
}

// answered takes the text of a dialog.
func (m *model) answered(text string) []effect {
	d := m.dialog
	if text == "" {
		return nil
	}
	m.notice = notice{}
	if d.kind == askSecret {
		if m.busy != "" {
			return nil
		}
		d.editor.set("")
		m.busy = "opening"
		return []effect{unlock{text}}
	}
	m.dialog = nil
	switch d.kind {
	case askTo:
		m.busy = "looking for " + text
		return []effect{resolve{text}}
	case askHandle:
		m.busy = "registering"
		return []effect{register{strings.TrimPrefix(text, "@")}}
	case askChange:
		if !strings.EqualFold(text, "yes") {
			m.say("the key is not taken, and nothing is sent")
			return nil
		}
		m.busy = "taking the new key"
		return []effect{acceptChange{d.peer.Primary}}
	}
	return nil
}

// accounts lists what is proven for a peer.
func accounts(p session.Peer) string {
	all := make([]string, len(p.Proven))
	for i, id := range p.Proven {
		all[i] = id.String()
	}
	return strings.Join(all, ", ")
}

// digits gives the key of an identity in groups that can be compared, so many in
// a line.
func digits(id kez.Identity, perLine int) string {
	var b strings.Builder
	for i, r := range id.Value() {
		switch {
		case i > 0 && i%(4*perLine) == 0:
			b.WriteByte('\n')
		case i > 0 && i%4 == 0:
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
