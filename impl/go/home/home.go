// Package home is the folder that holds keys, kept chains and the
// configuration: KEZ_HOME, by default ~/.kez.
//
// # What others may do
//
// Directories are made 0700 and files 0600 whatever the umask. Symbolic links,
// foreign owners and directories or key files that others may enter or read are
// refused, and the hint holds the command that mends it. Other files are
// refused once others may write to them. On Windows, where the user's profile
// has an access list of its own, owner and mode are not judged.
//
// # What a crash can do
//
// A file is replaced by one rename of a complete, synced copy, so a reader sees
// the old or the new content at any moment. Writers of one file take a lock on
// a file beside it. The folder is made by the first write, never by a read.
package home

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Home is the folder. It is safe for concurrent use, also by other processes.
type Home struct {
	path string
	wait time.Duration
}

// lockWait is how long a writer waits for another one: long enough for a write
// to a slow disk, short enough for a person to wait.
const lockWait = 5 * time.Second

// DefaultPath gives $KEZ_HOME, or .kez in the user's home directory.
func DefaultPath(getenv func(string) string) (string, error) {
	if path := getenv("KEZ_HOME"); path != "" {
		return path, nil
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		return "", kez.Errorf(kez.CLIFile, "there is no home directory to keep keys and chains in").
			WithHint("set KEZ_HOME to a folder of your own")
	}
	return filepath.Join(dir, ".kez"), nil
}

// Open names the folder. It may be absent; where it is there, it must be the
// user's own, closed to others.
func Open(path string) (*Home, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fail(kez.CLIFile, "find", path, err)
	}
	h := &Home{path, lockWait}
	root, err := h.openRoot(kez.CLIFile)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return nil, err
	}
	return h, root.Close()
}

// Path gives the absolute path of the folder, or of a file in it.
func (h *Home) Path(name ...string) string {
	return filepath.Join(append([]string{h.path}, name...)...)
}

// openRoot opens the folder, after which no name can lead out of it.
func (h *Home) openRoot(code kez.Code) (*os.Root, error) {
	before, err := os.Lstat(h.path)
	if err != nil {
		return nil, fail(code, "open", h.path, err)
	}
	if err := checkDir(h.path, before, code); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(h.path)
	if err != nil {
		return nil, fail(code, "open", h.path, err)
	}
	if after, err := root.Stat("."); err != nil || !os.SameFile(before, after) {
		root.Close()
		return nil, kez.Errorf(code, "%s was exchanged while it was opened", h.path)
	}
	return root, nil
}

// makeRoot opens the folder and makes it where it is absent.
func (h *Home) makeRoot(code kez.Code) (*os.Root, error) {
	root, err := h.openRoot(code)
	if !errors.Is(err, fs.ErrNotExist) {
		return root, err
	}
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return nil, fail(code, "make", filepath.Dir(h.path), err)
	}
	if err := os.Mkdir(h.path, 0o700); err == nil {
		// The umask may have taken bits away that the owner needs.
		err = os.Chmod(h.path, 0o700)
		if err != nil {
			return nil, fail(code, "make", h.path, err)
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return nil, fail(code, "make", h.path, err)
	}
	return h.openRoot(code)
}

// enter checks every directory on the way to name, and makes those that are
// absent where asked to.
func (h *Home) enter(root *os.Root, name string, makeDirs bool, code kez.Code) error {
	if !validName(name) {
		return kez.Errorf(code, "%q is no name of a file in %s", name, h.path)
	}
	for i := range len(name) {
		if name[i] != '/' {
			continue
		}
		dir := name[:i]
		if makeDirs {
			if err := root.Mkdir(dir, 0o700); err == nil {
				err = root.Chmod(dir, 0o700)
				if err != nil {
					return fail(code, "make", h.Path(dir), err)
				}
			} else if !errors.Is(err, fs.ErrExist) {
				return fail(code, "make", h.Path(dir), err)
			}
		}
		info, err := root.Lstat(dir)
		if err != nil {
			return fail(code, "open", h.Path(dir), err)
		}
		if err := checkDir(h.Path(dir), info, code); err != nil {
			return err
		}
	}
	return nil
}

// validName takes slash-separated names without dot files, which are this
// package's own.
func validName(name string) bool {
	if name == "" || !filepath.IsLocal(name) || strings.ContainsAny(name, "\\\x00") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' {
			return false
		}
	}
	return true
}

// fail says what could not be done with which file, and keeps the cause for
// errors.Is.
func fail(code kez.Code, verb, path string, err error) *kez.Error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		err = e.Err
	}
	return kez.Errorf(code, "cannot %s %s: %w", verb, path, err).WithHint("%s", Remedy(path, err))
}

// Remedy says what to do about a failure of the file system.
func Remedy(path string, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "check the path; it does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "see who owns it: ls -ld " + ShellQuote(filepath.Dir(path))
	case isFull(err):
		return "the disk is full or a quota is used up; free some space, and try again: nothing was lost"
	case isReadOnly(err):
		return "the file system is read-only; set KEZ_HOME to a folder that can be written"
	}
	return "check the disk; nothing that was kept before was changed"
}
