package suite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/vectors"
)

// compare gives the differences between an accepted state and the one that the
// case wants. Members that the case does not name are ignored, at every depth;
// lists are compared whole; bytes are compared as bytes, however spelt.
func compare(want map[string]json.RawMessage, got json.RawMessage) []string {
	var answer map[string]json.RawMessage
	if err := json.Unmarshal(got, &answer); err != nil {
		return []string{"the accepted state is no object"}
	}
	var differences []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, found := answer[name]
		if !found {
			differences = append(differences, fmt.Sprintf("%s: want %s, got nothing", name, short(want[name])))
			continue
		}
		if !same(want[name], value) {
			differences = append(differences, fmt.Sprintf("%s: want %s, got %s", name, short(want[name]), short(value)))
		}
	}
	return differences
}

// same compares two JSON values.
func same(want, got json.RawMessage) bool {
	want, got = bytes.TrimSpace(want), bytes.TrimSpace(got)
	if bytes.Equal(want, got) {
		return true
	}
	if len(want) == 0 || len(got) == 0 || want[0] != got[0] {
		return false
	}
	switch want[0] {
	case '{':
		return sameObject(want, got)
	case '[':
		var a, b []json.RawMessage
		if json.Unmarshal(want, &a) != nil || json.Unmarshal(got, &b) != nil {
			return false
		}
		return slices.EqualFunc(a, b, same)
	case '"':
		var a, b string
		return json.Unmarshal(want, &a) == nil && json.Unmarshal(got, &b) == nil && a == b
	}
	return false // numbers, true, false and null have one spelling here
}

func sameObject(want, got json.RawMessage) bool {
	if a, isBytes := decode(want); isBytes {
		b, also := decode(got)
		return also && bytes.Equal(a, b)
	}
	var a, b map[string]json.RawMessage
	if json.Unmarshal(want, &a) != nil || json.Unmarshal(got, &b) != nil {
		return false
	}
	for name, value := range a {
		other, found := b[name]
		if !found || !same(value, other) {
			return false
		}
	}
	return true
}

// decode reads a value as bytes; false where it is no spelling of bytes.
func decode(raw json.RawMessage) ([]byte, bool) {
	b, err := vectors.ParseBytes(raw)
	if err != nil {
		return nil, false
	}
	data, err := b.Decode()
	return data, err == nil
}

// short shows a value in a message.
func short(raw json.RawMessage) string {
	const most = 300
	var compact bytes.Buffer
	text := string(raw)
	if json.Compact(&compact, raw) == nil {
		text = compact.String()
	}
	return cut(text, most)
}

// cut shortens a text for a message.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(text[:most], ""), len(text))
}

// wanted words what a case expects.
func wanted(e vectors.Expect) string {
	if e.Reject == nil {
		state, err := json.Marshal(e.Accept)
		if err != nil {
			return "accept"
		}
		return "accept " + short(state)
	}
	text := "reject " + strings.Join(append([]string{e.Reject.Code}, e.Reject.Also...), " or ")
	if e.Reject.At != 0 {
		text += fmt.Sprintf(" at line %d", e.Reject.At)
	}
	return text
}

// given words an answer.
func given(a adapter.Answer) string {
	switch {
	case a.Unsupported:
		return "unsupported"
	case a.Fault != nil:
		return "fault " + adapter.Excerpt([]byte(*a.Fault))
	case a.Reject != nil:
		text := "reject " + cut(a.Reject.Code, 100)
		if a.Reject.At != 0 {
			text += fmt.Sprintf(" at line %d", a.Reject.At)
		}
		if a.Reject.Message != "" {
			text += " (" + cut(a.Reject.Message, 1000) + ")"
		}
		return text
	}
	return "accept " + short(a.Accept)
}
