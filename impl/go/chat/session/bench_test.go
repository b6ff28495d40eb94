package session

import (
	"fmt"
	"testing"

	"kez.lat/kez/impl/go/chat"
)

// BenchmarkReceive takes in messages of 2 KB: opened, checked against all that
// came before, sealed and on the disk. To compare, BenchmarkOpen opens them alone.
func BenchmarkReceive(b *testing.B) {
	w := newWorld(b)
	alice, bob := w.person(b, "alice").registered(), w.person(b, "bob").registered()
	for i := range b.N {
		w.Deliver("bob", sealed(b, alice, i), "2026-06-01T00:00:00Z")
	}
	b.ResetTimer()
	if events, err := bob.Receive(b.Context()); err != nil || len(events) < b.N {
		b.Fatal(len(events), err)
	}
}

func BenchmarkOpen(b *testing.B) {
	w := newWorld(b)
	alice := w.person(b, "alice").session()
	data, bob := sealed(b, alice, 0), key(b, "bob")
	for b.Loop() {
		if _, err := chat.Open(bob, data, w.now(), nil); err != nil {
			b.Fatal(err)
		}
	}
}

func sealed(b *testing.B, s *Session, i int) []byte {
	b.Helper()
	data, err := s.sealer.Seal(id(b, "bob"), chat.Plaintext{Body: fmt.Sprintf("%02000d", i), SentAt: s.now()})
	if err != nil {
		b.Fatal(err)
	}
	return data
}
