package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
)

// TestH22_ScrubFindsHiddenRows changes a byte of an index below a store that
// runs: what it hides is as if it had never been there, and no row is wrong.
func TestH22_ScrubFindsHiddenRows(t *testing.T) {
	for name, test := range map[string]struct{ index, key string }{
		"H-22 a chain by its name":    {"sqlite_autoindex_chains_1", "ed25519:"},
		"H-22 a subject of its chain": {"active_of_chain", "github:user0"},
	} {
		t.Run(name, func(t *testing.T) {
			path, ctx := filepath.Join(t.TempDir(), "a.db"), context.Background()
			s, a := open(t, path), newAuthor(t, 1).adds(1)
			post(t, s, a, a.body())
			if err := errors.Join(s.Scrub(ctx, nil), s.Check(ctx)); err != nil {
				t.Fatal(err)
			}
			sharedtest.FlipInIndex(t, path, test.index, test.key, "UPDATE chains SET bytes = bytes + 1; UPDATE chains SET bytes = bytes - 1")
			if err := s.Scrub(ctx, nil); !errors.Is(err, kez.HTTPUnavailable) {
				t.Errorf("scrub: %v", err)
			}
			if err := s.Check(ctx); !errors.Is(err, kez.HTTPUnavailable) {
				t.Errorf("check: %v", err)
			}
		})
	}
}

// TestScrubKeepsItsPace counts what a scrub says it has read, and ends it.
func TestScrubKeepsItsPace(t *testing.T) {
	s, a := open(t, ""), newAuthor(t, 1).adds(1000)
	post(t, s, a, a.body())
	read, calls := 0, 0
	count := func(_ context.Context, n int) error {
		if n > 512<<10 {
			t.Errorf("%d bytes without a pause", n)
		}
		read += n
		calls++
		return nil
	}
	if err := s.Scrub(context.Background(), count); err != nil {
		t.Fatal(err)
	}
	if read < len(a.body()) {
		t.Errorf("%d bytes, and the chain has %d", read, len(a.body()))
	}
	stop := errors.New("stop")
	for at := range calls {
		left := at
		err := s.Scrub(context.Background(), func(context.Context, int) error {
			if left--; left < 0 {
				return stop
			}
			return nil
		})
		if !errors.Is(err, stop) {
			t.Errorf("stopped at call %d: %v", at, err)
		}
	}
	if err := s.Check(context.Background()); err != nil {
		t.Errorf("a scrub that was stopped found nothing: %v", err)
	}
}

// TestScrubKeepsWhatAReaderMet damages and repairs a row while a scrub that has
// passed it goes on: what a reader met meanwhile is not forgotten.
func TestScrubKeepsWhatAReaderMet(t *testing.T) {
	path, primaries, _ := populated(t)
	s := open(t, path)
	ctx := context.Background()
	met := false
	err := s.Scrub(ctx, func(context.Context, int) error {
		if !met {
			met = true
			exec(t, path, `UPDATE chains SET bytes = bytes + 1`)
			if _, err := s.Tip(ctx, primaries[0]); !errors.Is(err, kez.HTTPUnavailable) {
				t.Errorf("a damaged row: %v", err)
			}
			exec(t, path, `UPDATE chains SET bytes = bytes - 1`)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(ctx); !errors.Is(err, kez.HTTPUnavailable) {
		t.Errorf("forgotten: %v", err)
	}
	if err := errors.Join(s.Scrub(ctx, nil), s.Check(ctx)); err != nil {
		t.Errorf("a later scrub: %v", err)
	}
}
