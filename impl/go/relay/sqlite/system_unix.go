//go:build unix

package sqlite

import (
	"fmt"
	"os"
	"syscall"
)

// identify names the file at path as the file system does: a copy that is put in
// its place has another name.
func identify(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "unknown", nil
	}
	return fmt.Sprintf("%d:%d", stat.Dev, stat.Ino), nil
}
