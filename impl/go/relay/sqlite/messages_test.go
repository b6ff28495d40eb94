package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// TestStoredByteForByte [KEZ-RELAY-047] [KEZ-RELAY-049]
func TestStoredByteForByte(t *testing.T) {
	s := open(t, "")
	texts := []string{`{"v":1}`, "{ \"v\" :\r\n1}\n", `{"<>&":"\u2028é\/"}`, `{"v":1} `}
	for i, text := range texts {
		row, isNew, err := s.Put(context.Background(), "alice", []byte(text), t0, free)
		if err != nil || !isNew || row.Seq != int64(i+1) || row.CreatedAt != "2026-01-02T03:04:05Z" {
			t.Errorf("%+v %v %v", row, isNew, err)
		}
	}
	for i, text := range texts { // again and later: the first row
		row, isNew, err := s.Put(context.Background(), "alice", []byte(text), t0.Add(time.Hour), free)
		if err != nil || isNew || row.Seq != int64(i+1) || row.CreatedAt != "2026-01-02T03:04:05Z" {
			t.Errorf("%+v %v %v", row, isNew, err)
		}
	}
	if row := put(t, s, "bobby", texts[0]); row.Seq != 5 {
		t.Errorf("another mailbox gives %d", row.Seq)
	}
	rows := page(t, s, "alice", 0, 100)
	if len(rows) != len(texts) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		if string(row.Envelope) != texts[i] {
			t.Errorf("%q came back as %q", texts[i], row.Envelope)
		}
	}
}

// TestPagingNeverSkips writes from many goroutines while a reader pages: what is
// below its cursor never changes, so at the end it has everything.
// [KEZ-RELAY-057] [KEZ-RELAY-062]
func TestPagingNeverSkips(t *testing.T) {
	s := open(t, "")
	const writers, each = 16, 60
	var wait sync.WaitGroup
	done := make(chan struct{})
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				to := "alice"
				if i%3 == 2 {
					to = "bobby" // numbers of others leave gaps
				}
				if _, _, err := s.Put(context.Background(), to, fmt.Appendf(nil, `{"w":%d,"i":%d}`, w, i), t0, free); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() { wait.Wait(); close(done) }()
	seen := map[string]bool{}
	since := int64(0)
	for last := false; ; {
		select {
		case <-done:
			last = true
		default:
		}
		rows := page(t, s, "alice", since, 7)
		for _, row := range rows {
			if row.Seq <= since || seen[string(row.Envelope)] {
				t.Fatalf("seq %d after %d, seen %v", row.Seq, since, seen[string(row.Envelope)])
			}
			since = row.Seq
			seen[string(row.Envelope)] = true
		}
		if last && len(rows) == 0 {
			break
		}
	}
	if len(seen) != writers*each*2/3 {
		t.Errorf("%d messages of %d were seen", len(seen), writers*each*2/3)
	}
}

// TestSameMessageAtOnce [KEZ-RELAY-049]
func TestSameMessageAtOnce(t *testing.T) {
	s := open(t, "")
	var wait sync.WaitGroup
	var mu sync.Mutex
	stored, seqs := 0, map[int64]bool{}
	for range 200 {
		wait.Go(func() {
			row, isNew, err := s.Put(context.Background(), "alice", []byte(`{}`), t0, free)
			mu.Lock()
			defer mu.Unlock()
			if seqs[row.Seq] = true; isNew {
				stored++
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if rows := page(t, s, "alice", 0, 100); stored != 1 || len(seqs) != 1 || len(rows) != 1 {
		t.Errorf("%d stored, seqs %v, %d rows", stored, seqs, len(rows))
	}
}

// TestQuota [KEZ-RELAY-052]
func TestQuota(t *testing.T) {
	s := open(t, "")
	quota := relay.Quota{Messages: 3, Bytes: 40}
	send := func(to, envelope string) error {
		_, _, err := s.Put(context.Background(), to, []byte(envelope), t0, quota)
		return err
	}
	for i := range 3 {
		if err := send("alice", fmt.Sprintf(`{"n":%d}`, i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := send("alice", `{"n":3}`); !errors.Is(err, kez.MessageQuota) {
		t.Errorf("the fourth message: %v", err)
	}
	if err := send("alice", `{"n":2}`); err != nil {
		t.Errorf("one that is there already: %v", err)
	}
	if err := send("bobby", `{"n":"`+strings.Repeat("x", 32)+`"}`); err != nil {
		t.Errorf("40 bytes: %v", err)
	}
	if err := send("bobby", `{}`); !errors.Is(err, kez.MessageQuota) {
		t.Errorf("the 41st byte: %v", err)
	}
	// What grows old makes room, and its numbers are not given again.
	if n, err := s.Expire(context.Background(), t0.Add(time.Second)); n != 4 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
	row, _, err := s.Put(context.Background(), "alice", []byte(`{"n":3}`), t0, quota)
	if err != nil || row.Seq != 5 {
		t.Errorf("seq %d after 4, %v", row.Seq, err)
	}
	if last, err := s.Last(context.Background()); last != 5 || err != nil {
		t.Errorf("last %d, %v", last, err)
	}
}

func TestExpireKeepsTheYoung(t *testing.T) {
	s := open(t, "")
	const n = 1201 // more than two transactions take
	for i := range n {
		at := t0
		if i >= 1100 {
			at = t0.Add(time.Hour)
		}
		if _, _, err := s.Put(context.Background(), "alice", fmt.Appendf(nil, `{"n":%d}`, i), at, free); err != nil {
			t.Fatal(err)
		}
	}
	if removed, err := s.Expire(context.Background(), t0.Add(time.Hour)); removed != 1100 || err != nil {
		t.Errorf("%d removed, %v", removed, err)
	}
	if rows := page(t, s, "alice", 0, 500); len(rows) != n-1100 || rows[0].Seq != 1101 {
		t.Errorf("%d rows are left, from %d", len(rows), rows[0].Seq)
	}
	if _, isNew, err := s.Put(context.Background(), "alice", []byte(`{"n":0}`), t0, free); err != nil || !isNew {
		t.Errorf("an expired message is %v known, %v", !isNew, err)
	}
}

func TestPagesAreBounded(t *testing.T) {
	s := open(t, "")
	big := strings.Repeat(" ", 1000)
	for i := range 10 {
		put(t, s, "alice", fmt.Sprintf(`{"n":%d}%s`, i, big))
	}
	for _, c := range []struct {
		limit int
		bytes int64
		want  int
	}{{100, 1 << 20, 10}, {4, 1 << 20, 4}, {100, 2500, 3}, {100, 1, 1}, {0, 1 << 20, 0}} {
		rows, err := collect(s, "alice", 0, c.limit, c.bytes)
		if err != nil || len(rows) != c.want {
			t.Errorf("limit %d, %d bytes: %d rows, %v", c.limit, c.bytes, len(rows), err)
		}
	}
}

// What a page holds comes joined or alone by its size, in one order; and large
// messages that a page has no room for are not read.
func TestPagesOfAllSizes(t *testing.T) {
	s := open(t, "")
	var want []string
	for i, size := range []int{10, 16 << 10, 16<<10 + 1, 16<<10 - 1, relay.MaxMessage, 2000, relay.MaxMessage, relay.MaxMessage, 30} {
		want = append(want, fmt.Sprintf(`{"n":%d,"ct":%q}`, i, strings.Repeat("a", max(0, size-len(`{"n":0,"ct":""}`)))))
		put(t, s, "alice", want[i])
	}
	for from := range want {
		rows := page(t, s, "alice", int64(from), 100)
		for i, row := range rows {
			if string(row.Envelope) != want[from+i] {
				t.Errorf("after %d: row %d has %d bytes", from, i, len(row.Envelope))
			}
		}
		if len(rows) != len(want)-from {
			t.Errorf("after %d: %d rows", from, len(rows))
		}
	}
	for i := range 120 {
		put(t, s, "bobby", fmt.Sprintf(`{"n":%d,"ct":%q}`, i, strings.Repeat("a", relay.MaxMessage-30)))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rows := page(t, s, "bobby", 0, 100)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; len(rows) != 5 || took > 8<<20 {
		t.Errorf("%d rows took %d bytes", len(rows), took)
	}
}
