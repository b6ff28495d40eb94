package lint

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kez.lat/kez/vectors"
)

// ids.txt holds every id there ever was, in the order in which they came. A
// withdrawn one keeps its line and gets a reason: "id withdrawn: reason".

func history(text string) (ids []string, withdrawn map[string]string) {
	withdrawn = map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, reason, gone := strings.Cut(line, " withdrawn: ")
		ids = append(ids, id)
		if gone {
			withdrawn[id] = reason
		}
	}
	return ids, withdrawn
}

func appendIDs(folder string, files map[string][]byte) error {
	path := filepath.Join(folder, "ids.txt")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	ids, _ := history(string(text))
	for _, id := range ids {
		known[id] = true
	}
	all, err := cases(os.DirFS(folder))
	if err != nil {
		return err
	}
	for _, c := range all {
		if !known[c.ID] {
			text = fmt.Appendf(text, "%s\n", c.ID)
		}
	}
	return os.WriteFile(path, text, 0o644)
}

// checkHistory finds ids that vanished, came back or are not listed.
func checkHistory(folder fs.FS, all []vectors.Case) []error {
	text, err := fs.ReadFile(folder, "ids.txt")
	if err != nil {
		return []error{err}
	}
	var faults []error
	current := map[string]bool{}
	for _, c := range all {
		current[c.ID] = true
	}
	ids, withdrawn := history(string(text))
	seen := map[string]bool{}
	for _, id := range ids {
		reason, gone := withdrawn[id]
		switch {
		case seen[id]:
			faults = append(faults, fmt.Errorf("ids.txt: %s stands twice", id))
		case gone && reason == "":
			faults = append(faults, fmt.Errorf("ids.txt: %s is withdrawn without a reason", id))
		case gone && current[id]:
			faults = append(faults, fmt.Errorf("ids.txt: %s is withdrawn and used again", id))
		case !gone && !current[id]:
			faults = append(faults, fmt.Errorf("ids.txt: %s has vanished", id))
		}
		seen[id] = true
	}
	for _, c := range all {
		if !seen[c.ID] {
			faults = append(faults, fmt.Errorf("ids.txt: %s is missing", c.ID))
		}
	}
	return faults
}
