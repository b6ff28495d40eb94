package gen

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"unicode"
	"unicode/utf8"

	"kez.lat/kez/vectors"
)

// spell chooses the spelling that a person can read: text where it is plain,
// hex where it is short, base64 for the rest.
func spell(b []byte) vectors.Bytes {
	switch {
	case plain(b):
		s := string(b)
		return vectors.Bytes{UTF8: &s}
	case len(b) <= 160:
		s := hex.EncodeToString(b)
		return vectors.Bytes{Hex: &s}
	}
	s := base64.StdEncoding.EncodeToString(b)
	return vectors.Bytes{B64: &s}
}

// plain says whether an editor shows the text as it is.
func plain(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if r != '\n' && r != '\t' && r != '\r' && !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

func marshal(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

// page writes a JSON file.
func page(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func tohex(b []byte) string { return hex.EncodeToString(b) }

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}
