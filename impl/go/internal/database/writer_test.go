package database_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

// hold lets the writer wait inside a job, so that what is queued meanwhile is
// one batch; release ends that.
func hold(t *testing.T, db *database.DB) (release func()) {
	t.Helper()
	inside, free, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- db.Write(context.Background(), func(*database.Tx) error {
			close(inside)
			<-free
			return nil
		})
	}()
	<-inside
	return func() {
		close(free)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// queue starts jobs that wait in the order given, and gives their results.
func queue(db *database.DB, jobs ...func(*database.Tx) error) func() []error {
	errs := make([]error, len(jobs))
	var wait sync.WaitGroup
	for i, f := range jobs {
		before := db.Queued()
		wait.Go(func() { errs[i] = db.Write(context.Background(), f) })
		for db.Queued() == before {
			runtime.Gosched()
		}
	}
	return func() []error { wait.Wait(); return errs }
}

func TestOneTransactionServesAllWhoWait(t *testing.T) {
	db := open(t, "", database.Options{})
	release := hold(t, db)
	seen := -1
	wait := queue(db, insert("a"), insert("b"), func(tx *database.Tx) error {
		// Within the transaction both are there, and outside of it neither.
		n := 0
		if _, err := tx.Get("SELECT count(*) FROM words", nil, &n); err != nil || n != 2 {
			return fmt.Errorf("%d rows, %w", n, err)
		}
		seen = count(t, db)
		return nil
	})
	release()
	if err := errors.Join(wait()...); err != nil || seen != 0 {
		t.Errorf("%v; %d rows were seen before the commit", err, seen)
	}
	if got := count(t, db); got != 2 {
		t.Errorf("%d rows", got)
	}
}

func TestAFailedJobHurtsNoOther(t *testing.T) {
	db := open(t, "", database.Options{})
	own := kez.Errorf(kez.SigchainFork, "mine")
	for name, fail := range map[string]struct {
		f    func(*database.Tx) error
		want kez.Code
	}{
		"own error": {func(*database.Tx) error { return own }, kez.SigchainFork},
		"of SQL":    {insert("a"), kez.HTTPInternal}, // there already
		"panic":     {func(*database.Tx) error { panic("a bug") }, kez.HTTPInternal},
		"bad SQL":   {func(tx *database.Tx) error { _, err := tx.Exec("NONSENSE"); return err }, kez.HTTPInternal},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, "", database.Options{})
			release := hold(t, db)
			wait := queue(db, insert("a"), func(tx *database.Tx) error {
				if err := insert("undone")(tx); err != nil {
					return err
				}
				return fail.f(tx)
			}, insert("b"))
			release()
			errs := wait()
			if errs[0] != nil || errs[2] != nil || kez.CodeOf(errs[1]) != fail.want {
				t.Errorf("%v", errs)
			}
			if strings.Contains(fmt.Sprint(errs[1]), "SQL") || strings.Contains(fmt.Sprint(errs[1]), "words") {
				t.Errorf("H-15: callers hear %v", errs[1])
			}
			if got := count(t, db); got != 2 {
				t.Errorf("%d rows", got)
			}
		})
	}
	if got := count(t, db); got != 0 {
		t.Errorf("%d rows", got)
	}
}

func TestAContextThatEndsWithdrawsAQueuedJob(t *testing.T) {
	db := open(t, "", database.Options{})
	release := hold(t, db)
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error)
	go func() { result <- db.Write(ctx, insert("late")) }()
	for db.Queued() == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) { // while the writer still waits
		t.Error(err)
	}
	release()
	// One that ended before is never queued, and one that ends within is completed.
	if err := db.Write(ctx, insert("never")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	if err := db.Write(ctx, func(tx *database.Tx) error { cancel(); return insert("done")(tx) }); err != nil {
		t.Error(err)
	}
	if got := count(t, db); got != 1 {
		t.Errorf("%d rows", got)
	}
	if err := db.Read(ctx, func(*database.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTheSizeCapRefusesWritesAlone(t *testing.T) {
	path := t.TempDir() + "/words.db"
	db := open(t, path, database.Options{MaxBytes: 200 << 10})
	stored := 0
	var err error
	for err == nil && stored < 1000 {
		if err = db.Write(context.Background(), insert(fmt.Sprint(stored, strings.Repeat("x", 3000)))); err == nil {
			stored++
		}
	}
	if !errors.Is(err, kez.HTTPStorageFull) || stored < 20 {
		t.Fatalf("after %d rows: %v", stored, err)
	}
	if got := count(t, db); got != stored {
		t.Errorf("%d rows, want %d", got, stored)
	}
	// What fits is stored although its neighbours in the batch do not fit.
	release := hold(t, db)
	big := strings.Repeat("y", 100<<10)
	wait := queue(db, insert("first"), insert(big), func(tx *database.Tx) error {
		_, err := tx.Exec("DELETE FROM words WHERE n = 1")
		return err
	})
	release()
	if errs := wait(); errs[0] != nil || !errors.Is(errs[1], kez.HTTPStorageFull) || errs[2] != nil {
		t.Errorf("%v", errs)
	}
	if got := count(t, db); got != stored {
		t.Errorf("%d rows, want %d", got, stored)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, open(t, path, database.Options{}), big) // with a higher cap it goes on
}

func TestCloseAnswersEverybody(t *testing.T) {
	db := open(t, "", database.Options{})
	release := hold(t, db)
	wait := queue(db, insert("a"), insert("b"))
	closed := make(chan error)
	go func() { closed <- db.Close() }()
	release()
	for i, err := range wait() {
		if err != nil {
			t.Errorf("job %d, which was queued before: %v", i, err)
		}
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"write":  db.Write(context.Background(), insert("c")),
		"read":   db.Read(context.Background(), func(*database.Tx) error { return nil }),
		"backup": db.Backup(context.Background(), t.TempDir()+"/x"),
	} {
		if !errors.Is(err, kez.HTTPUnavailable) {
			t.Errorf("%s after close: %v", name, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Error("closed twice:", err)
	}
}

// TestCloseAmongWriters closes while many write: each is answered, and what was
// confirmed is there.
func TestCloseAmongWriters(t *testing.T) {
	path := t.TempDir() + "/words.db"
	db := open(t, path, database.Options{Batch: 4})
	var wait sync.WaitGroup
	var mu sync.Mutex
	stored := 0
	started := make(chan struct{}, 1000)
	for w := range 16 {
		wait.Go(func() {
			for i := range 1000 {
				err := db.Write(context.Background(), insert(fmt.Sprint(w, "-", i)))
				if errors.Is(err, kez.HTTPUnavailable) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				stored++
				mu.Unlock()
				select {
				case started <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 50 {
		<-started
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	wait.Wait()
	if got := count(t, open(t, path, database.Options{})); got != stored {
		t.Errorf("%d rows, and %d were confirmed", got, stored)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	db := open(t, "", database.Options{})
	if err := db.Read(context.Background(), insert("a")); !errors.Is(err, kez.HTTPInternal) {
		t.Error(err)
	}
	if err := db.Read(context.Background(), func(*database.Tx) error { panic("a bug") }); !errors.Is(err, kez.HTTPInternal) {
		t.Error(err)
	}
	if got := count(t, db); got != 0 {
		t.Errorf("%d rows", got)
	}
}
