//go:build unix

package home

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	hasOwners  = true
	hasDirSync = true
	// openNoWait keeps a FIFO in place of a file from stopping the process, and
	// refuses a link that appears after it was looked for.
	openNoWait = unix.O_NONBLOCK | unix.O_NOFOLLOW
)

func ownerOf(info fs.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }

// tryLock reports whether somebody else holds the lock.
func tryLock(file *os.File) (held bool, err error) {
	for {
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

func isFull(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }

func isReadOnly(err error) bool { return errors.Is(err, unix.EROFS) }

// syncUnsupported tells a file system that cannot sync directories from one
// that failed to.
func syncUnsupported(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP)
}
