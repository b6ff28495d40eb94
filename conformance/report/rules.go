package report

import (
	"sync"

	"kez.lat/kez/spec"
)

// Rule gives the sentence of a tag; the text is empty for an unknown one.
func Rule(tag string) spec.Tag {
	rule, found := rules()[tag]
	if !found {
		return spec.Tag{ID: tag}
	}
	return rule
}

var rules = sync.OnceValue(func() map[string]spec.Tag {
	byID := map[string]spec.Tag{}
	for _, t := range spec.Tags() {
		byID[t.ID] = t
	}
	return byID
})
