package home

import (
	"errors"
	"io/fs"
	"path"

	"kez.lat/kez/impl/go/kez"
)

// Prepare readies the place of a file that a library opens by its path, such as
// a database: the folders on the way are made and judged, and the file, where it
// is there, is judged as one that must be closed to others. It gives the path.
func (h *Home) Prepare(name string, code kez.Code) (string, error) {
	root, err := h.makeRoot(code)
	if err != nil {
		return "", err
	}
	defer root.Close()
	if err := h.enter(root, name, true, code); err != nil {
		return "", err
	}
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return h.Path(name), nil
	case err != nil:
		return "", fail(code, "look at", h.Path(name), err)
	}
	if err := checkFile(h.Path(name), info, code); err != nil {
		return "", err
	}
	return h.Path(name), checkAccess(h.Path(name), info, closedToOthers, "600", code)
}

// RemoveAll deletes files of one folder, those that are there, and makes that
// last.
func (h *Home) RemoveAll(dir string, names []string, code kez.Code) error {
	root, err := h.openRoot(code)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	if err := h.enter(root, dir+"/x", false, code); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	for _, name := range names {
		if err := root.Remove(path.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fail(code, "remove", h.Path(dir, name), err)
		}
	}
	return h.syncDir(root, dir, code)
}
