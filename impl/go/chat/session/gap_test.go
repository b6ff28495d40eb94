package session

import (
	"fmt"
	"slices"
	"testing"
)

// K-11: dropped messages show as gaps, and one that comes late fills its gap.
func TestK11_DroppedMessagesShowAsGaps(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.person(t, "alice").registered(), w.person(t, "bob").registered()
	var held [][]byte
	n := 0
	w.Intercept(func(to string, envelope []byte) [][]byte {
		n++
		switch {
		case n%3 == 0: // every third is dropped
			held = append(held, envelope)
			return nil
		case n == 4: // 4 and 5 change places
			held = append(held, envelope)
			return nil
		case n == 5:
			four := held[len(held)-1]
			held = held[:len(held)-1]
			return [][]byte{envelope, four}
		}
		return [][]byte{envelope}
	})
	for i := 1; i <= 7; i++ {
		send(t, alice, "bob", fmt.Sprint(i))
	}
	receive(t, bob)
	gaps := func() map[string]int64 {
		thread, err := bob.Thread(t.Context(), id(t, "alice"), -1, 100)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]int64{}
		for _, m := range thread {
			if m.MissingBefore > 0 {
				all[m.Body] = m.MissingBefore
			}
		}
		return all
	}
	if got := bodies(t, bob, "alice"); !slices.Equal(got, []string{"1", "2", "5", "4", "7"}) {
		t.Errorf("%q", got)
	}
	if got := gaps(); fmt.Sprint(got) != "map[4:1 7:1]" {
		t.Errorf("gaps %v", got)
	}
	if p, _ := bob.Peer(t.Context(), id(t, "alice")); p.Missing != 2 {
		t.Errorf("%+v", p)
	}
	w.Intercept(nil)
	w.Deliver("bob", held[0], "2026-06-01T00:00:00Z")
	receive(t, bob)
	if got := gaps(); fmt.Sprint(got) != "map[7:1]" {
		t.Errorf("gaps %v", got)
	}
}

func TestGapsAreBounded(t *testing.T) {
	d := &devRecord{}
	for i := range int64(1000) {
		d.arrived(1<<52 - 2*i)
		d.arrived(3 * i)
	}
	d.arrived(1<<53 - 1)
	if len(d.Missing) > maxGaps {
		t.Errorf("%d gaps", len(d.Missing))
	}
	p := &peerRecord{}
	for i := range 1000 {
		p.count(fmt.Sprint(i), 1<<53-1)
	}
	if len(p.Devs) > maxDevs || p.missing() <= 0 {
		t.Errorf("%d clients, %d missing", len(p.Devs), p.missing())
	}
}
