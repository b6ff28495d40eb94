//go:build unix

package home

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

func TestPrepareAndRemoveAll(t *testing.T) {
	h, err := Open(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.RemoveAll("dir", []string{"a"}, kez.CLIFile); err != nil {
		t.Errorf("nothing is there: %v", err)
	}
	path, err := h.Prepare("dir/a", kez.CLIFile)
	if err != nil || path != h.Path("dir", "a") {
		t.Fatalf("%s, %v", path, err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file itself was made: %v", err)
	}
	for _, name := range []string{"../a", "/a", "dir/.a", ""} {
		if _, err := h.Prepare(name, kez.CLIFile); !errors.Is(err, kez.CLIFile) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Prepare("dir/a", kez.CLIFile); err != nil {
		t.Error(err)
	}
	// Readable for others, a link, a folder, a folder open to others.
	for what, spoil := range map[string]func() error{
		"mode":   func() error { return os.Chmod(path, 0o640) },
		"link":   func() error { return errors.Join(os.Rename(path, path+"2"), os.Symlink(path+"2", path)) },
		"folder": func() error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
		"wide":   func() error { return errors.Join(os.Remove(path), os.Chmod(filepath.Dir(path), 0o755)) },
	} {
		if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, nil, 0o600), os.Chmod(filepath.Dir(path), 0o700), spoil()); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Prepare("dir/a", kez.CLIFile); !errors.Is(err, kez.CLIFile) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := errors.Join(os.Chmod(filepath.Dir(path), 0o700), os.RemoveAll(path), os.WriteFile(path, nil, 0o600), os.WriteFile(path+"-wal", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := h.RemoveAll("dir", []string{"a", "a-shm", "a-wal"}, kez.CLIFile); err != nil {
		t.Error(err)
	}
	if names, err := h.List("dir", kez.CLIFile); err != nil || len(names) != 1 || names[0] != "a2" {
		t.Errorf("%v, %v", names, err)
	}
}
