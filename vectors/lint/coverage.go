package lint

import (
	"fmt"
	"io/fs"
	"regexp"
	"sort"
	"strings"

	"kez.lat/kez/spec"
	"kez.lat/kez/vectors"
)

// Coverage says which rules and codes have a case.
type Coverage struct {
	Must     int      // rules with MUST
	Cases    int      // of these, with a case
	Partly   int      // with cases that see a part of it only
	Scripted int      // with a script only
	Reasoned int      // with a reason in untestable.txt only
	Later    int      // with a line in later.txt only
	Open     []string // with nothing
	Unused   []string // codes that no case expects
}

// innerCode is the code of a candidate in an accepting state.
var innerCode = regexp.MustCompile(`"code":\s*"([a-z0-9_.]+)"`)

// stale words what is wrong with a line of a list that nothing needs.
var stale = map[string]string{
	"untestable.txt": "has a case by now", "later.txt": "has a case by now", "partly.txt": "has no case",
}

// Cover counts. The faults are lines of the lists that name what is not there
// or what has a case by now.
func Cover(folder fs.FS, all []vectors.Case) (Coverage, []error) {
	var c Coverage
	var faults []error
	tested, expected := map[string]bool{}, map[string]bool{}
	for _, k := range all {
		for _, tag := range k.Tags {
			tested[tag] = true
		}
		if r := k.Expect.Reject; r != nil {
			expected[r.Code] = true
		}
		for _, m := range innerCode.FindAllSubmatch(k.Expect.Accept["candidates"], -1) {
			expected[string(m[1])] = true
		}
	}
	lists := map[string]map[string]string{}
	for _, name := range []string{"scripts.txt", "untestable.txt", "later.txt", "partly.txt"} {
		entries, err := reasons(folder, name)
		if err != nil {
			faults = append(faults, err)
		}
		lists[name] = entries
	}
	used := map[string]bool{}
	covers := func(name, tag string) bool {
		for _, key := range []string{tag, tag[:strings.LastIndex(tag, "-")]} {
			if _, ok := lists[name][key]; ok {
				used[name+" "+key] = true
				return true
			}
		}
		return false
	}
	for _, t := range spec.Tags() {
		if t.Level != "MUST" {
			continue
		}
		c.Must++
		switch {
		case tested[t.ID] && covers("partly.txt", t.ID):
			c.Partly++
		case tested[t.ID]:
			c.Cases++
		case covers("scripts.txt", t.ID):
			c.Scripted++
		case covers("untestable.txt", t.ID):
			c.Reasoned++
		case covers("later.txt", t.ID):
			c.Later++
		default:
			c.Open = append(c.Open, t.ID)
		}
	}
	for name, entries := range lists {
		for key := range entries {
			if name != "scripts.txt" && !used[name+" "+key] {
				faults = append(faults, fmt.Errorf("%s: %s is no rule, or %s", name, key, stale[name]))
			}
		}
	}
	for _, code := range spec.Codes() {
		if !expected[code.Code] {
			c.Unused = append(c.Unused, code.Code)
		}
	}
	sort.Slice(faults, func(i, j int) bool { return faults[i].Error() < faults[j].Error() })
	return c, faults
}

// reasons reads a list of "TAG: text" lines, where TAG may be a whole area.
func reasons(folder fs.FS, name string) (map[string]string, error) {
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, err
	}
	entries := map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		tag, reason, ok := strings.Cut(line, ": ")
		if !ok || !strings.HasPrefix(tag, "KEZ-") || reason == "" {
			return nil, fmt.Errorf("%s: %q is no TAG: REASON", name, line)
		}
		entries[tag] = reason
	}
	return entries, nil
}
