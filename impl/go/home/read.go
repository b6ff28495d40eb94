package home

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// Read gives the content of a file of at most limit bytes. Every failure
// carries code; that of an absent file is fs.ErrNotExist too. With the code
// cli.key_store the file must be closed to others.
func (h *Home) Read(name string, limit int64, code kez.Code) ([]byte, error) {
	root, err := h.openRoot(code)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return h.read(root, name, limit, code)
}

func (h *Home) read(root *os.Root, name string, limit int64, code kez.Code) ([]byte, error) {
	if err := h.enter(root, name, false, code); err != nil {
		return nil, err
	}
	before, err := root.Lstat(name)
	if err != nil {
		return nil, fail(code, "read", h.Path(name), err)
	}
	if err := checkFile(h.Path(name), before, code); err != nil {
		return nil, err
	}
	file, err := root.OpenFile(name, os.O_RDONLY|openNoWait, 0)
	if err != nil {
		return nil, fail(code, "read", h.Path(name), err)
	}
	defer file.Close()
	return readChecked(file, h.Path(name), before, limit, code)
}

// readChecked reads an open file if it is the one that was looked at: a link
// put in its place in between would lead to another.
func readChecked(file *os.File, path string, before fs.FileInfo, limit int64, code kez.Code) ([]byte, error) {
	after, err := file.Stat()
	if err != nil {
		return nil, fail(code, "read", path, err)
	}
	if !os.SameFile(before, after) {
		return nil, kez.Errorf(code, "%s was exchanged while it was opened", path).WithHint("try again")
	}
	if err := checkFile(path, after, code); err != nil {
		return nil, err
	}
	return readLimited(file, path, limit, code)
}

func readLimited(file *os.File, path string, limit int64, code kez.Code) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fail(code, "read", path, err)
	}
	if int64(len(data)) > limit {
		clear(data)
		return nil, kez.Errorf(code, "%s is larger than %d bytes", path, limit)
	}
	return data, nil
}

// ReadSecretFile reads a file outside the folder that holds a secret, such as a
// passphrase. The user named it, so links are followed and a pipe is as good as
// a file; what was opened is judged, and a file must be closed to others.
func ReadSecretFile(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fail(kez.CLIKeyStore, "read", path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fail(kez.CLIKeyStore, "read", path, err)
	}
	switch {
	case info.IsDir():
		return nil, kez.Errorf(kez.CLIKeyStore, "%s is a directory", path).WithHint("name the file inside it")
	case info.Mode().IsRegular():
		if err := checkAccess(path, info, closedToOthers, "600", kez.CLIKeyStore); err != nil {
			return nil, err
		}
	}
	return readLimited(file, path, limit, kez.CLIKeyStore)
}

// List gives the names of the files in a directory of the folder, in order,
// this package's own left out. An absent directory is an empty one.
func (h *Home) List(dir string, code kez.Code) ([]string, error) {
	root, err := h.openRoot(code)
	if err == nil {
		defer root.Close()
		err = h.enter(root, dir+"/x", false, code)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(root.FS(), dir)
	if err != nil {
		return nil, fail(code, "list", h.Path(dir), err)
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}
