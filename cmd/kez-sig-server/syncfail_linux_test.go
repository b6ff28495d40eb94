package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kez.lat/kez/cmd/internal/servertest"
)

// TestH21_FailedSync lets syncs of the disk fail now and then: what could not be
// synced is never confirmed, nothing tells of the machine (H-15), the next append
// works, and after a kill everything confirmed is there.
func TestH21_FailedSync(t *testing.T) {
	servertest.RequireStrace(t)
	dir := t.TempDir()
	db, trace := filepath.Join(dir, "kez-sig.db"), filepath.Join(dir, "trace")
	program.Start(t, nil, db).Stop(t) // so that the start itself meets no fault
	// strace counts by thread, of which the writer uses several.
	p, ready := program.Launch(t, servertest.UnderStrace("-f", "-qq", "-y", "-o", trace, "-e", "signal=none", "-e", "trace=fdatasync,fsync",
		"-e", "inject=fdatasync,fsync:error=EIO:when=4+4"), db)
	if !ready {
		servertest.Require(t, false, "the store does not run below strace here: "+p.Stderr.String())
	}
	a := newAuthor(t)
	refused := 0
	for len(a.lines) < 120 {
		line, err := a.next()
		if err != nil {
			t.Fatal(err)
		}
		for try := 0; ; try++ {
			status, body, err := post(a.url(p.URL), line)
			if err != nil || try == 10 {
				t.Fatalf("event %d, try %d: %d %v %s", len(a.lines)-1, try, status, err, body)
			}
			if status == 201 {
				break
			}
			// Nothing of it may be stored: a 200 would say that it had been.
			var refusal struct{ Error, Message, Hint string }
			if err := json.Unmarshal(body, &refusal); err != nil || status != 500 || refusal.Error != "http.internal" || refusal.Hint == "" {
				t.Fatalf("%d %s", status, body)
			}
			if strings.Contains(string(body), dir) || strings.Contains(strings.ToLower(string(body)), "sync") {
				t.Errorf("H-15: the client hears %s", body)
			}
			refused++
		}
	}
	if got := wantGet(t, a.url(p.URL)); !bytes.Equal(got, a.chain()) {
		t.Error("the chain is not whole")
	}
	servertest.Client.CloseIdleConnections()
	p.Signal(syscall.SIGKILL)
	<-p.Ended
	log, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	if injected := bytes.Count(log, []byte("(INJECTED)")); refused == 0 || refused > injected {
		t.Errorf("%d appends were refused, and %d syncs failed", refused, injected)
	}
	t.Logf("%d appends refused", refused)
	p = program.Start(t, nil, db)
	if got := wantGet(t, a.url(p.URL)); !bytes.Equal(got, a.chain()) {
		t.Error("the chain is not whole after the kill")
	}
	p.Stop(t)
}
