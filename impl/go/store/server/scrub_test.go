package server

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/sqlite"
)

// KEZ-STORE-037, 040: what was stored is read a minute after the start and each
// day, at the rate it may have, and healthz tells what was found.
func TestH22_ScrubbedSoonAfterTheStart(t *testing.T) {
	path := t.TempDir() + "/a.db"
	db, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p := newPerson(t, 1)
	size := 0
	for i := range 20 {
		event := p.add(fmt.Sprintf("github:a%d", i))
		size += len(event)
		if _, err := sigchain.AppendTo(t.Context(), db, p.key.Identity(), event, sigchain.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	base := serveLog(t, Config{Log: db})
	var scrubs, paces []time.Duration
	database.Scrubs(t.Context(), db.Scrub, func(_ context.Context, d time.Duration) error {
		switch {
		case d < time.Second:
			paces = append(paces, d)
			return nil
		case len(scrubs) == 1: // the first one is over
			ask(t, "GET", base+"/healthz", nil).want(t, 200, "")
			spoil(t, path)
		case len(scrubs) == 2: // and the second
			ask(t, "GET", base+"/healthz", nil).want(t, 503, kez.HTTPUnavailable)
			return context.Canceled
		}
		scrubs = append(scrubs, d)
		return nil
	})
	if !slices.Equal(scrubs, []time.Duration{time.Minute, 24 * time.Hour}) {
		t.Errorf("scrubs after %v", scrubs)
	}
	var paused time.Duration
	for _, d := range paces {
		paused += d
	}
	if least := time.Duration(size) * time.Second / database.ScrubRate; paused < least {
		t.Errorf("paused for %v of at least %v", paused, least)
	}
}

// A stop does not wait for a scrub.
func TestScrubEndsWithTheServer(t *testing.T) {
	db, err := sqlite.Open(t.TempDir()+"/a.db", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p := newPerson(t, 1)
	if _, err := sigchain.AppendTo(t.Context(), db, p.key.Identity(), p.add("github:a"), sigchain.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	database.Scrubs(ctx, db.Scrub, func(ctx context.Context, _ time.Duration) error {
		if calls++; calls == 2 { // within the first scrub
			cancel()
		}
		return ctx.Err()
	})
	if calls != 3 {
		t.Errorf("%d waits", calls)
	}
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// spoil changes a stored line from outside.
func spoil(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("UPDATE events SET line = CAST(replace(CAST(line AS TEXT), 'github', 'gitlab') AS BLOB) WHERE n = 7")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
