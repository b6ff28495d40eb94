package sqlite_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// TestRegistrations [KEZ-RELAY-011] [KEZ-RELAY-020] [KEZ-RELAY-021] [KEZ-RELAY-023]
func TestRegistrations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kez-chat.db")
	s := open(t, path)
	first := register(t, s, "alice", newKey(t, 1))
	again, err := relay.SignRegistration("alice", "kez.test", newKey(t, 1), t0.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if a, isNew, err := s.Register(context.Background(), again, again.Text, t0.Add(time.Minute)); err != nil || isNew || string(a.Registration) != string(first.Registration) || !a.RegisteredAt.Equal(t0) {
		t.Errorf("again: %+v %v %v", a, isNew, err)
	}
	for _, c := range []struct {
		handle string
		key    int
		want   kez.Code
	}{{"alice", 2, kez.HandleTaken}, {"alice2", 1, kez.HandlePrimaryTaken}} {
		r, err := relay.SignRegistration(c.handle, "kez.test", newKey(t, c.key), t0)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Register(context.Background(), r, r.Text, t0); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", c.handle, err, c.want)
		}
	}
	proofs := []json.RawMessage{json.RawMessage(`{"a" :  1}`), json.RawMessage(`"<é"`), json.RawMessage(`1.5e3`)}
	policy := relay.Policy{Accept: relay.AcceptContacts, Contacts: []string{"github:bob"}}
	blocks := []string{"nostr:x"}
	for _, change := range []relay.Settings{{Proofs: &proofs}, {Policy: &policy}, {Blocks: &blocks}} {
		if _, err := s.ByHandle(context.Background(), "alice"); err != nil { // so that it is cached
			t.Fatal(err)
		}
		if _, err := s.Set(context.Background(), "alice", change); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Set(context.Background(), "nobody", relay.Settings{}); !errors.Is(err, kez.HandleUnknown) {
		t.Errorf("%v", err)
	}
	closed(t, s)
	s = open(t, path)
	for range 2 { // from the file and from memory
		a, err := s.ByHandle(context.Background(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%s %s %v %v", a.Proofs, a.Registration, a.Policy, a.Blocks); got != fmt.Sprintf("%s %s %v %v", proofs, first.Registration, policy, blocks) {
			t.Errorf("%s", got)
		}
	}
	if a, err := s.ByPrimary(context.Background(), newKey(t, 1).Identity()); err != nil || a.Handle != "alice" {
		t.Errorf("%v %v", a, err)
	}
	if a, err := s.ByPrimary(context.Background(), newKey(t, 2).Identity()); err != nil || a != nil {
		t.Errorf("%v %v", a, err)
	}
}

// TestR13_OneOfManyWins [KEZ-RELAY-022]
func TestR13_OneOfManyWins(t *testing.T) {
	s := open(t, "")
	var wait sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for n := range 100 {
		r, err := relay.SignRegistration("alice", "kez.test", newKey(t, n), t0)
		if err != nil {
			t.Fatal(err)
		}
		wait.Go(func() {
			_, isNew, err := s.Register(context.Background(), r, r.Text, t0)
			mu.Lock()
			defer mu.Unlock()
			if isNew {
				won++
			} else if !errors.Is(err, kez.HandleTaken) {
				t.Error(err)
			}
		})
	}
	if wait.Wait(); won != 1 {
		t.Errorf("%d won", won)
	}
}
