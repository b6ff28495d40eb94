package fakes

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/fakes/storefake"
)

// folders are what a world can have.
var folders = []string{"_dns", "_github", "_nostr", "_bluesky", "_ap", "_web", "_store"}

// emptyRelay is the name of the relay of a world without relays.
const emptyRelay = "empty"

// source gives the files of a world as they are now.
type source func() (fs.FS, error)

// Open starts the world in a folder or in a txtar file.
func Open(path string) (*World, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("fakes: %w", err)
	}
	if info.IsDir() {
		return OpenFS(os.DirFS(path))
	}
	return start(func() (fs.FS, error) {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			return nil, err
		}
		return txtar.FS(archive)
	})
}

// OpenText starts the world of a txtar archive.
func OpenText(archive string) (*World, error) {
	fsys, err := txtar.FS(txtar.Parse([]byte(archive)))
	if err != nil {
		return nil, fmt.Errorf("fakes: %w", err)
	}
	return OpenFS(fsys)
}

// OpenFS starts the world in any file system.
func OpenFS(fsys fs.FS) (*World, error) {
	return start(func() (fs.FS, error) { return fsys, nil })
}

// Reload reads the world again, so that what was put there since is served. The
// addresses stay, those of relays whose folder stays included; so does the
// history. After an error some fakes may have the old data and some the new.
func (w *World) Reload() error {
	fsys, err := w.source()
	if err != nil {
		return fmt.Errorf("fakes: %w", err)
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return fmt.Errorf("fakes: %w", err)
	}
	present := map[string]bool{}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, "_") {
			continue
		}
		if !entry.IsDir() || !slices.Contains(folders, name) {
			return fmt.Errorf("fakes: %s is no part of a world, whose folders are %s", name, strings.Join(folders, ", "))
		}
		present[name] = true
	}
	for _, f := range w.fakes {
		if err := load(f, fsys, "_"+f.name, present["_"+f.name]); err != nil {
			return err
		}
	}
	if err := w.loadStores(fsys, present["_store"]); err != nil {
		return err
	}
	return w.loadRelays(fsys, present["_nostr"])
}

// load hands a fake its folder, or an empty one.
func load(f fake, fsys fs.FS, name string, present bool) (err error) {
	var folder fs.FS
	if present {
		folder, err = fs.Sub(fsys, name)
	} else {
		folder, err = txtar.FS(&txtar.Archive{})
	}
	if err == nil {
		err = f.Load(folder)
	}
	if err != nil {
		return fmt.Errorf("fakes: %s: %w", name, err)
	}
	return nil
}

// below lists the folders in a folder of a world, none where it is absent.
func below(fsys fs.FS, folder, what string, present bool) (names []string, err error) {
	if !present {
		return nil, nil
	}
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return nil, fmt.Errorf("fakes: %w", err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			return nil, fmt.Errorf("fakes: %s/%s is no folder of a %s", folder, entry.Name(), what)
		}
		names = append(names, entry.Name())
	}
	return names, nil
}

// loadRelays starts the relays that are new, fills all, and stops those whose
// folders are gone.
func (w *World) loadRelays(fsys fs.FS, present bool) error {
	names, err := below(fsys, "_nostr", "relay", present)
	if err != nil {
		return err
	}
	stands := len(names) > 0
	if !stands {
		names = []string{emptyRelay}
	}
	return loadEach(w, fsys, w.relays, nostrfake.Start, "_nostr/", names, stands)
}

// loadStores does the same with stores, of which a world may have none.
func (w *World) loadStores(fsys fs.FS, present bool) error {
	names, err := below(fsys, "_store", "store", present)
	if err != nil {
		return err
	}
	return loadEach(w, fsys, w.stores, storefake.Start, "_store/", names, true)
}

// loadEach makes running what names says, and fills each from its folder.
func loadEach[F fake](w *World, fsys fs.FS, running map[string]F, start func() (F, error), folder string, names []string, stands bool) error {
	for _, name := range names {
		w.mu.Lock()
		one, runs := running[name]
		w.mu.Unlock()
		if !runs {
			var err error
			if one, err = start(); err != nil {
				return err
			}
			w.mu.Lock()
			running[name] = one
			w.mu.Unlock()
		}
		if err := load(one, fsys, folder+name, stands); err != nil {
			return err
		}
	}
	w.mu.Lock()
	var gone []F
	for name, one := range running {
		if !slices.Contains(names, name) {
			gone = append(gone, one)
			delete(running, name)
		}
	}
	w.mu.Unlock()
	for _, one := range gone {
		if err := one.Close(); err != nil {
			return fmt.Errorf("fakes: %w", err)
		}
	}
	return nil
}
