package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Protocol is the version of PROTOCOL.md spoken here.
const Protocol = 1

// Commands of a request.
const (
	CmdHello = "hello"
	CmdRun   = "run"
	CmdBye   = "bye"
)

// Request is one line to the adapter. It holds neither the id of a case nor
// what is expected.
type Request struct {
	Cmd       string                     `json:"cmd"`
	Protocol  int                        `json:"protocol,omitempty"` // of hello
	Seq       int                        `json:"seq,omitempty"`      // of run; the answer repeats it
	Op        string                     `json:"op,omitempty"`
	Now       string                     `json:"now,omitempty"`
	Input     map[string]json.RawMessage `json:"input,omitempty"`
	Endpoints map[string]string          `json:"endpoints,omitempty"`
}

// Hello is the answer to hello.
type Hello struct {
	Protocol int      `json:"protocol"`
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	Spec     string   `json:"spec,omitempty"`
	Ops      []string `json:"ops"`
	Features []string `json:"features,omitempty"`
}

// Answer is the answer to run; exactly one of the last four members is set.
type Answer struct {
	Seq         int             `json:"seq"`
	Accept      json.RawMessage `json:"accept,omitempty"` // an object
	Reject      *Reject         `json:"reject,omitempty"`
	Unsupported bool            `json:"unsupported,omitempty"`
	Fault       *string         `json:"fault,omitempty"`
}

// Reject is a refusal.
type Reject struct {
	Code    string `json:"code"`
	At      int    `json:"at,omitempty"`
	Message string `json:"message,omitempty"`
}

// ParseHello reads the answer to hello.
func ParseHello(line []byte) (Hello, error) {
	var h Hello
	err := Strict(line)
	if err == nil {
		err = json.Unmarshal(line, &h)
	}
	if err != nil {
		return h, fmt.Errorf("the answer to hello is not the promised JSON: %w: %s", err, Excerpt(line))
	}
	switch {
	case h.Protocol != Protocol:
		return h, fmt.Errorf("the adapter speaks protocol %d, and this suite speaks %d", h.Protocol, Protocol)
	case h.Name == "":
		return h, errors.New("the answer to hello has no name")
	case len(h.Ops) == 0:
		return h, errors.New("the answer to hello declares no ops, so there is nothing to test")
	}
	slices.Sort(h.Ops)
	h.Ops = slices.Compact(h.Ops)
	return h, nil
}

// ParseAnswer reads the answer to run.
func ParseAnswer(line []byte) (Answer, error) {
	var a Answer
	err := Strict(line)
	if err == nil {
		err = json.Unmarshal(line, &a)
	}
	if err != nil {
		return a, fmt.Errorf("the answer is not the promised JSON: %w: %s", err, Excerpt(line))
	}
	if bytes.Equal(bytes.TrimSpace(a.Accept), []byte("null")) {
		a.Accept = nil
	}
	set := 0
	for _, is := range []bool{a.Accept != nil, a.Reject != nil, a.Unsupported, a.Fault != nil} {
		if is {
			set++
		}
	}
	switch {
	case set != 1:
		return a, fmt.Errorf("an answer has exactly one of accept, reject, unsupported and fault, and this one has %d: %s", set, Excerpt(line))
	case a.Accept != nil && bytes.TrimSpace(a.Accept)[0] != '{':
		return a, fmt.Errorf("accept is not an object: %s", Excerpt(line))
	case a.Reject != nil && a.Reject.Code == "":
		return a, fmt.Errorf("a reject has no code: %s", Excerpt(line))
	}
	return a, nil
}

// Excerpt shows hostile bytes in a message: quoted, and cut at 200 bytes.
func Excerpt(b []byte) string { return excerpt(b, 200) }

func excerpt(b []byte, most int) string {
	if len(b) > most {
		return fmt.Sprintf("%q… (%d bytes)", b[:most], len(b))
	}
	return fmt.Sprintf("%q", b)
}
