package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"kez.lat/kez/cmd/internal/servertest"
)

// TestH13_AnswersFollowTheSync reads from a trace of system calls that every 201
// is written after a sync of the write-ahead log which began once the event had
// been written to it, and that had ended (KEZ-STORE-027). A kill alone does not
// show this, since the kernel keeps what a dead process wrote.
func TestH13_AnswersFollowTheSync(t *testing.T) {
	servertest.RequireStrace(t)
	for name, writers := range map[string]int{"one after the other": 1, "16 at once": 16} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			log := filepath.Join(dir, "trace")
			p, ready := program.Launch(t, servertest.TraceSyncs(log), filepath.Join(dir, "kez-sig.db"))
			if !ready {
				servertest.Require(t, false, "the store does not run below strace here: "+p.Stderr.String())
			}
			const events = 12
			authors := make([]*author, writers)
			for i := range authors {
				authors[i] = newAuthor(t)
			}
			err := all(authors, func(_ int, a *author) error {
				for range events {
					line, err := a.next()
					if err != nil {
						return err
					}
					if status, body, err := post(a.url(p.URL), line); err != nil || status != 201 {
						t.Errorf("%d %v %s", status, err, body)
					}
				}
				return nil
			})
			servertest.Client.CloseIdleConnections()
			if err != nil {
				t.Fatal(err)
			}
			p.Stop(t)
			trace, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			j := servertest.Judge(string(trace))
			t.Logf("%d answers, %d syncs of the log", j.Answers, j.Syncs)
			if j.Answers != writers*events || len(j.Early) > 0 {
				t.Errorf("%d answers, want %d; written before the sync: %v", j.Answers, writers*events, j.Early)
			}
			if writers > 1 && j.Syncs >= j.Answers {
				t.Errorf("%d syncs for %d answers: nothing was committed together", j.Syncs, j.Answers)
			}
		})
	}
}
