package lint

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"

	"kez.lat/kez/spec"
	"kez.lat/kez/vectors"
)

var slug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)

// checkCases finds cases that break the rules of README.md.
func checkCases(folder fs.FS, all []vectors.Case) []error {
	var faults []error
	fault := func(c vectors.Case, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: %s", c.ID, fmt.Sprintf(format, args...)))
	}
	byID := map[string]vectors.Case{}
	rules := map[string]bool{}
	for _, t := range spec.Tags() {
		rules[t.ID] = true
	}
	codes := map[string]bool{}
	for _, c := range spec.Codes() {
		codes[c.Code] = true
	}
	for _, c := range all {
		if _, twice := byID[c.ID]; twice {
			fault(c, "the id is not unique")
		}
		byID[c.ID] = c
	}
	rejected := 0
	for _, c := range all {
		if !slug.MatchString(c.ID) {
			fault(c, "the id is no slug")
		}
		if c.Title == "" || c.Why == "" || len(c.Tags) == 0 {
			fault(c, "title, why or tags are empty")
		}
		for _, tag := range c.Tags {
			if !rules[tag] {
				fault(c, "no rule %s", tag)
			}
		}
		if (c.Expect.Accept == nil) == (c.Expect.Reject == nil) {
			fault(c, "needs exactly one of accept and reject")
		}
		for _, name := range files(c) {
			if _, err := fs.Stat(folder, name); err != nil {
				fault(c, "no file %s", name)
			}
		}
		if c.Expect.Reject == nil {
			if c.Mutates != "" || c.Mutation != "" || c.Combines != nil {
				fault(c, "an accepting case mutates nothing")
			}
			continue
		}
		rejected++
		for _, code := range append([]string{c.Expect.Reject.Code}, c.Expect.Reject.Also...) {
			if !codes[code] {
				fault(c, "no code %s", code)
			}
		}
		base, ok := byID[c.Mutates]
		if !ok || base.Expect.Accept == nil || base.Op != c.Op {
			fault(c, "mutates %q, which is no accepting case of %s", c.Mutates, c.Op)
		}
		if c.Mutation == "" {
			fault(c, "does not say its one fault")
		}
		checkCombined(c, byID, fault)
	}
	if 2*rejected < len(all) {
		faults = append(faults, fmt.Errorf("%d of %d cases reject, fewer than half", rejected, len(all)))
	}
	return faults
}

// checkCombined holds a case with two faults to what it is for: the code is
// one of those that the faults have alone.
func checkCombined(c vectors.Case, byID map[string]vectors.Case, fault func(vectors.Case, string, ...any)) {
	if c.Combines == nil {
		return
	}
	var codes []string
	for _, id := range c.Combines {
		single, ok := byID[id]
		if !ok || single.Expect.Reject == nil || single.Combines != nil {
			fault(c, "combines %q, which is no single fault", id)
			continue
		}
		codes = append(codes, single.Expect.Reject.Code)
	}
	if len(codes) < 2 || !slices.Contains(codes, c.Expect.Reject.Code) {
		fault(c, "expects %s, which is none of %v", c.Expect.Reject.Code, codes)
	}
}

// files lists the files that a case's bytes stand in.
func files(c vectors.Case) []string {
	var names []string
	for _, members := range []map[string][]byte{raw(c.Input), raw(c.Expect.Accept)} {
		for _, value := range members {
			for _, m := range fileName.FindAllSubmatch(value, -1) {
				names = append(names, string(m[1]))
			}
		}
	}
	return names
}

var fileName = regexp.MustCompile(`\{\s*"file":\s*"([^"]+)"\s*\}`)

func raw[V ~[]byte](members map[string]V) map[string][]byte {
	out := map[string][]byte{}
	for name, value := range members {
		out[name] = value
	}
	return out
}
