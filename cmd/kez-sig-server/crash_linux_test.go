package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"kez.lat/kez/impl/go/sigchain"
)

// TestH13_KilledUnderWriters kills the store at once while 32 clients write, as
// often as it says, and holds what it has after each restart against the ledger
// of the clients (KEZ-STORE-027): whatever was answered with 2xx is there,
// nothing is there twice, and every chain verifies.
func TestH13_KilledUnderWriters(t *testing.T) {
	const writers, perDatabase = 32, 20
	cycles := perDatabase
	if os.Getenv("KEZ_SOAK") == "1" {
		cycles = 500
	}
	random := rand.New(rand.NewPCG(13, 13))
	total := 0
	for cycle := 0; cycle < cycles; cycle += perDatabase {
		l := &ledger{db: filepath.Join(t.TempDir(), "kez-sig.db")}
		for range writers {
			l.authors = append(l.authors, newAuthor(t))
		}
		l.confirmed = make([]int, writers)
		for i := range perDatabase {
			l.killAfter(t, 1+random.IntN(300))
			l.check(t, fmt.Sprintf("cycle %d", cycle+i))
			if t.Failed() {
				return
			}
		}
		for _, n := range l.confirmed {
			total += n
		}
	}
	t.Logf("%d kills, %d events confirmed, all there", cycles, total)
}

// ledger is what the clients know: every event they signed, and how many of
// each chain were confirmed. At most one more may be stored without an answer.
type ledger struct {
	db        string
	authors   []*author
	confirmed []int
}

// killAfter lets all write until so many answers came, and kills the store in
// that moment, whatever else is under way.
func (l *ledger) killAfter(t *testing.T, answers int) {
	t.Helper()
	p := start(t, l.db)
	left := atomic.Int64{}
	left.Store(int64(answers))
	err := all(l.authors, func(i int, a *author) error {
		for {
			if len(a.lines) == l.confirmed[i] {
				if _, err := a.next(); err != nil {
					return err
				}
			}
			status, body, err := post(a.url(p.url), a.lines[l.confirmed[i]])
			if err != nil {
				return nil // it is dead
			}
			if status != 200 && status != 201 {
				return fmt.Errorf("status %d: %s", status, body)
			}
			l.confirmed[i]++
			if left.Add(-1) == 0 {
				p.signal(syscall.SIGKILL)
			}
		}
	})
	client.CloseIdleConnections()
	if err != nil {
		t.Fatal(err)
	}
}

func (l *ledger) check(t *testing.T, when string) {
	t.Helper()
	p := start(t, l.db)
	defer p.stop(t)
	stored := 0
	for i, a := range l.authors {
		status, body, err := get(a.url(p.url))
		if err != nil || status != 200 && (status != 404 || l.confirmed[i] > 0) {
			t.Errorf("%s: chain %d with %d confirmed events: status %d, %v", when, i, l.confirmed[i], status, err)
			continue
		}
		if status == 404 {
			continue
		}
		lines := bytes.Count(body, []byte("\n"))
		stored += lines
		if lines < l.confirmed[i] || lines > len(a.lines) || !bytes.HasPrefix(a.chain(), body) {
			t.Errorf("%s: chain %d has %d events, and %d were confirmed of %d", when, i, lines, l.confirmed[i], len(a.lines))
		}
		if _, err := sigchain.VerifyBytes(body); err != nil {
			t.Errorf("%s: chain %d: %v", when, i, err)
		}
	}
	export := wantGet(t, p.url+"/v1/export")
	n := 0
	seen := map[string]bool{}
	for line := range bytes.Lines(export) {
		var arrival struct {
			N     int
			Event json.RawMessage
		}
		if err := json.Unmarshal(line, &arrival); err != nil {
			t.Fatal(err)
		}
		if n++; arrival.N != n || seen[string(arrival.Event)] {
			t.Errorf("%s: arrival %d is number %d, seen before: %t", when, n, arrival.N, seen[string(arrival.Event)])
		}
		seen[string(arrival.Event)] = true
	}
	if n != stored {
		t.Errorf("%s: %d events arrived, and the chains have %d", when, n, stored)
	}
}

// TestStopConfirmsOrRefuses ends the store by SIGTERM under writers: it ends
// well, and the ledger holds.
func TestStopConfirmsOrRefuses(t *testing.T) {
	l := &ledger{db: filepath.Join(t.TempDir(), "kez-sig.db"), confirmed: make([]int, 8)}
	for range l.confirmed {
		l.authors = append(l.authors, newAuthor(t))
	}
	p := start(t, l.db)
	left := atomic.Int64{}
	left.Store(100)
	err := all(l.authors, func(i int, a *author) error {
		for {
			line, err := a.next()
			if err != nil {
				return err
			}
			status, body, err := post(a.url(p.url), line)
			if err != nil || status == 503 {
				return nil
			}
			if status != 201 {
				return fmt.Errorf("status %d: %s", status, body)
			}
			l.confirmed[i]++
			if left.Add(-1) == 0 {
				p.stop(t)
			}
		}
	})
	client.CloseIdleConnections()
	if err != nil {
		t.Fatal(err)
	}
	if log, err := os.Stat(l.db + "-wal"); err == nil && log.Size() > 0 {
		t.Errorf("the log of %d bytes was not moved into the database", log.Size())
	}
	l.check(t, "after SIGTERM")
}
