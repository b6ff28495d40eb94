package home

import (
	"os"
	"path"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Locked is a file that no other kez writes until Unlock. The lock is advisory
// and ends with the process, however that ends.
type Locked struct {
	home *Home
	root *os.Root
	file *os.File
	name string
	code kez.Code
}

// lockPoll is the time between two tries; the system offers no wait with a
// bound.
const lockPoll = 10 * time.Millisecond

// Lock waits a few seconds for other writers of the file and locks it. The lock
// is on a file beside it, since each write replaces the file itself. That file
// stays: to delete it would let two writers lock two different ones.
func (h *Home) Lock(name string, code kez.Code) (*Locked, error) {
	root, err := h.makeRoot(code)
	if err != nil {
		return nil, err
	}
	locked := &Locked{home: h, root: root, name: name, code: code}
	if err := h.enter(root, name, true, code); err != nil {
		root.Close()
		return nil, err
	}
	beside := path.Join(path.Dir(name), "."+path.Base(name)+".lock")
	if locked.file, err = openLockFile(root, beside); err != nil {
		root.Close()
		return nil, fail(code, "lock", h.Path(name), err)
	}
	for deadline := time.Now().Add(h.wait); ; time.Sleep(lockPoll) {
		held, err := tryLock(locked.file)
		switch {
		case err != nil:
			locked.Unlock()
			return nil, fail(code, "lock", h.Path(name), err)
		case !held:
			return locked, nil
		case time.Now().After(deadline):
			locked.Unlock()
			return nil, kez.Errorf(kez.CLILocked, "another kez is writing %s", h.Path(name)).
				WithHint("wait until it is done, or end it, then try again")
		}
	}
}

// openLockFile opens the lock file, and makes it where it is absent.
func openLockFile(root *os.Root, name string) (*os.File, error) {
	file, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE|openNoWait, 0o600)
	if err != nil || !hasOwners {
		return file, err
	}
	info, err := file.Stat()
	if err == nil && info.Mode().Perm() != 0o600 && ownerOf(info) == os.Geteuid() {
		err = file.Chmod(0o600)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// Unlock ends the lock. The Locked is of no use afterwards.
func (l *Locked) Unlock() {
	l.file.Close()
	l.root.Close()
}
