package home

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// Write replaces a file, or makes it.
func (h *Home) Write(name string, data []byte, code kez.Code) error {
	locked, err := h.Lock(name, code)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	return locked.Write(data)
}

// Create makes a file and refuses to replace one; that error is fs.ErrExist.
func (h *Home) Create(name string, data []byte, code kez.Code) error {
	locked, err := h.Lock(name, code)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	if _, err := locked.root.Lstat(name); err == nil {
		return kez.Errorf(code, "%s: %w", h.Path(name), fs.ErrExist)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fail(code, "look at", h.Path(name), err)
	}
	return locked.Write(data)
}

// Update replaces a file by what change makes of its content, which is nil for
// an absent one. No other kez writes it in between. When change fails, nothing
// is written and its error comes back.
func (h *Home) Update(name string, limit int64, code kez.Code, change func(old []byte) ([]byte, error)) error {
	locked, err := h.Lock(name, code)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	old, err := locked.Read(limit)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data, err := change(old)
	if err != nil {
		return err
	}
	return locked.Write(data)
}

// Remove deletes a file; an absent one is no failure.
func (h *Home) Remove(name string, code kez.Code) error {
	locked, err := h.Lock(name, code)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	if err := locked.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(code, "remove", h.Path(name), err)
	}
	return h.syncDir(locked.root, path.Dir(name), code)
}

// Read gives the content of the locked file.
func (l *Locked) Read(limit int64) ([]byte, error) { return l.home.read(l.root, l.name, limit, l.code) }

// Write replaces the locked file. Whatever fails, the old content stays and no
// copy is left behind; only a failure to sync the directory leaves the new
// content, which then may not survive a power cut.
func (l *Locked) Write(data []byte) error {
	if info, err := l.root.Lstat(l.name); err == nil {
		// A rename would put a file in place of the link; but a link is there
		// because somebody wants the write to go elsewhere.
		if err := checkFile(l.home.Path(l.name), info, l.code); err != nil {
			return err
		}
	}
	l.removeLeftovers()
	temp := path.Join(path.Dir(l.name), tempPrefix(l.name)+rand.Text())
	if err := l.writeTemp(temp, data); err != nil {
		l.root.Remove(temp)
		return fail(l.code, "write", l.home.Path(l.name), err)
	}
	if err := l.root.Rename(temp, l.name); err != nil {
		l.root.Remove(temp)
		return fail(l.code, "write", l.home.Path(l.name), err)
	}
	return l.home.syncDir(l.root, path.Dir(l.name), l.code)
}

func (l *Locked) writeTemp(temp string, data []byte) (err error) {
	file, err := l.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}()
	if hasOwners {
		if err := file.Chmod(0o600); err != nil { // whatever the umask took away
			return err
		}
	}
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.Sync()
}

func tempPrefix(name string) string { return "." + path.Base(name) + ".tmp-" }

// removeLeftovers deletes copies that a killed writer left. Nobody else writes
// this file while it is locked. What fails here does not matter now.
func (l *Locked) removeLeftovers() {
	dir := path.Dir(l.name)
	entries, err := fs.ReadDir(l.root.FS(), dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), tempPrefix(l.name)) {
			l.root.Remove(path.Join(dir, entry.Name()))
		}
	}
}

// syncDir makes a rename durable.
func (h *Home) syncDir(root *os.Root, dir string, code kez.Code) error {
	if !hasDirSync {
		return nil
	}
	file, err := root.Open(dir)
	if err != nil {
		return fail(code, "sync", h.Path(dir), err)
	}
	defer file.Close()
	if err := file.Sync(); err != nil && !syncUnsupported(err) {
		return fail(code, "sync", h.Path(dir), err)
	}
	return nil
}
