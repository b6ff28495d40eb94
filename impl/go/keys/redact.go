package keys

import (
	"fmt"
	"io"
	"log/slog"
)

// String names the key by its public identity.
func (p Private) String() string { return "secret key of " + p.id.String() }

// Format prints the same for every verb and flag, %#v and %x included.
func (p Private) Format(f fmt.State, _ rune) { io.WriteString(f, p.String()) }

// GoString serves printers that ask for it themselves.
func (p Private) GoString() string { return p.String() }

// MarshalText keeps the secret out of JSON, TOML, YAML and XML.
func (p Private) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// LogValue keeps the secret out of structured logs.
func (p Private) LogValue() slog.Value { return slog.StringValue(p.String()) }
