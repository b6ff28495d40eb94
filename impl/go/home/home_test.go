package home

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

func open(t *testing.T) *Home {
	t.Helper()
	h, err := Open(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func write(t *testing.T, h *Home, name, data string) {
	t.Helper()
	if err := h.Write(name, []byte(data), kez.CLIFile); err != nil {
		t.Fatal(err)
	}
}

// refused checks the code and that the hint names what to do.
func refused(t *testing.T, err error, code kez.Code, hint string) {
	t.Helper()
	e, ok := errors.AsType[*kez.Error](err)
	if !ok || e.Code != code || !strings.Contains(e.Hint, hint) {
		t.Errorf("error %v, want %s with the hint %q", err, code, hint)
		if ok {
			t.Logf("code %s, hint %q", e.Code, e.Hint)
		}
	}
}

func TestDefaultPath(t *testing.T) {
	path, err := DefaultPath(func(string) string { return "/x/y" })
	if err != nil || path != "/x/y" {
		t.Errorf("%s, %v", path, err)
	}
	path, err = DefaultPath(func(string) string { return "" })
	if err != nil || filepath.Base(path) != ".kez" {
		t.Errorf("%s, %v", path, err)
	}
}

func TestReadMakesNothing(t *testing.T) {
	h := open(t)
	if _, err := h.Read("sigchains/a.jsonl", 10, kez.CLIFile); !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, kez.CLIFile) {
		t.Errorf("%v", err)
	}
	if names, err := h.List("keys", kez.CLIKeyStore); len(names) != 0 || err != nil {
		t.Errorf("%v, %v", names, err)
	}
	if _, err := os.Stat(h.Path()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made the folder: %v", err)
	}
}

func TestWriteReadList(t *testing.T) {
	h := open(t)
	write(t, h, "sigchains/b.jsonl", "one")
	write(t, h, "sigchains/b.jsonl", "two")
	write(t, h, "sigchains/a.jsonl", "")
	got, err := h.Read("sigchains/b.jsonl", 3, kez.CLIFile)
	if err != nil || string(got) != "two" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := h.Read("sigchains/b.jsonl", 2, kez.CLIFile); !errors.Is(err, kez.CLIFile) {
		t.Errorf("limit: %v", err)
	}
	names, err := h.List("sigchains", kez.CLIFile)
	if err != nil || strings.Join(names, " ") != "a.jsonl b.jsonl" {
		t.Errorf("%v, %v", names, err)
	}
	if err := h.Create("sigchains/a.jsonl", nil, kez.CLIFile); !errors.Is(err, fs.ErrExist) {
		t.Errorf("create over a file: %v", err)
	}
	if err := h.Create("sigchains/c.jsonl", []byte("c"), kez.CLIFile); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := h.Remove("sigchains/c.jsonl", kez.CLIFile); err != nil {
			t.Error(err)
		}
	}
}

func TestUpdate(t *testing.T) {
	h := open(t)
	add := func(old []byte) ([]byte, error) { return append(old, 'x'), nil }
	for range 3 {
		if err := h.Update("f", 10, kez.CLIFile, add); err != nil {
			t.Fatal(err)
		}
	}
	wrong := errors.New("wrong")
	if err := h.Update("f", 10, kez.CLIFile, func([]byte) ([]byte, error) { return nil, wrong }); !errors.Is(err, wrong) {
		t.Error(err)
	}
	if err := h.Update("f", 2, kez.CLIFile, add); !errors.Is(err, kez.CLIFile) {
		t.Errorf("limit: %v", err)
	}
	if got, err := h.Read("f", 10, kez.CLIFile); err != nil || string(got) != "xxx" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNamesThatLeadElsewhere(t *testing.T) {
	h := open(t)
	for _, name := range []string{"", ".", "..", "../x", "a/../b", "/etc/passwd", "a//b", "a/", ".hidden", "a/.b", "a\x00b", `a\b`} {
		if err := h.Write(name, nil, kez.CLIFile); !errors.Is(err, kez.CLIFile) {
			t.Errorf("%q is written: %v", name, err)
		}
		if _, err := h.Read(name, 1, kez.CLIFile); !errors.Is(err, kez.CLIFile) {
			t.Errorf("%q is read: %v", name, err)
		}
	}
}

func TestLeftoversAreIgnoredThenRemoved(t *testing.T) {
	h := open(t)
	write(t, h, "keys/a.age", "old")
	leftover := h.Path("keys", tempPrefix("a.age")+"ABC")
	other := h.Path("keys", tempPrefix("b.age")+"ABC")
	for _, path := range []string{leftover, other} {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names, err := h.List("keys", kez.CLIFile)
	if err != nil || len(names) != 1 {
		t.Errorf("%v, %v", names, err)
	}
	write(t, h, "keys/a.age", "new")
	if _, err := os.Stat(leftover); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the leftover is still there")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("another file's copy, which its writer may still need, is gone")
	}
}

func TestFailedWriteLeavesTheOldContent(t *testing.T) {
	h := open(t)
	write(t, h, "f", "old")
	locked, err := h.Lock("f", kez.CLIFile)
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Unlock()
	// A directory in place of the file makes the rename fail after the copy.
	if err := os.Remove(h.Path("f")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(h.Path("f", "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := locked.Write([]byte("new")); !errors.Is(err, kez.CLIFile) {
		t.Errorf("%v", err)
	}
	entries, err := os.ReadDir(h.Path())
	if err != nil || len(entries) != 2 { // f and its lock
		t.Errorf("%v, %v", entries, err)
	}
}

func TestTwoWritersInOneProcess(t *testing.T) {
	h := open(t)
	locked, err := h.Lock("f", kez.CLIFile)
	if err != nil {
		t.Fatal(err)
	}
	h.wait = 0
	if err := h.Write("f", nil, kez.CLIKeyStore); kez.CodeOf(err) != kez.CLILocked {
		t.Errorf("%v", err)
	}
	if err := h.Write("g", nil, kez.CLIFile); err != nil {
		t.Errorf("another file: %v", err)
	}
	if err := locked.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	locked.Unlock()
	h.wait = lockWait
	done := make(chan error)
	for range 8 {
		go func() {
			done <- h.Update("f", 100, kez.CLIFile, func(old []byte) ([]byte, error) { return append(old, 'x'), nil })
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got, err := h.Read("f", 100, kez.CLIFile); err != nil || !bytes.Equal(got, []byte("xxxxxxxxx")) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestShellQuote(t *testing.T) {
	for path, want := range map[string]string{"/a/b.c": "/a/b.c", "/a b": "'/a b'", "/it's": `'/it'\''s'`, "/$(x)": "'/$(x)'", "/ä": "'/ä'"} {
		if got := ShellQuote(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
