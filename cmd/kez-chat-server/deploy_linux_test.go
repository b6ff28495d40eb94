package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"kez.lat/kez/impl/go/relay"
)

// Flags that the files name are flags of the program.
func TestDeployNamesFlagsThatExist(t *testing.T) { program.CheckFlags(t, "-h") }

func TestDockerfile(t *testing.T) { program.CheckDockerfile(t) }

func TestUnit(t *testing.T) { program.CheckUnit(t) }

// The commands of the page back up a relay that runs, and restore it: nothing
// that was answered before is lost, and clients are told to read again.
func TestBackupAndRestoreAsWritten(t *testing.T) {
	dir := t.TempDir()
	backup, restore := program.BackupAndRestore(t, dir)
	l := newLedger(t, filepath.Join(dir, "kez-chat.db"))
	p := program.Start(t, nil, l.db)
	poll := func() *relay.Page {
		t.Helper()
		page, err := relay.Inbox{Client: l.client(t, p), Handle: "alice", Key: l.key}.Poll(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	send := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			if alive, err := l.send(p, fmt.Sprintf(`{"n":%d}`, i)); err != nil || !alive {
				t.Fatal(alive, err)
			}
		}
	}
	l.client(t, p)
	send(0, 20)
	before := poll()
	backup()
	send(20, 25)
	p.Signal(syscall.SIGKILL) // its files stay as they happen to be
	if err := os.WriteFile(l.db, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	restore()
	p = program.Start(t, nil, l.db)
	after := poll()
	if len(after.Messages) != 20 || fmt.Sprint(after.Messages) != fmt.Sprint(before.Messages) || after.Epoch == before.Epoch {
		t.Errorf("%d messages are back of 20, epoch %s after %s", len(after.Messages), after.Epoch, before.Epoch)
	}
	p.Stop(t)
}
