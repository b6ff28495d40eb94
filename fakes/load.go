package fakes

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"kez.lat/kez/fakes/nostrfake"
)

// folders are what a world can have.
var folders = []string{"_dns", "_github", "_nostr", "_bluesky", "_ap", "_web"}

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

// loadRelays starts the relays that are new, fills all, and stops those whose
// folders are gone.
func (w *World) loadRelays(fsys fs.FS, present bool) error {
	var names []string
	if present {
		entries, err := fs.ReadDir(fsys, "_nostr")
		if err != nil {
			return fmt.Errorf("fakes: %w", err)
		}
		for _, entry := range entries {
			if !entry.IsDir() {
				return fmt.Errorf("fakes: _nostr/%s is no folder of a relay", entry.Name())
			}
			names = append(names, entry.Name())
		}
	}
	stands := len(names) > 0
	if !stands {
		names = []string{emptyRelay}
	}
	for _, name := range names {
		relay := w.Relay(name)
		if relay == nil {
			var err error
			if relay, err = nostrfake.Start(); err != nil {
				return err
			}
			w.mu.Lock()
			w.relays[name] = relay
			w.mu.Unlock()
		}
		if err := load(relay, fsys, "_nostr/"+name, stands); err != nil {
			return err
		}
	}
	for _, name := range w.RelayNames() {
		if slices.Contains(names, name) {
			continue
		}
		relay := w.Relay(name)
		w.mu.Lock()
		delete(w.relays, name)
		w.mu.Unlock()
		if err := relay.Close(); err != nil {
			return fmt.Errorf("fakes: %w", err)
		}
	}
	return nil
}
