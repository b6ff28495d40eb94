package adapter

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Input are the members of a request's input.
type Input map[string]json.RawMessage

// inputError is a request that cannot be understood, which says nothing about
// the implementation.
type inputError struct{ text string }

func (e *inputError) Error() string { return e.text }

func badInput(format string, args ...any) error {
	return &inputError{fmt.Sprintf(format, args...)}
}

// Has reports whether a member is there.
func (in Input) Has(name string) bool { return len(in[name]) > 0 }

// Text gives a string member, "" where it is absent.
func (in Input) Text(name string) (string, error) {
	if !in.Has(name) {
		return "", nil
	}
	var s string
	if err := json.Unmarshal(in[name], &s); err != nil {
		data, bytesErr := Decode(in[name])
		if bytesErr != nil {
			return "", badInput("input %s is no string: %v", name, err)
		}
		return string(data), nil
	}
	return s, nil
}

// Bytes gives a member that holds bytes.
func (in Input) Bytes(name string) ([]byte, error) {
	data, err := Decode(in[name])
	if err != nil {
		return nil, badInput("input %s: %v", name, err)
	}
	return data, nil
}

// List gives a member that holds a list of bytes.
func (in Input) List(name string) ([][]byte, error) {
	if !in.Has(name) {
		return nil, nil
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(in[name], &raw); err != nil {
		return nil, badInput("input %s is no list", name)
	}
	list := make([][]byte, len(raw))
	for i := range raw {
		var err error
		if list[i], err = Decode(raw[i]); err != nil {
			return nil, badInput("input %s, element %d: %v", name, i, err)
		}
	}
	return list, nil
}

// Decode reads {"utf8": …}, {"hex": …} or {"b64": …}.
func Decode(raw json.RawMessage) ([]byte, error) {
	var b struct {
		UTF8 *string `json:"utf8"`
		Hex  *string `json:"hex"`
		B64  *string `json:"b64"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, fmt.Errorf("no bytes: %w", err)
	}
	switch {
	case b.UTF8 != nil:
		return []byte(*b.UTF8), nil
	case b.Hex != nil:
		return hex.DecodeString(*b.Hex)
	case b.B64 != nil:
		return base64.StdEncoding.DecodeString(*b.B64)
	}
	return nil, fmt.Errorf("bytes have a member utf8, hex or b64")
}

// Encode writes bytes as text where they are text, else in hex.
func Encode(data []byte) map[string]string {
	if utf8.Valid(data) {
		return map[string]string{"utf8": string(data)}
	}
	return map[string]string{"hex": hex.EncodeToString(data)}
}
