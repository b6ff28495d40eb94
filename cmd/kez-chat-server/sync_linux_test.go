package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"kez.lat/kez/cmd/internal/servertest"
	"kez.lat/kez/impl/go/relay"
)

// TestH13_AnswersFollowTheSync reads from a trace of system calls that each 2xx
// which confirms something is written after a sync that covers it (KEZ-RELAY-004,
// KEZ-STORE-027): new messages, the same message from many at once (KEZ-RELAY-049),
// registrations and settings.
func TestH13_AnswersFollowTheSync(t *testing.T) {
	servertest.RequireStrace(t)
	dir := t.TempDir()
	log := filepath.Join(dir, "trace")
	p := program.Start(t, servertest.TraceSyncs(log), filepath.Join(dir, "kez-chat.db"))
	l := newLedger(t, "")
	c, key := l.client(t, p), l.key
	answers := 1 // to the registration
	send := func(envelope string) int {
		status, body, err := post(p.URL+"/v1/messages", fmt.Appendf(nil, `{"to":"alice","envelope":%s}`, envelope))
		if err != nil || status != 201 && status != 200 {
			t.Errorf("%d %v %s", status, err, body)
		}
		return status
	}
	const senders, rounds = 16, 8
	for round := range rounds { // one after the other
		if status := send(fmt.Sprintf(`{"alone":%d}`, round)); status != 201 {
			t.Errorf("status %d", status)
		}
		answers++
	}
	all := func(f func(i int)) {
		var wait sync.WaitGroup
		for i := range senders {
			wait.Go(func() { f(i) })
		}
		wait.Wait()
		answers += senders
	}
	for round := range rounds {
		all(func(i int) { send(fmt.Sprintf(`{"round":%d,"n":%d}`, round, i)) })
		var mu sync.Mutex
		stored := 0
		all(func(int) {
			if send(fmt.Sprintf(`{"same":%d}`, round)) == 201 {
				mu.Lock()
				stored++
				mu.Unlock()
			}
		})
		if stored != 1 {
			t.Errorf("%d of %d were told that they were the first", stored, senders)
		}
	}
	for name, set := range map[string]func() error{
		"policy": func() error {
			return c.SetPolicy(t.Context(), "alice", relay.Policy{Accept: relay.AcceptAnyone}, key)
		},
		"blocks": func() error {
			return c.SetBlocks(t.Context(), "alice", []string{"github:mallory"}, key)
		},
		"proofs": func() error {
			return c.SetProofs(t.Context(), "alice", []json.RawMessage{[]byte(`"github:alice"`)}, key)
		},
	} {
		if err := set(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		answers++
	}
	servertest.Client.CloseIdleConnections()
	p.Stop(t)
	trace, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	v := servertest.Judge(string(trace))
	t.Logf("%d answers, %d syncs of the log", v.Answers, v.Syncs)
	if v.Answers != answers || len(v.Early) > 0 {
		t.Errorf("%d answers, want %d; written before the sync: %q", v.Answers, answers, v.Early)
	}
	if v.Syncs >= v.Answers {
		t.Errorf("%d syncs for %d answers: nothing was committed together", v.Syncs, v.Answers)
	}
}
