package cli

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// readInput reads the file a command is about, "-" being standard input. What is
// larger than the largest form may be is refused whatever it holds, so that
// devices and endless pipes end at once (KEZ-CLI-083).
func (a *app) readInput(path string) ([]byte, error) {
	if path == "-" {
		return readSome(a.env.Stdin)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, kez.Errorf(kez.CLIFile, "%s is a directory", shown(path)).WithHint("name the file inside it")
	}
	data, err := readSome(file)
	if errors.Is(err, kez.CLIFile) {
		return nil, fileError(path, errors.Unwrap(err))
	}
	return data, err
}

func readSome(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, encoding.MaxBundle+1))
	if err != nil {
		return nil, kez.Errorf(kez.CLIFile, "the input cannot be read: %w", err).WithHint("try again")
	}
	if len(data) > encoding.MaxBundle {
		return nil, kez.Errorf(kez.InputTooLarge, "the input is larger than %d bytes, and no proof or chain is", encoding.MaxBundle).
			WithHint("check that this is the right file")
	}
	return data, nil
}

// Modes of the files of --out.
const (
	secretMode fs.FileMode = 0o600
	publicMode fs.FileMode = 0o644
)

// checkOut refuses an --out that writeOut would, before a command asks for a
// passphrase or signs anything.
func checkOut(path string, force bool) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil
	case info.IsDir():
		return kez.Errorf(kez.CLIFile, "%s is a directory", shown(path)).WithHint("name a file inside it")
	case info.Mode().IsRegular() && !force:
		return kez.Errorf(kez.CLIFile, "%s exists already", shown(path)).WithHint("give --force to replace it, or another path")
	}
	return nil
}

// writeOut writes the file of --out: a new one, or with --force in place of an
// old one, whole or not at all. The umask counts for what is public.
func writeOut(path string, data []byte, mode fs.FileMode, force bool) error {
	return writeOutBy(path, mode, force, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// writeOutBy is writeOut for what is too large to be held in memory. An error of
// write with a code comes back as it is.
func writeOutBy(path string, mode fs.FileMode, force bool, write func(io.Writer) error) error {
	if err := checkOut(path, force); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeDevice(path, write)
	}
	temp := filepath.Join(filepath.Dir(path), ".kez-out-"+rand.Text())
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fileError(path, err)
	}
	defer os.Remove(temp)
	err = write(file)
	if mode == secretMode { // whatever the umask (KEZ-CLI-007)
		err = errors.Join(err, file.Chmod(mode))
	}
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return outError(path, err)
	}
	if force {
		err = os.Rename(temp, path)
	} else {
		err = linkNew(temp, path)
	}
	if err != nil {
		return fileError(path, err)
	}
	return syncDir(filepath.Dir(path))
}

// outError is fileError where the writer has not worded it already.
func outError(path string, err error) error {
	if coded, ok := errors.AsType[*kez.Error](err); ok {
		return coded
	}
	return fileError(path, err)
}

// syncDir makes a new name last: the file may be the only copy of a key.
// Systems that cannot sync a directory say so, which is no failure.
func syncDir(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return nil // it may be written and not listed
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && (errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ENOSPC)) {
		return fileError(dir, err)
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
func writeDevice(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fileError(path, err)
	}
	if err = errors.Join(write(file), file.Close()); err != nil {
		return outError(path, err)
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
	return kez.Errorf(kez.CLIFile, "%s: %w", shown(path), err).WithHint("%s", home.Remedy(path, err))
}

// shown is a path as it may stand in a message: what looks like a secret was
// typed in the wrong place.
func shown(path string) string {
	if _, err := keys.ParseSecret(path); err == nil || strings.Contains(strings.ToLower(path), "nsec1") {
		return "the path (which looks like a secret)"
	}
	return path
}

// wideMode reports whether others than the owner may read a file.
func wideMode(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }
