// Package lint writes the vectors' files and checks them: against the schemas,
// the specification, the sums and their own history.
//
// It is used by the tool and by the tests of package vectors, and by nothing
// that ships.
package lint

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"kez.lat/kez/vectors"
	"kez.lat/kez/vectors/gen"
)

// Generate writes every generated file, removes blobs that no case names any
// more, appends new ids to ids.txt and writes the sums.
func Generate(folder string) error {
	files := gen.Files()
	for name, data := range files {
		path := filepath.Join(folder, name)
		if strings.HasSuffix(name, ".gz") {
			if old, err := os.ReadFile(path); err == nil && same(old, data) {
				continue // another version of gzip may pack otherwise
			}
			data = gen.Pack(data)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	blobs, err := filepath.Glob(filepath.Join(folder, "blobs", "*.gz"))
	if err != nil {
		return err
	}
	for _, path := range blobs {
		if files["blobs/"+filepath.Base(path)] == nil {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	if err := appendIDs(folder, files); err != nil {
		return err
	}
	return WriteSums(folder)
}

func same(packed, data []byte) bool {
	old, err := vectors.Unpack(packed)
	return err == nil && bytes.Equal(old, data)
}

// Stale lists the generated files that differ from those of the folder.
func Stale(folder fs.FS) []string {
	var stale []string
	for name, want := range gen.Files() {
		got, err := fs.ReadFile(folder, name)
		packed := strings.HasSuffix(name, ".gz")
		if err != nil || packed && !same(got, want) || !packed && !bytes.Equal(got, want) {
			stale = append(stale, name)
		}
	}
	sort.Strings(stale)
	return stale
}

// Sums computes the content of SHA256SUMS: all data and schemas, no source.
func Sums(folder fs.FS) ([]byte, error) {
	var lines []string
	for _, pattern := range []string{"*.json", "*.txt", "schema/*.json", "blobs/*"} {
		names, err := fs.Glob(folder, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := fs.ReadFile(folder, name)
			if err != nil {
				return nil, err
			}
			lines = append(lines, fmt.Sprintf("%x  %s\n", sha256.Sum256(data), name))
		}
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i][66:] < lines[j][66:] })
	return []byte(strings.Join(lines, "")), nil
}

// WriteSums writes SHA256SUMS.
func WriteSums(folder string) error {
	sums, err := Sums(os.DirFS(folder))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), sums, 0o644)
}

// cases reads the cases of all topics of a folder.
func cases(folder fs.FS) ([]vectors.Case, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, err
	}
	var all []vectors.Case
	for _, name := range names {
		if name == "keys.json" {
			continue
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		t, err := vectors.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, t.Cases...)
	}
	return all, nil
}

// List prints one line a case.
func List(folder string) error {
	all, err := cases(os.DirFS(folder))
	if err != nil {
		return err
	}
	for _, c := range all {
		want := "accept"
		if c.Expect.Reject != nil {
			want = c.Expect.Reject.Code
		}
		fmt.Printf("%s\t%s\t%s\n", c.ID, c.Op, want)
	}
	return nil
}
