package home

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

const (
	hasOwners  = false
	hasDirSync = false
	openNoWait = 0
)

func ownerOf(fs.FileInfo) int { return 0 }

// tryLock reports whether somebody else holds the lock.
func tryLock(file *os.File) (held bool, err error) {
	err = windows.LockFileEx(windows.Handle(file.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return true, nil
	}
	return false, err
}

func isFull(err error) bool { return errors.Is(err, windows.ERROR_DISK_FULL) }

func isReadOnly(err error) bool { return errors.Is(err, windows.ERROR_WRITE_PROTECT) }

func syncUnsupported(error) bool { return false }
