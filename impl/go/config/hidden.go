package config

import (
	"fmt"
	"io"
)

// Hidden is a secret setting. It prints and marshals as "set" or "not set".
type Hidden struct {
	// A function, because fmt prints the content of every other kind of field.
	reveal func() string
	Source string
}

func hide(text, source string) Hidden { return Hidden{func() string { return text }, source} }

// Reveal gives the secret, "" where it is not set.
func (h Hidden) Reveal() string {
	if h.reveal == nil {
		return ""
	}
	return h.reveal()
}

// IsSet reports whether there is one.
func (h Hidden) IsSet() bool { return h.Reveal() != "" }

// String says whether it is set.
func (h Hidden) String() string {
	if h.IsSet() {
		return "set"
	}
	return "not set"
}

// Format does the same for every verb.
func (h Hidden) Format(f fmt.State, _ rune) { io.WriteString(f, h.String()) }

// MarshalText does the same for every encoder.
func (h Hidden) MarshalText() ([]byte, error) { return []byte(h.String()), nil }
