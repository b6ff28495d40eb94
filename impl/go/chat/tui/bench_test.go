package tui

import (
	"encoding/binary"
	"encoding/hex"
	"testing"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// crowd makes many peers, a tenth of them contacts.
func crowd(t testing.TB, n int) (peers []session.Peer) {
	t.Helper()
	for i := range n {
		var seed [32]byte
		binary.BigEndian.PutUint32(seed[:], uint32(i+1))
		key, err := keys.ParseSeedHex(hex.EncodeToString(seed[:]))
		if err != nil {
			t.Fatal(err)
		}
		p := session.Peer{Primary: key.Identity(), Name: session.UnknownName(key.Identity()), Status: session.Request, Unread: 1, Last: noon, Preview: "may I?"}
		if i%10 == 0 {
			p.Name, p.Handle, p.Status, p.Proven = "@peer", "peer", session.Contact, []kez.Identity{}
		}
		peers = append(peers, p)
	}
	return peers
}

// BenchmarkView draws the window with many peers and a long thread, scrolled far
// up.
func BenchmarkView(b *testing.B) {
	m := newModel("x", nil)
	m.start()
	m.update(peersMsg{me: session.Me{Primary: alice}, peers: crowd(b, 5000)})
	m.update(threadMsg{primary: m.selected, limit: firstLoad, messages: thread100(maxLoad)})
	for _, scroll := range []int{0, 900} {
		b.Run(map[int]string{0: "end", 900: "scrolled"}[scroll], func(b *testing.B) {
			m.thread.scroll = scroll
			for b.Loop() {
				m.view()
			}
		})
	}
	b.Run("key", func(b *testing.B) {
		for b.Loop() {
			m.move(1)
			m.thread.loading = false
			m.view()
		}
	})
}

// BenchmarkTyping adds a character to a draft that is nearly as large as can be.
func BenchmarkTyping(b *testing.B) {
	m := newModel("x", nil)
	m.start()
	m.update(peersMsg{me: session.Me{Primary: alice}, peers: []session.Peer{contact(bob, "bob")}})
	m.write()
	e := m.editor()
	for e.insert(m.face, "some words, and more of them ") && e.size < maxText-1024 {
	}
	for b.Loop() {
		e.insert(m.face, "x")
		e.press(m.face, "backspace", 50)
		m.view()
	}
}
