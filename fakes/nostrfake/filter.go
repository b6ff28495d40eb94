package nostrfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// filter is one filter of a REQ; an absent list is nil and matches everything,
// an empty one nothing.
type filter struct {
	ids, authors []string
	kinds        []int
	tags         map[string][]string
	since, until *int64
	limit        *int
}

// parseFilter takes the members of NIP-01 and no others: a relay that passed
// over one would answer another question than was asked.
func parseFilter(raw json.RawMessage) (filter, error) {
	f := filter{tags: map[string][]string{}}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return f, errors.New("a filter is an object")
	}
	for name, value := range members {
		var err error
		switch name {
		case "ids":
			f.ids, err = hexList(value)
		case "authors":
			f.authors, err = hexList(value)
		case "kinds":
			err = json.Unmarshal(value, &f.kinds)
		case "since":
			err = json.Unmarshal(value, &f.since)
		case "until":
			err = json.Unmarshal(value, &f.until)
		case "limit":
			if err = json.Unmarshal(value, &f.limit); err == nil && (f.limit == nil || *f.limit < 0) {
				err = errors.New("is no number from 0")
			}
		default:
			if len(name) != 2 || name[0] != '#' || !letter(name[1]) {
				return f, fmt.Errorf("filter member %q is not of NIP-01", name)
			}
			var values []string
			err = json.Unmarshal(value, &values)
			f.tags[name[1:]] = values
		}
		if err != nil {
			return f, fmt.Errorf("filter member %q: %w", name, err)
		}
	}
	return f, nil
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// hexList reads keys or ids: NIP-01 wants all 64 digits, in lower case.
func hexList(raw json.RawMessage) ([]string, error) {
	list := []string{}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	for _, text := range list {
		if len(text) != 64 || strings.Trim(text, "0123456789abcdef") != "" {
			return nil, fmt.Errorf("%q is not 64 hex digits", text)
		}
	}
	return list, nil
}

func (f *filter) matches(ev *Event) bool {
	if f.ids != nil && !slices.Contains(f.ids, ev.ID) ||
		f.authors != nil && !slices.Contains(f.authors, ev.PubKey) ||
		f.kinds != nil && !slices.Contains(f.kinds, ev.Kind) ||
		f.since != nil && ev.CreatedAt < *f.since ||
		f.until != nil && ev.CreatedAt > *f.until {
		return false
	}
	for name, values := range f.tags {
		if !slices.ContainsFunc(ev.Tags, func(tag []string) bool {
			return len(tag) > 1 && tag[0] == name && slices.Contains(values, tag[1])
		}) {
			return false
		}
	}
	return true
}

// pick gives the events of all filters, each once, each filter cut at its own
// limit.
func pick(events []stored, filters []filter) []stored {
	var picked []stored
	taken := map[int]bool{}
	for _, f := range filters {
		left := len(events)
		if f.limit != nil {
			left = *f.limit
		}
		for i := range events {
			if left > 0 && f.matches(&events[i].Event) {
				left--
				taken[i] = true
			}
		}
	}
	for i, ev := range events {
		if taken[i] {
			picked = append(picked, ev)
		}
	}
	return picked
}
