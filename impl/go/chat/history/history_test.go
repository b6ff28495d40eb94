package history_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

func key(t testing.TB, seed byte) *keys.Private {
	t.Helper()
	k, err := seedKey(seed)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func seedKey(seed byte) (*keys.Private, error) { return keys.FromSeed([32]byte{31: seed}) }

func newHome(t testing.TB) *home.Home {
	t.Helper()
	h, err := home.Open(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func open(t testing.TB, h *home.Home, k *keys.Private) *history.History {
	t.Helper()
	o, err := history.Open(h, k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

func put(t testing.TB, o *history.History, name string, v any) {
	t.Helper()
	if err := o.Update(t.Context(), func(w *history.Writer) error { return w.Put(name, v) }); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, o *history.History, name string) (text string, found bool, err error) {
	t.Helper()
	err = o.View(t.Context(), func(r *history.Reader) error {
		found, err = r.Get(name, &text)
		return err
	})
	return text, found, err
}

func TestEntries(t *testing.T) {
	h := newHome(t)
	o := open(t, h, key(t, 1))
	put(t, o, "msg/1/1", "hello")
	put(t, o, "msg/1/1", "hello again")
	put(t, o, "gone", "x")
	failed := errors.New("no")
	err := o.Update(t.Context(), func(w *history.Writer) error {
		if err := errors.Join(w.Delete("gone"), w.Delete("never"), w.Put("half", "x")); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) && kez.CodeOf(err) == "" {
		t.Errorf("%v", err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	o = open(t, h, key(t, 1))
	for name, want := range map[string]string{"msg/1/1": "hello again", "gone": "x", "half": "", "never": ""} {
		got, found, err := get(t, o, name)
		if err != nil || got != want || found != (want != "") {
			t.Errorf("%s: %q, %v, %v", name, got, found, err)
		}
	}
	err = o.View(t.Context(), func(r *history.Reader) error { return r.Must("never", new(string)) })
	if !errors.Is(err, kez.CLIFile) {
		t.Error(err)
	}
	// Another key has another history, in another file.
	other := open(t, h, key(t, 2))
	if _, found, err := get(t, other, "msg/1/1"); found || err != nil || other.Path() == o.Path() {
		t.Errorf("%v, %v", found, err)
	}
}

func TestFilesAreClosedToOthers(t *testing.T) {
	h := newHome(t)
	o := open(t, h, key(t, 1))
	put(t, o, "a", "b")
	dir := filepath.Dir(o.Path())
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
		if strings.Contains(e.Name(), key(t, 1).Identity().Value()[:8]) {
			t.Errorf("%s names the primary", e.Name())
		}
	}
	path := o.Path()
	o.Close()
	// What others can read, or a link, is refused.
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := history.Open(h, key(t, 1)); !errors.Is(err, kez.CLIFile) {
		t.Error(err)
	}
	if err := errors.Join(os.Chmod(path, 0o600), os.Rename(path, path+".moved"), os.Symlink(path+".moved", path)); err != nil {
		t.Fatal(err)
	}
	if _, err := history.Open(h, key(t, 1)); !errors.Is(err, kez.CLIFile) {
		t.Error(err)
	}
}

func TestLockAndWipe(t *testing.T) {
	h := newHome(t)
	o := open(t, h, key(t, 1))
	put(t, o, "a", "b")
	o.Lock()
	if _, _, err := get(t, o, "a"); !errors.Is(err, kez.CLIKeyStore) {
		t.Error(err)
	}
	if err := o.Update(t.Context(), func(w *history.Writer) error { return w.Put("a", "c") }); !errors.Is(err, kez.CLIKeyStore) {
		t.Error(err)
	}
	// A second one on the same file is told when the first wipes it.
	a, b := open(t, h, key(t, 1)), open(t, h, key(t, 1))
	if err := a.Wipe(); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if _, err := os.Lstat(o.Path() + suffix); !os.IsNotExist(err) {
			t.Errorf("%s is there: %v", suffix, err)
		}
	}
	if err := b.Update(t.Context(), func(w *history.Writer) error { return w.Put("a", "d") }); !errors.Is(err, kez.CLIFile) {
		t.Error(err)
	}
	if _, found, err := get(t, open(t, h, key(t, 1)), "a"); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
}

func TestWrongKey(t *testing.T) {
	h := newHome(t)
	o := open(t, h, key(t, 1))
	put(t, o, "a", "b")
	o.Close()
	other := open(t, h, key(t, 2))
	other.Close()
	if err := os.Rename(o.Path(), other.Path()); err != nil {
		t.Fatal(err)
	}
	if _, err := history.Open(h, key(t, 2)); !errors.Is(err, kez.CLIFile) {
		t.Error(err)
	}
}

// Two writers never lose each other's change, also from two processes, which two
// histories on one file stand for.
func TestTwoWriters(t *testing.T) {
	h := newHome(t)
	const each = 50
	var wg sync.WaitGroup
	for range 2 {
		o := open(t, h, key(t, 1))
		for range 2 {
			wg.Go(func() {
				for range each {
					err := o.Update(t.Context(), func(w *history.Writer) error {
						n := 0
						if _, err := w.Get("n", &n); err != nil {
							return err
						}
						return w.Put("n", n+1)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	n := 0
	if err := open(t, h, key(t, 1)).View(t.Context(), func(r *history.Reader) error { return r.Must("n", &n) }); err != nil || n != 4*each {
		t.Errorf("%d, %v", n, err)
	}
}

// A flipped bit anywhere is found or does no harm: what is shown is what was
// written, or an error.
func TestFlippedBits(t *testing.T) {
	h := newHome(t)
	o := open(t, h, key(t, 1))
	const entries = 40
	for i := range entries {
		put(t, o, fmt.Sprintf("e/%d", i), strings.Repeat(fmt.Sprintf("text %d ", i), 20))
	}
	o.Close()
	whole, err := os.ReadFile(o.Path())
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 300 {
		bad := bytes.Clone(whole)
		bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
		if err := os.WriteFile(o.Path(), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, suffix := range []string{"-wal", "-shm"} {
			os.Remove(o.Path() + suffix)
		}
		o, err := history.Open(h, key(t, 1))
		if err != nil {
			found++
			continue
		}
		for i := range entries {
			name, want := fmt.Sprintf("e/%d", i), strings.Repeat(fmt.Sprintf("text %d ", i), 20)
			got := ""
			err := o.View(context.Background(), func(r *history.Reader) error { return r.Must(name, &got) })
			if err != nil {
				if kez.CodeOf(err) == "" || got != "" {
					t.Errorf("%s: %q, %v", name, got, err)
				}
				found++
				break
			}
			if got != want {
				t.Fatalf("%s was shown as %q", name, got)
			}
		}
		o.Close()
	}
	if found < 100 {
		t.Errorf("only %d of 300 flips were found", found)
	}
}
