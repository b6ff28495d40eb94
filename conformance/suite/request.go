package suite

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/vectors"
)

// RequestOf gives what an adapter is asked for a case. Bytes in files become
// part of the request, so that an adapter reads none.
func RequestOf(c vectors.Case) (adapter.Request, error) {
	r := adapter.Request{Cmd: adapter.CmdRun, Op: c.Op, Input: map[string]json.RawMessage{}}
	if !c.Now.IsZero() {
		r.Now = c.Now.UTC().Format(time.RFC3339Nano)
	}
	for name, raw := range c.Input {
		inlined, err := inline(raw)
		if err != nil {
			return r, fmt.Errorf("case %s: input %s: %w", c.ID, name, err)
		}
		r.Input[name] = inlined
	}
	return r, nil
}

// inline replaces every {"file": …} within a value, at any depth.
func inline(raw json.RawMessage) (json.RawMessage, error) {
	if !mayHoldFile(raw) {
		return raw, nil
	}
	if b, err := vectors.ParseBytes(raw); err == nil && b.File != nil {
		data, err := b.Decode()
		if err != nil {
			return nil, err
		}
		return EncodeBytes(data), nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		for i := range list {
			var err error
			if list[i], err = inline(list[i]); err != nil {
				return nil, err
			}
		}
		return json.Marshal(list)
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil {
		for name := range object {
			var err error
			if object[name], err = inline(object[name]); err != nil {
				return nil, err
			}
		}
		return json.Marshal(object)
	}
	return raw, nil
}

// mayHoldFile is a cheap look before the work.
func mayHoldFile(raw json.RawMessage) bool {
	for i := 0; i+6 <= len(raw); i++ {
		if string(raw[i:i+6]) == `"file"` {
			return true
		}
	}
	return false
}

// EncodeBytes writes bytes as they stand on the wire: as text where they are
// text, else in base64.
func EncodeBytes(data []byte) json.RawMessage {
	member := map[string]string{"utf8": string(data)}
	if !utf8.Valid(data) {
		member = map[string]string{"b64": base64.StdEncoding.EncodeToString(data)}
	}
	out, err := json.Marshal(member)
	if err != nil {
		panic(err) // a map of strings marshals
	}
	return out
}
