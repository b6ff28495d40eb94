package report

import (
	"errors"
	"os"
	"path/filepath"
)

// Prepare makes a folder and shows that files can be written there, so that a
// long run is not for nothing.
func Prepare(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".try-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// WriteAll writes every report into a folder and gives the path of the page to
// read.
func (d *Document) WriteAll(folder string) (page string, err error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	for _, f := range []struct {
		name string
		make func() ([]byte, error)
	}{
		{"results.json", d.JSON},
		{"junit.xml", d.JUnit},
		{"badge.json", d.Badge},
		{"spec-coverage.md", d.Coverage},
		{"report.html", d.HTML},
	} {
		data, err := f.make()
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(folder, f.name), data, 0o666); err != nil {
			return "", err
		}
	}
	return filepath.Join(folder, "report.html"), nil
}
