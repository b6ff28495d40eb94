package server

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/impl/go/relay/sqlite"
)

// A wrong command line makes no database.
func TestUsageErrorsLeaveNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"--chaos", "1"}, {"--bind", "nowhere"}, {"--metrics-bind", "1"}, {"--server", "A"}, {"--retention", "soon"}, {"--", "x"}, {"backup"}, {"backup", "a", "b"}} {
		e, out := env(nil)
		if exit := Main(args, e); exit != 2 {
			t.Errorf("%v: exit %d: %s", args, exit, out)
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// Messages past the retention go at the start and then each hour, and never
// where everything is kept.
func TestRetention(t *testing.T) {
	db, err := sqlite.Open(t.TempDir()+"/a.db", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range 3 {
		if _, _, err := db.Put(t.Context(), "alice", []byte{'{', '0' + byte(i), '}'}, now.Add(time.Duration(i)*time.Hour), relay.Quota{}); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(day)
	clock := func() time.Time { return now }
	var left []int
	look := func(_ context.Context, d time.Duration) error {
		rows := 0
		if err := db.Page(t.Context(), "alice", 0, 10, 1<<20, func(*relay.Row) { rows++ }); err != nil {
			t.Fatal(err)
		}
		if left = append(left, rows); rows == 0 {
			return context.Canceled
		}
		now = now.Add(d)
		return nil
	}
	log := slog.New(slog.DiscardHandler)
	expire(t.Context(), db, 0, log, clock, func(context.Context, time.Duration) error { return errors.New("it waits") })
	expire(t.Context(), db, day, log, clock, look)
	if !slices.Equal(left, []int{3, 2, 1, 0}) {
		t.Errorf("left over: %v", left)
	}
}
