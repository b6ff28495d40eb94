package sqlite_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/relay"
)

// BenchmarkPage100 reads a page of 100 messages of 2 kB.
func BenchmarkPage100(b *testing.B) {
	s := open(b, "")
	for n := range 100 {
		put(b, s, "alice", fmt.Sprintf(`{"n":%d,"ct":%q}`, n, strings.Repeat("a5", 980)))
	}
	b.ReportAllocs()
	for b.Loop() {
		rows := 0
		if err := s.Page(context.Background(), "alice", 0, 100, 1<<20, func(*relay.Row) { rows++ }); err != nil || rows != 100 {
			b.Fatal(rows, err)
		}
	}
}
