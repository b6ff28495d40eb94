package main_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

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
	const senders, perDatabase = 32, 20
	cycles := perDatabase
	if os.Getenv("KEZ_SOAK") == "1" {
		cycles = 500
	}
	random := rand.New(rand.NewPCG(13, 14))
	total := 0
	for cycle := 0; cycle < cycles; cycle += perDatabase {
		key, err := keys.Generate(kez.SystemEd25519, nil)
		if err != nil {
			t.Fatal(err)
		}
		l := &ledger{db: filepath.Join(t.TempDir(), "kez-chat.db"), key: key, sent: map[string]int64{}}
		for i := range perDatabase {
			l.killAfter(t, senders, 1+random.IntN(300))
			l.check(t, fmt.Sprintf("cycle %d", cycle+i))
			if t.Failed() {
				return
			}
		}
		total += len(l.sent)
	}
	t.Logf("%d kills, %d messages confirmed, all there", cycles, total)
}

func (l *ledger) client(t *testing.T, p *process) *relay.Client {
	t.Helper()
	c, err := relay.NewClient(p.url, relay.ClientOptions{})
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
func (l *ledger) send(p *process, envelope string) (alive bool, err error) {
	status, body, err := post(p.url+"/v1/messages", fmt.Appendf(nil, `{"to":"alice","envelope":%s}`, envelope))
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

func (l *ledger) killAfter(t *testing.T, senders, answers int) {
	t.Helper()
	p := launch(t, nil, l.db)
	l.client(t, p)
	left := atomic.Int64{}
	left.Store(int64(answers))
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
				if left.Add(-1) == 0 {
					p.signal(syscall.SIGKILL)
				}
			}
		})
	}
	wait.Wait()
	client.CloseIdleConnections()
}

func (l *ledger) check(t *testing.T, when string) {
	t.Helper()
	p := launch(t, nil, l.db)
	defer p.stop(t)
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
