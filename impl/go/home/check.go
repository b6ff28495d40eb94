package home

import (
	"io/fs"
	"os"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

const (
	closedToOthers   fs.FileMode = 0o077
	writableByOthers fs.FileMode = 0o022
)

// checkDir judges a directory by what Lstat says of it.
func checkDir(path string, info fs.FileInfo, code kez.Code) error {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return linkError(path, code)
	case !info.IsDir():
		return kez.Errorf(code, "%s is no directory", path).
			WithHint("move it away: mv %s %s", ShellQuote(path), ShellQuote(path+".old"))
	}
	return checkAccess(path, info, closedToOthers, "700", code)
}

// checkFile judges a file. Key files must be closed to others; what is public
// anyway must not be writable for them.
func checkFile(path string, info fs.FileInfo, code kez.Code) error {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return linkError(path, code)
	case !info.Mode().IsRegular():
		return kez.Errorf(code, "%s is no regular file", path).
			WithHint("put a plain file there")
	}
	forbidden := writableByOthers
	if code == kez.CLIKeyStore {
		forbidden = closedToOthers
	}
	return checkAccess(path, info, forbidden, "600", code)
}

func checkAccess(path string, info fs.FileInfo, forbidden fs.FileMode, mend string, code kez.Code) error {
	if !hasOwners {
		return nil
	}
	if owner, self := ownerOf(info), os.Geteuid(); owner != self {
		return kez.Errorf(code, "%s belongs to another user (uid %d, and this is uid %d)", path, owner, self).
			WithHint("if it is yours: sudo chown %d %s", self, ShellQuote(path))
	}
	if info.Mode().Perm()&forbidden != 0 {
		return kez.Errorf(code, "%s is open to other users (mode %04o)", path, info.Mode().Perm()).
			WithHint("chmod %s %s", mend, ShellQuote(path))
	}
	return nil
}

func linkError(path string, code kez.Code) error {
	return kez.Errorf(code, "%s is a symbolic link, and links are not followed here", path).
		WithHint("replace it by what it points to: rm %s, then copy the original there", ShellQuote(path))
}

// ShellQuote makes a path safe to paste into a POSIX shell.
func ShellQuote(path string) string {
	plain := func(r rune) bool {
		return r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+@%", r))
	}
	if strings.ContainsFunc(path, func(r rune) bool { return !plain(r) }) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
