package strictjson

import (
	"github.com/gowebpki/jcs"

	"kez.lat/kez/impl/go/kez"
)

// ReadCanonical reads data strictly and gives a document whose bytes are its
// RFC 8785 form: data itself where that is canonical already, else what the
// canonicalization library makes of it, read again.
func ReadCanonical(data []byte, limit int) (*Document, error) {
	return ReadCanonicalInto(nil, data, limit)
}

// ReadCanonicalInto is ReadCanonical with the memory of a document that is no
// longer needed.
func ReadCanonicalInto(d *Document, data []byte, limit int) (*Document, error) {
	d, err := ReadInto(d, data, limit)
	if err != nil || d.canonical {
		return d, err
	}
	canonical, err := jcs.Transform(data)
	if err != nil {
		return nil, kez.Errorf(kez.JSONSyntax, "the JSON has no canonical form: %w", err)
	}
	// Escapes such as \u0001 may grow a value past its limit on the way, which
	// is a limit on what was received.
	return ReadInto(d, canonical, max(limit, len(canonical)))
}

// AppendString appends a JSON string in its RFC 8785 form. The text must be
// valid UTF-8.
func AppendString(dst []byte, text string) []byte {
	const hexDigits = "0123456789abcdef"
	dst = append(dst, '"')
	run := 0
	for i := range len(text) {
		b := text[i]
		if b >= 0x20 && b != '"' && b != '\\' {
			continue
		}
		dst = append(dst, text[run:i]...)
		run = i + 1
		switch b {
		case '"', '\\':
			dst = append(dst, '\\', b)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
		}
	}
	dst = append(dst, text[run:]...)
	return append(dst, '"')
}
