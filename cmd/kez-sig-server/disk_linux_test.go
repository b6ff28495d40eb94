package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"kez.lat/kez/cmd/internal/servertest"
)

// onSmallDisk runs the server with its database on a file system of 4 MiB that
// it alone sees. mount gives the folder as others reach it.
func onSmallDisk(t *testing.T, args ...string) (p *servertest.Process, seen string) {
	t.Helper()
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	prepare := func(cmd *exec.Cmd) {
		shell, err := exec.LookPath("sh")
		if err != nil {
			cmd.Err = err
			return
		}
		script := `mount -t tmpfs -o size=4m,mode=700 tmpfs "$0" && exec "$@"`
		cmd.Args = append([]string{"sh", "-c", script, disk, cmd.Path}, cmd.Args[1:]...)
		cmd.Path = shell
		cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	}
	if os.Geteuid() != 0 {
		servertest.Require(t, false, "mounting a file system needs root")
	}
	p, ready := program.Launch(t, prepare, filepath.Join(disk, "kez-sig.db"), args...)
	if !ready {
		servertest.Require(t, false, fmt.Sprintf("a file system cannot be mounted here: %s", p.Stderr))
	}
	return p, fmt.Sprintf("/proc/%d/root%s", p.PID, disk)
}

// TestH21_DiskFull fills the disk below a running store: appends are refused
// with 507 and store nothing, reads go on, and once there is room appends work
// again without a restart (KEZ-STORE-034).
func TestH21_DiskFull(t *testing.T) {
	p, disk := onSmallDisk(t)
	a := newAuthor(t)
	one := func() []byte {
		line, err := a.next()
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	for range 20 {
		wantPost(t, a.url(p.URL), one(), 201)
	}
	for round := range 3 {
		fill(t, filepath.Join(disk, "ballast"))
		stored := fillStore(t, p, a)
		if round == 0 && stored < 20 {
			t.Fatalf("%d events", stored)
		}
		// Refused is refused: the chain ends where it ended, and is served whole.
		chain := bytes.Join(a.lines[:stored], []byte("\n"))
		if got := wantGet(t, a.url(p.URL)); string(got) != string(chain)+"\n" {
			t.Errorf("round %d: the chain has %d lines, want %d", round, bytes.Count(got, []byte("\n")), stored)
		}
		wantGet(t, p.URL+"/v1/by-subject/github:user1")
		wantGet(t, p.URL+"/v1/healthz")
		if err := os.Remove(filepath.Join(disk, "ballast")); err != nil {
			t.Fatal(err)
		}
		wantPost(t, a.url(p.URL), a.lines[stored], 201)
		for range 20 {
			wantPost(t, a.url(p.URL), one(), 201)
		}
	}
	if got := wantGet(t, a.url(p.URL)); !bytes.Equal(got, a.chain()) {
		t.Error("the chain is not whole")
	}
	p.Stop(t)
}

// fillStore appends until the store refuses, which the space left in its files
// may delay, and gives the number of events stored. The refused one is the last
// that was signed.
func fillStore(t *testing.T, p *servertest.Process, a *author) int {
	t.Helper()
	for range 5000 {
		line, err := a.next()
		if err != nil {
			t.Fatal(err)
		}
		status, body, err := post(a.url(p.URL), line)
		if err != nil {
			t.Fatal(err)
		}
		if status == 201 {
			continue
		}
		var refusal struct{ Error, Message, Hint string }
		if err := json.Unmarshal(body, &refusal); err != nil || status != 507 || refusal.Error != "http.storage_full" || refusal.Hint == "" {
			t.Fatalf("%d %s", status, body)
		}
		// A second time it is no other.
		wantPost(t, a.url(p.URL), line, 507)
		return len(a.lines) - 1
	}
	t.Fatal("the disk does not get full")
	return 0
}

// fill takes all the room of a file system.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); len(block) > 0; {
		if _, err = f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the ballast ended with %v", err)
	}
}

// TestH21_SizeCap is the same with the cap of the database instead of the disk.
func TestH21_SizeCap(t *testing.T) {
	db := filepath.Join(t.TempDir(), "kez-sig.db")
	p, a := program.Start(t, nil, db, "--max-size", "300KiB"), newAuthor(t)
	stored := fillStore(t, p, a)
	chain := append(bytes.Join(a.lines[:stored], []byte("\n")), '\n')
	if got := wantGet(t, a.url(p.URL)); !bytes.Equal(got, chain) {
		t.Error("the chain is not whole")
	}
	p.Stop(t)
	p = program.Start(t, nil, db, "--max-size", "600KiB")
	wantPost(t, a.url(p.URL), a.lines[stored], 201)
	p.Stop(t)
}
