package main_test

import (
	"bytes"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/cmd/internal/servertest"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/impl/go/relay/load"
	"kez.lat/kez/impl/go/relay/sqlite"
)

// The benchmarks run both sides of a ratio in turn, in one run, on the real
// binary as a process of its own, and give medians. Run them with -benchtime 5x
// or the like: each round takes a second or two.

// compare measures messages.
func compare(b *testing.B, connections, grouped, single int, prepare func(*exec.Cmd)) {
	program.Compare(b, grouped, single, prepare, func(url string, messages int) (float64, error) {
		figures, err := load.Sends(b.Context(), load.Plan{Server: url, Connections: connections, Messages: messages, Size: 2000})
		return figures.PerSecond(), err
	})
}

// BenchmarkSends32 uses the disk as it is.
func BenchmarkSends32(b *testing.B) { compare(b, 32, 300, 150, nil) }

// BenchmarkSends128Slow delays every sync by 2 ms, as disks of the cloud do.
func BenchmarkSends128Slow(b *testing.B) {
	servertest.RequireStrace(b)
	compare(b, 128, 100, 8, servertest.SlowSyncs())
}

// BenchmarkPages100 polls pages of 100 messages of 2 kB over HTTP, with their
// signatures and checksums, and reads such rows with SQLite alone in this
// process, with neither. Both sides have the whole machine, once with four readers
// and once with one; each reader alone has a connection and a statement of its
// own. The machine also runs the client of the relay, so the time that each side
// keeps a core busy for a page is told apart.
func BenchmarkPages100(b *testing.B) {
	const connections, rounds, size = 4, 400, 2000
	p := program.Start(b, program.Built(b), filepath.Join(b.TempDir(), "kez-chat.db"))
	path := filepath.Join(b.TempDir(), "alone.db")
	s, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for n := range relay.DefaultLimit {
		if _, _, err := s.Put(b.Context(), "alice", []byte(load.Envelope(n, size)), time.Now(), relay.Quota{}); err != nil {
			b.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	queries := make([]*sql.Stmt, connections)
	for i := range queries {
		conn, err := db.Conn(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		if queries[i], err = conn.PrepareContext(b.Context(), "SELECT seq, envelope, created_at FROM messages WHERE recipient_handle = ? AND seq > ? ORDER BY seq LIMIT 100"); err != nil {
			b.Fatal(err)
		}
	}
	alone := func(readers int) float64 {
		start := time.Now()
		var wait sync.WaitGroup
		for i := range readers {
			wait.Go(func() {
				for range rounds {
					if n, err := readPage(queries[i]); err != nil || n != relay.DefaultLimit {
						b.Error(n, err)
					}
				}
			})
		}
		wait.Wait()
		return float64(readers*rounds) / time.Since(start).Seconds()
	}
	served := func(readers int) float64 {
		figures, err := load.Pages(b.Context(), load.Plan{Server: p.URL, Connections: readers, Size: size}, rounds)
		if err != nil {
			b.Fatal(err)
		}
		return figures.PerSecond()
	}
	figures := map[string][]float64{}
	add := func(name string, figure float64) { figures[name] = append(figures[name], figure) }
	for b.Loop() {
		for name, readers := range map[string]int{"": connections, "-of-one": 1} {
			here, there := busy(b, "self"), busy(b, strconv.Itoa(p.PID))
			a := alone(readers)
			between := busy(b, "self")
			s := served(readers)
			pages := float64(readers * rounds)
			add("alone"+name+"/s", a)
			add("served"+name+"/s", s)
			add("ratio"+name, s/a)
			if readers == connections {
				add("alone-µs/page", (between-here).Seconds()*1e6/pages)
				add("relay-µs/page", (busy(b, strconv.Itoa(p.PID))-there).Seconds()*1e6/pages)
				add("client-µs/page", (busy(b, "self")-between).Seconds()*1e6/pages)
			}
		}
	}
	for name, all := range figures {
		b.ReportMetric(servertest.Middle(all), name)
	}
}

// busy is how long a process has kept cores busy.
func busy(b *testing.B, process string) time.Duration {
	b.Helper()
	text, err := os.ReadFile("/proc/" + process + "/stat")
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	ticks := int64(0)
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond // 100 a second, as Linux tells all programs
}

// readPage takes a page with nothing but SQLite.
func readPage(query *sql.Stmt) (int, error) {
	rows, err := query.Query("alice", 0)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var row relay.Row
		if err := rows.Scan(&row.Seq, (*[]byte)(&row.Envelope), &row.CreatedAt); err != nil {
			return 0, err
		}
	}
	return n, rows.Err()
}
