package encoding

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"kez.lat/kez/impl/go/kez"
)

// decodeBase64 decodes base64url without padding, white space or set trailing
// bits (KEZ-ENC-009 to 012). The library alone is not strict enough: it skips
// line breaks. Faults carry compact.base64; the short form gives them its own
// code.
func decodeBase64(body string) ([]byte, error) {
	if at := strings.IndexFunc(body, notBase64); at >= 0 {
		char, _ := utf8.DecodeRuneInString(body[at:])
		return nil, kez.Errorf(kez.CompactBase64, "the token holds %s at character %d of its body, which is not base64url", nameOf(char), at+1).
			WithHint("%s", base64Hint(char))
	}
	if len(body)%4 == 1 {
		return nil, kez.Errorf(kez.CompactBase64, "a token body cannot have %d characters", len(body)).
			WithHint("a character is missing or too much; copy the token again whole")
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return nil, kez.Errorf(kez.CompactBase64, "the last character of the token sets bits that are not used").
			WithHint("the end of the token was changed; copy it again whole")
	}
	return data, nil
}

func encodeBase64(prefix string, data []byte) string {
	out := make([]byte, len(prefix), len(prefix)+base64.RawURLEncoding.EncodedLen(len(data)))
	copy(out, prefix)
	return string(base64.RawURLEncoding.AppendEncode(out, data))
}

func notBase64(char rune) bool { return char >= utf8.RuneSelf || !isBodyByte(byte(char)) }

// isBodyByte reports whether b can stand in a token's body.
func isBodyByte(b byte) bool {
	return isLowerAlnum(b) || 'A' <= b && b <= 'Z' || b == '-' || b == '_'
}

func isLowerAlnum(b byte) bool { return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' }

func base64Hint(char rune) string {
	switch char {
	case '=':
		return "padding is not written; remove the = at the end"
	case '+', '/':
		return "this is standard base64; tokens use - and _ instead of + and /"
	case ' ', '\t', '\n', '\r':
		return "the token must stand on one line without spaces; join it, or give one token only"
	}
	return "copy the token again as plain text"
}
