package suite

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"kez.lat/kez/vectors"
)

// Filter narrows the cases; an empty member narrows nothing.
type Filter struct {
	IDs    []string // ids or patterns of path.Match
	Ops    []string
	Tags   []string // KEZ-CHAIN-007, or an area: KEZ-CHAIN
	Levels []string
}

// ErrEmpty is the error of a selection without a case.
var ErrEmpty = errors.New("no case is selected")

// Select gives the cases that pass the filter, in the order of their ids. An
// empty selection is an error, and so is an exact id that no case has.
func Select(cases []vectors.Case, f Filter) ([]vectors.Case, error) {
	if len(cases) == 0 {
		return nil, fmt.Errorf("%w: the vectors hold no case at all", ErrEmpty)
	}
	for _, pattern := range f.IDs {
		matched, err := anyMatch(cases, pattern)
		if err != nil {
			return nil, err
		}
		if !matched {
			return nil, fmt.Errorf("%w: no case has the id %q; `kez-conformance list` shows the ids", ErrEmpty, pattern)
		}
	}
	var selected []vectors.Case
	for _, c := range cases {
		if f.takes(c) {
			selected = append(selected, c)
		}
	}
	if len(selected) == 0 {
		return nil, fmt.Errorf("%w by %s", ErrEmpty, f)
	}
	slices.SortFunc(selected, func(a, b vectors.Case) int { return strings.Compare(a.ID, b.ID) })
	return selected, nil
}

func anyMatch(cases []vectors.Case, pattern string) (bool, error) {
	for _, c := range cases {
		matched, err := path.Match(pattern, c.ID)
		if err != nil {
			return false, fmt.Errorf("the pattern %q is malformed", pattern)
		}
		if matched {
			return true, nil
		}
	}
	return false, nil
}

func (f Filter) takes(c vectors.Case) bool {
	return fits(f.IDs, func(pattern string) bool {
		matched, err := path.Match(pattern, c.ID)
		return err == nil && matched
	}) && fits(f.Ops, func(op string) bool {
		return op == c.Op
	}) && fits(f.Tags, func(tag string) bool {
		return slices.ContainsFunc(c.Tags, func(t string) bool { return t == tag || strings.HasPrefix(t, tag+"-") })
	}) && fits(f.Levels, func(level string) bool {
		return level == c.Level
	})
}

// fits reports whether one of the values fits, or there is none.
func fits(values []string, fit func(string) bool) bool {
	return len(values) == 0 || slices.ContainsFunc(values, fit)
}

// String words the filter for a message.
func (f Filter) String() string {
	var parts []string
	for _, p := range []struct {
		name   string
		values []string
	}{{"id", f.IDs}, {"op", f.Ops}, {"tag", f.Tags}, {"level", f.Levels}} {
		if len(p.values) > 0 {
			parts = append(parts, p.name+" "+strings.Join(p.values, " or "))
		}
	}
	if len(parts) == 0 {
		return "a filter that takes everything"
	}
	return strings.Join(parts, ", ")
}
