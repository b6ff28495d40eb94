package main_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"kez.lat/kez/cmd/internal/servertest"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// ledger is what the clients of a relay know.
type ledger struct {
	db    string
	key   *keys.Private
	epoch string
	mu    sync.Mutex
	sent  map[string]int64 // seq of each confirmed message
	next  atomic.Int64
}

// TestH13_KilledUnderSenders kills the relay at once while 32 clients send, as
// often as it says, and holds its inbox after each restart against the ledger of
// the clients: what was answered with 2xx is there under the number that was
// told, nothing is there twice, a message that is sent again keeps its number,
// and the epoch stays (KEZ-RELAY-064), since nothing was lost.
func TestH13_KilledUnderSenders(t *testing.T) {
	cycles, total := servertest.Kills(t, rand.New(rand.NewPCG(13, 14)), func() servertest.Ledger {
		return newLedger(t, filepath.Join(t.TempDir(), "kez-chat.db"))
	})
	t.Logf("%d kills, %d messages confirmed, all there", cycles, total)
}

func newLedger(t *testing.T, db string) *ledger {
	t.Helper()
	key, err := keys.Generate(kez.SystemEd25519, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &ledger{db: db, key: key, sent: map[string]int64{}}
}

func (l *ledger) Confirmed() int { return len(l.sent) }

func (l *ledger) client(t *testing.T, p *servertest.Process) *relay.Client {
	t.Helper()
	c, err := relay.NewClient(p.URL, relay.ClientOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Register(t.Context(), "alice", l.key); err != nil {
		t.Fatal(err)
	}
	return c
}

// send posts an envelope and notes the answer; an error means that the relay is
// dead.
func (l *ledger) send(p *servertest.Process, envelope string) (alive bool, err error) {
	status, body, err := post(p.URL+"/v1/messages", fmt.Appendf(nil, `{"to":"alice","envelope":%s}`, envelope))
	if err != nil {
		return false, nil
	}
	var sent relay.Sent
	if err := json.Unmarshal(body, &sent); err != nil || status != 200 && status != 201 {
		return false, fmt.Errorf("status %d: %s", status, body)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if before, known := l.sent[envelope]; known && (before != sent.Seq || status != 200) {
		return false, fmt.Errorf("%s had seq %d and has %d, status %d", envelope, before, sent.Seq, status)
	}
	l.sent[envelope] = sent.Seq
	return true, nil
}

func (l *ledger) KillAfter(t *testing.T, answers int) {
	t.Helper()
	const senders = 32
	p := program.Start(t, nil, l.db)
	l.client(t, p)
	answered := servertest.After(answers, func() { p.Signal(syscall.SIGKILL) })
	var wait sync.WaitGroup
	for range senders {
		wait.Go(func() {
			for {
				alive, err := l.send(p, fmt.Sprintf(`{"n":%d}`, l.next.Add(1)))
				if err != nil {
					t.Error(err)
				}
				if !alive {
					return
				}
				answered()
			}
		})
	}
	wait.Wait()
	servertest.Client.CloseIdleConnections()
}

func (l *ledger) Check(t *testing.T, when string) {
	t.Helper()
	p := program.Start(t, nil, l.db)
	defer p.Stop(t)
	inbox := relay.Inbox{Client: l.client(t, p), Handle: "alice", Key: l.key}
	there, since := map[string]int64{}, int64(0)
	for {
		page, err := inbox.Poll(t.Context(), since, 100)
		if err != nil {
			t.Fatal(err)
		}
		if l.epoch == "" {
			l.epoch = page.Epoch
		}
		if page.Epoch != l.epoch {
			t.Errorf("%s: epoch %s after %s", when, page.Epoch, l.epoch)
		}
		if len(page.Messages) == 0 {
			break
		}
		for _, row := range page.Messages {
			if there[string(row.Envelope)] != 0 {
				t.Errorf("%s: %s is there twice", when, row.Envelope)
			}
			there[string(row.Envelope)] = row.Seq
		}
		since = page.Next
	}
	last := ""
	for envelope, seq := range l.sent {
		if there[envelope] != seq {
			t.Errorf("%s: %s was confirmed as %d and is %d", when, envelope, seq, there[envelope])
		}
		last = envelope
	}
	if _, err := l.send(p, last); err != nil {
		t.Errorf("%s: %v", when, err)
	}
}
