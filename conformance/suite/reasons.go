package suite

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"kez.lat/kez/vectors"
)

// Reasons are case ids, each with the reason somebody wrote down.
type Reasons map[string]string

// ReadReasons reads an expected-failures file: one case id a line, followed by
// white space, # and a reason. Empty lines and lines that start with # are comments.
func ReadReasons(path string) (Reasons, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the expected-failures file %s is not there; `kez-conformance init` writes one", path)
	}
	if err != nil {
		return nil, fmt.Errorf("the expected-failures file cannot be read: %w", err)
	}
	defer f.Close()
	reasons, err := ParseReasons(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return reasons, nil
}

// ParseReasons reads the text of an expected-failures file.
func ParseReasons(r io.Reader) (Reasons, error) {
	reasons := Reasons{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if strings.HasPrefix(lines.Text(), "\ufeff") {
			return nil, fmt.Errorf("line %d starts with a byte order mark; save the file without one", n)
		}
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, reason, found := line, "", false
		if at := strings.IndexAny(line, " \t"); at >= 0 {
			id = line[:at]
			reason, found = strings.CutPrefix(strings.TrimSpace(line[at:]), "#")
			reason = strings.TrimSpace(reason)
			if !found {
				id = line
			}
		}
		switch {
		case strings.ContainsAny(id, " \t"):
			return nil, fmt.Errorf("line %d: %q is no case id with a reason; write `ID # why`", n, id)
		case !found || reason == "":
			return nil, fmt.Errorf("line %d: %s has no reason; write `%s # why`", n, id, id)
		case reasons[id] != "":
			return nil, fmt.Errorf("line %d: %s stands there twice", n, id)
		}
		reasons[id] = reason
	}
	return reasons, lines.Err()
}

// Check refuses ids that no case has, since a misspelt one would protect
// nothing and look as if it did.
func (r Reasons) Check(cases []vectors.Case) error {
	known := map[string]bool{}
	for _, c := range cases {
		known[c.ID] = true
	}
	var unknown []string
	for id := range r {
		if !known[id] {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return fmt.Errorf("no case has the id %s", strings.Join(unknown, ", "))
}
