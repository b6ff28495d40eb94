package httpfake

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// mergeJSON applies a merge patch (RFC 7396).
func mergeJSON(document, patch []byte) ([]byte, error) {
	target, err := decode(document)
	if err != nil {
		return nil, fmt.Errorf("the answer to merge into is no JSON: %w", err)
	}
	change, err := decode(patch)
	if err != nil {
		return nil, fmt.Errorf("the merge patch is no JSON: %w", err)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(merge(target, change)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// decode reads JSON with its numbers as they are written.
func decode(text []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}

func merge(target, patch any) any {
	changes, isObject := patch.(map[string]any)
	if !isObject {
		return patch
	}
	members, isObject := target.(map[string]any)
	if !isObject {
		members = map[string]any{}
	}
	for name, value := range changes {
		if value == nil {
			delete(members, name)
			continue
		}
		members[name] = merge(members[name], value)
	}
	return members
}
