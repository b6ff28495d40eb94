package nostr

import "slices"

// filter is one filter of a REQ.
type filter struct {
	Authors []string `json:"authors"`
	Kinds   []int    `json:"kinds"`
	D       []string `json:"#d,omitempty"`
	E       []string `json:"#e,omitempty"`
	A       []string `json:"#a,omitempty"`
	Limit   int      `json:"limit,omitempty"`
}

// places are the filters for all that can hold a proof (KEZ-CHAN-050).
func places(author string) []filter {
	authors := []string{author}
	return []filter{
		{Authors: authors, Kinds: []int{kindProfile}},
		{Authors: authors, Kinds: []int{kindPost}, Limit: MaxPosts},
		{Authors: authors, Kinds: []int{kindData}, D: []string{"kez"}},
	}
}

// chainPlace is the filter for the event that holds a chain.
func chainPlace(author string) []filter {
	return []filter{{Authors: []string{author}, Kinds: []int{kindData}, D: []string{chainTag}}}
}

// asked reports whether a filter asked for an event; relays send what they like.
func asked(filters []filter, e *event) bool {
	return slices.ContainsFunc(filters, func(f filter) bool {
		if !slices.Contains(f.Authors, e.PubKey) || !slices.Contains(f.Kinds, e.Kind) {
			return false
		}
		if d, found := e.tag("d"); f.D != nil && (!found || !slices.Contains(f.D, d)) {
			return false
		}
		return f.E == nil && f.A == nil || e.names("e", f.E) || e.names("a", f.A)
	})
}

// names reports whether any tag of a name has one of these values.
func (e *event) names(name string, values []string) bool {
	return slices.ContainsFunc(e.Tags, func(tag []string) bool {
		return len(tag) > 1 && tag[0] == name && slices.Contains(values, tag[1])
	})
}
