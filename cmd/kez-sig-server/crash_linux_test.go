package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"kez.lat/kez/cmd/internal/servertest"
	"kez.lat/kez/impl/go/sigchain"
)

// TestH13_KilledUnderWriters kills the store at once while 32 clients write, as
// often as it says, and holds what it has after each restart against the ledger
// of the clients (KEZ-STORE-027): whatever was answered with 2xx is there,
// nothing is there twice, and every chain verifies.
func TestH13_KilledUnderWriters(t *testing.T) {
	const writers = 32
	cycles, total := servertest.Kills(t, rand.New(rand.NewPCG(13, 13)), func() servertest.Ledger {
		return newLedger(t, filepath.Join(t.TempDir(), "kez-sig.db"), writers)
	})
	t.Logf("%d kills, %d events confirmed, all there", cycles, total)
}

// ledger is what the clients know: every event they signed, and how many of
// each chain were confirmed. At most one more may be stored without an answer.
type ledger struct {
	db        string
	authors   []*author
	confirmed []int
}

func newLedger(t *testing.T, db string, writers int) *ledger {
	t.Helper()
	l := &ledger{db: db, confirmed: make([]int, writers)}
	for range writers {
		l.authors = append(l.authors, newAuthor(t))
	}
	return l
}

func (l *ledger) Confirmed() (total int) {
	for _, n := range l.confirmed {
		total += n
	}
	return total
}

func (l *ledger) KillAfter(t *testing.T, answers int) {
	t.Helper()
	p := program.Start(t, nil, l.db)
	answered := servertest.After(answers, func() { p.Signal(syscall.SIGKILL) })
	err := all(l.authors, func(i int, a *author) error {
		for {
			if len(a.lines) == l.confirmed[i] {
				if _, err := a.next(); err != nil {
					return err
				}
			}
			status, body, err := post(a.url(p.URL), a.lines[l.confirmed[i]])
			if err != nil {
				return nil // it is dead
			}
			if status != 200 && status != 201 {
				return fmt.Errorf("status %d: %s", status, body)
			}
			l.confirmed[i]++
			answered()
		}
	})
	servertest.Client.CloseIdleConnections()
	if err != nil {
		t.Fatal(err)
	}
}

func (l *ledger) Check(t *testing.T, when string) {
	t.Helper()
	p := program.Start(t, nil, l.db)
	defer p.Stop(t)
	stored := 0
	for i, a := range l.authors {
		status, body, err := servertest.Get(a.url(p.URL))
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
	export := wantGet(t, p.URL+"/v1/export")
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
	l := newLedger(t, filepath.Join(t.TempDir(), "kez-sig.db"), 8)
	p := program.Start(t, nil, l.db)
	answered := servertest.After(100, func() { p.Stop(t) })
	err := all(l.authors, func(i int, a *author) error {
		for {
			line, err := a.next()
			if err != nil {
				return err
			}
			status, body, err := post(a.url(p.URL), line)
			if err != nil || status == 503 {
				return nil
			}
			if status != 201 {
				return fmt.Errorf("status %d: %s", status, body)
			}
			l.confirmed[i]++
			answered()
		}
	})
	servertest.Client.CloseIdleConnections()
	if err != nil {
		t.Fatal(err)
	}
	if log, err := os.Stat(l.db + "-wal"); err == nil && log.Size() > 0 {
		t.Errorf("the log of %d bytes was not moved into the database", log.Size())
	}
	l.Check(t, "after SIGTERM")
}
