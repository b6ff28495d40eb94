package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

// readInput reads the file a command is about, "-" being standard input. The
// bound is that of the largest form there is; each form has its own below it.
// Devices and pipes are read up to the bound and no further.
func (a *app) readInput(path string) ([]byte, error) {
	if path == "-" {
		return readAll(a.env.Stdin, encoding.MaxBundle)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, kez.Errorf(kez.CLIFile, "%s is a directory", path).WithHint("name the file inside it")
	}
	data, err := readAll(file, encoding.MaxBundle)
	if errors.Is(err, kez.CLIFile) {
		return nil, fileError(path, errors.Unwrap(err))
	}
	return data, err
}

// writeOut writes the file of --out: a new one, or with --force in place of an
// old one, whole or not at all.
func writeOut(path string, data []byte, mode fs.FileMode, force bool) error {
	if info, err := os.Stat(path); err == nil {
		switch {
		case info.IsDir():
			return kez.Errorf(kez.CLIFile, "%s is a directory", path).WithHint("name a file inside it")
		case !info.Mode().IsRegular():
			return writeDevice(path, data)
		case !force:
			return kez.Errorf(kez.CLIFile, "%s exists already", path).WithHint("give --force to replace it, or another path")
		}
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".kez-out-*")
	if err != nil {
		return fileError(path, err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close())
	if err != nil {
		return fileError(path, err)
	}
	if force {
		err = os.Rename(temp.Name(), path)
	} else {
		err = linkNew(temp.Name(), path)
	}
	if err != nil {
		return fileError(path, err)
	}
	return nil
}

// linkNew puts the finished file in place without replacing one that appeared
// in the meantime.
func linkNew(temp, path string) error {
	err := os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// Some file systems have no hard links; the check for an existing file was
	// made before.
	return os.Rename(temp, path)
}

// writeDevice writes to what is no regular file, such as /dev/stdout or a pipe.
func writeDevice(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fileError(path, err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err != nil {
		return fileError(path, err)
	}
	return nil
}

// fileError words a failure of the file system without the path twice.
func fileError(path string, err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	if linkError, ok := errors.AsType[*os.LinkError](err); ok {
		err = linkError.Err
	}
	e := kez.Errorf(kez.CLIFile, "%s: %w", path, err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return e.WithHint("check the path")
	case errors.Is(err, fs.ErrPermission):
		return e.WithHint("check who owns it: ls -ld %s", shellQuote(path))
	}
	return e
}

// wideMode reports whether others than the owner may read a file.
func wideMode(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

// shellQuote writes a path as a POSIX shell takes it.
func shellQuote(path string) string {
	if path != "" && strings.Trim(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-~+,:@") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }
