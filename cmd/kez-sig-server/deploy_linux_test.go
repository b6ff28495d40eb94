package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Flags that the files name are flags of the program.
func TestDeployNamesFlagsThatExist(t *testing.T) { program.CheckFlags(t, "mirror", "-h") }

func TestDockerfile(t *testing.T) { program.CheckDockerfile(t) }

func TestUnit(t *testing.T) { program.CheckUnit(t) }

// The commands of the page back up a store that runs, and restore it, and
// nothing that was answered before is lost.
func TestBackupAndRestoreAsWritten(t *testing.T) {
	dir := t.TempDir()
	backup, restore := program.BackupAndRestore(t, dir)
	db := filepath.Join(dir, "kez-sig.db")
	p, writer := program.Start(t, nil, db), newAuthor(t)
	for range 20 {
		line, err := writer.next()
		if err != nil {
			t.Fatal(err)
		}
		wantPost(t, writer.url(p.URL), line, 201)
	}
	chain := writer.chain()
	backup()
	line, err := writer.next()
	if err != nil {
		t.Fatal(err)
	}
	wantPost(t, writer.url(p.URL), line, 201)
	p.Signal(syscall.SIGKILL) // its files stay as they happen to be
	if err := os.WriteFile(db, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	restore()
	p = program.Start(t, nil, db)
	if got := wantGet(t, writer.url(p.URL)); !bytes.Equal(got, chain) {
		t.Errorf("%d bytes are back of %d", len(got), len(chain))
	}
	wantPost(t, writer.url(p.URL), line, 201) // whoever publishes again puts the rest back
	p.Stop(t)
}
