package strictjson

import (
	"unicode/utf16"
	"unicode/utf8"

	"kez.lat/kez/impl/go/kez"
)

// number takes the grammar of RFC 8259 and of what that allows only plain
// integers in range.
func (r *reader) number() *kez.Error {
	at := r.pos
	negative := r.peek() == '-'
	if negative {
		r.pos++
	}
	first := r.pos
	if r.digits() == 0 {
		return r.syntax("a digit is missing")
	}
	if r.data[first] == '0' && r.pos > first+1 {
		r.pos = first + 1
		return r.syntax("a number has a leading zero")
	}
	plain := true
	if r.peek() == '.' {
		plain = false
		r.pos++
		if r.digits() == 0 {
			return r.syntax("a digit is missing after the decimal point")
		}
	}
	if b := r.peek(); b == 'e' || b == 'E' {
		plain = false
		r.pos++
		if b := r.peek(); b == '+' || b == '-' {
			r.pos++
		}
		if r.digits() == 0 {
			return r.syntax("a digit is missing in the exponent")
		}
	}
	if r.pos == len(r.data) {
		r.cut = true // more digits may stand past the size limit
	}
	value, inRange := int64(0), plain && r.pos-first <= 16
	if inRange {
		for _, digit := range r.data[first:r.pos] {
			value = value*10 + int64(digit-'0')
		}
		inRange = value <= MaxInt && (value != 0 || !negative)
	}
	if !inRange {
		return kez.Errorf(kez.JSONNumber, "the number at byte %d is not a plain integer within ±(2^53−1)", at).
			WithHint("write integers without sign of zero, fraction or exponent")
	}
	if negative {
		value = -value
	}
	r.cut = false
	r.push(node{kind: Number, start: at, end: r.pos, integer: value})
	return nil
}

func (r *reader) digits() int {
	from := r.pos
	for r.pos < len(r.data) && '0' <= r.data[r.pos] && r.data[r.pos] <= '9' {
		r.pos++
	}
	return r.pos - from
}

// stringValue reads a string, also as a member name. Text without escapes is
// used where it stands; text with escapes is decoded into the document.
func (r *reader) stringValue() *kez.Error {
	at := r.pos
	r.pos++
	run, decoded := r.pos, -1
	for r.pos < len(r.data) {
		b := r.data[r.pos]
		switch {
		case b == '"':
			n := node{kind: String, start: at, end: r.pos + 1, textStart: run, textEnd: r.pos}
			if decoded >= 0 {
				r.doc.text = append(r.doc.text, r.data[run:r.pos]...)
				n.textStart, n.textEnd, n.decoded = decoded, len(r.doc.text), true
			}
			r.pos++
			r.push(n)
			return nil
		case b == '\\':
			if decoded < 0 {
				decoded = len(r.doc.text)
			}
			r.doc.text = append(r.doc.text, r.data[run:r.pos]...)
			if err := r.escape(); err != nil {
				return err
			}
			run = r.pos
		case b < 0x20:
			return r.syntax("a control character stands unescaped in a string")
		case b < utf8.RuneSelf:
			r.pos++
		default:
			char, size := utf8.DecodeRune(r.data[r.pos:])
			if char == utf8.RuneError && size == 1 {
				return r.syntax("")
			}
			r.pos += size
		}
	}
	return r.syntax("a string is not closed")
}

// escape decodes one escape, a pair of surrogates included. Canonical text
// escapes only what must be, in the one way that RFC 8785 gives.
func (r *reader) escape() *kez.Error {
	at := r.pos
	r.pos++
	b := r.peek()
	if r.pos == len(r.data) {
		return r.syntax("an escape is cut off")
	}
	var char byte
	switch b {
	case '"', '\\':
		char = b
	case '/':
		char, r.canonical = b, false
	case 'b':
		char = '\b'
	case 'f':
		char = '\f'
	case 'n':
		char = '\n'
	case 'r':
		char = '\r'
	case 't':
		char = '\t'
	case 'u':
		return r.unicodeEscape(at)
	default:
		return r.syntax("there is no such escape")
	}
	r.pos++
	r.doc.text = append(r.doc.text, char)
	return nil
}

func (r *reader) unicodeEscape(at int) *kez.Error {
	r.pos++
	unit, err := r.hex4()
	if err != nil {
		return err
	}
	if !utf16.IsSurrogate(unit) {
		r.canonical = r.canonical && canonicalEscape(unit, r.data[at+2:r.pos])
		r.doc.text = utf8.AppendRune(r.doc.text, unit)
		return nil
	}
	r.canonical = false
	pair := r.lowSurrogate(unit)
	if pair == utf8.RuneError {
		// Whatever stands in place of the second half, the end included, the
		// first half is the fault with the lowest offset.
		r.cut = r.pos == len(r.data)
		return kez.Errorf(kez.JSONLoneSurrogate, "the escape at byte %d is half of a surrogate pair", at).
			WithHint("such a string has no UTF-8 form, so it cannot be signed")
	}
	r.doc.text = utf8.AppendRune(r.doc.text, pair)
	return nil
}

// lowSurrogate reads the second half of a pair; U+FFFD where there is none.
func (r *reader) lowSurrogate(high rune) rune {
	for _, want := range []byte(`\u`) {
		if r.peek() != want {
			return utf8.RuneError
		}
		r.pos++
	}
	low, err := r.hex4()
	if err != nil {
		return utf8.RuneError
	}
	return utf16.DecodeRune(high, low)
}

func (r *reader) hex4() (rune, *kez.Error) {
	var unit rune
	for range 4 {
		b := r.peek()
		switch {
		case '0' <= b && b <= '9':
			b -= '0'
		case 'a' <= b && b <= 'f':
			b -= 'a' - 10
		case 'A' <= b && b <= 'F':
			b -= 'A' - 10
		default:
			return 0, r.syntax(`\u wants four hex digits`)
		}
		unit = unit<<4 | rune(b)
		r.pos++
	}
	return unit, nil
}

// canonicalEscape reports whether \uXXXX is how RFC 8785 writes the character:
// a control character without a short escape, in lower-case hex.
func canonicalEscape(unit rune, digits []byte) bool {
	if unit >= 0x20 {
		return false
	}
	switch unit {
	case '\b', '\t', '\n', '\f', '\r':
		return false
	}
	for _, b := range digits {
		if 'A' <= b && b <= 'F' {
			return false
		}
	}
	return true
}
