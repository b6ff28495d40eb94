package gen

import (
	"strings"
)

func jsonNumbers(t *topic) {
	t.group("json.canonicalize", "JSON-020", "What the grammar of numbers refuses is no number at all.")
	for _, f := range []struct{ id, of, fault, in string }{
		{"number-leading-zero", "top-number", "a leading zero", "012"},
		{"number-two-zeros", "zero", "two zeros", "00"},
		{"number-minus-leading-zero", "minus-one", "a leading zero after the minus", "-01"},
		{"number-plus", "top-number", "a plus", "+12"},
		{"number-dot-first", "top-number", "a dot before the first digit", ".12"},
		{"number-dot-last", "top-number", "no digit after the dot", "12."},
		{"number-e-last", "top-number", "no digit in the exponent", "12e"},
		{"number-e-sign-last", "top-number", "only a sign in the exponent", "12e+"},
		{"number-minus-alone", "minus-one", "a minus alone", "-"},
		{"number-minus-space", "minus-one", "a space after the minus", "- 1"},
	} {
		faulty(t, f.id, f.of, f.fault, f.in, "json.syntax")
	}
	faulty(t, "number-hex", "pair", "a number in hex", "[1,0x2]", "json.syntax", tags("JSON-008 JSON-020"))
	t.group("json.canonicalize", "JSON-021", "Numbers that are no plain integers have several spellings and lose digits on the way.")
	for _, f := range []struct{ id, of, fault, in string }{
		{"number-fraction", "top-number", "a fraction of zero", "12.0"},
		{"number-exponent", "top-number", "an exponent of zero", "12e0"},
		{"number-exponent-upper", "top-number", "an exponent with a capital", "12E1"},
		{"number-half", "zero", "a fraction", "0.5"},
		{"number-minus-zero", "zero", "minus zero", "-0"},
		{"number-overflow", "top-number", "an exponent that no float can hold", "12e400"},
		{"number-two-dots", "top-number", "two fractions, of which the number token holds the first", "12.0.0"},
	} {
		faulty(t, f.id, f.of, f.fault, f.in, "json.number")
	}
	faulty(t, "number-2-53", "number-max", "one more", "9007199254740992", "json.number", tags("JSON-022"))
	faulty(t, "number-minus-2-53", "number-min", "one less", "-9007199254740992", "json.number", tags("JSON-022"))
	faulty(t, "number-2-53-1", "number-max", "two more, which a float rounds", "9007199254740993", "json.number", tags("JSON-022"))
	faulty(t, "number-2-64", "number-max", "2^64+1, which wraps to 1", "18446744073709551617", "json.number", tags("JSON-022"))
	faulty(t, "number-long", "number-max", "a hundred digits", strings.Repeat("9", 100), "json.number", tags("JSON-022"))
}

func jsonStrings(t *topic) {
	t.group("json.canonicalize", "JSON-009", "A string has one spelling of each character that needs an escape.")
	faulty(t, "raw-newline", "escape-newline", "a newline without its escape", "\"a\nb\"", "json.syntax")
	faulty(t, "raw-tab", "escape-newline", "a tab without its escape", "\"a\tb\"", "json.syntax")
	faulty(t, "raw-nul", "escape-nul", "a zero byte without its escape", "\"abc\x00\"", "json.syntax")
	faulty(t, "raw-1f", "escape-nul", "U+001F without its escape", "\"abc\x1f\"", "json.syntax")
	t.group("json.canonicalize", "JSON-008", "Escapes that some languages know are not JSON.")
	faulty(t, "escape-x", "escape-letter", "an escape with x", `"\x41"`, "json.syntax")
	faulty(t, "escape-short", "escape-letter", "an escape of three digits", `"\u041"`, "json.syntax")
	faulty(t, "escape-braces", "escape-letter", "an escape in braces", `"\u{41}"`, "json.syntax")
	faulty(t, "escape-single-quote", "escape-quote", "an escaped single quote", `"\'"`, "json.syntax")
	faulty(t, "escape-raw-newline", "escape-newline", "a backslash before a newline", "\"a\\\nb\"", "json.syntax")
	faulty(t, "escape-upper-u", "escape-letter", "an escape with a capital U", `"\U0041"`, "json.syntax")
	t.group("json.canonicalize", "JSON-010", "Half a surrogate pair has no UTF-8, and libraries replace it in silence.")
	for _, f := range []struct{ id, fault, in string }{
		{"surrogate-high", "a high surrogate alone", `"\ud83d"`},
		{"surrogate-low", "a low surrogate alone", `"\ude00"`},
		{"surrogate-reversed", "the pair the wrong way round", `"\ude00\ud83d"`},
		{"surrogate-two-highs", "two high surrogates", `"\ud83d\ud83d"`},
		{"surrogate-high-letter", "a letter after the high surrogate", `"\ud83dx\ude00"`},
		{"surrogate-high-escape", "another escape after the high surrogate", `"\ud83d\n"`},
		{"surrogate-high-bmp", "an escape of a letter after the high surrogate", `"\ud83d\u0041"`},
		{"surrogate-cut", "a low surrogate without its last digit", `"\ud83d\ude0"`},
	} {
		faulty(t, f.id, "escapes-pair", f.fault, f.in, "json.lone_surrogate")
	}
	faulty(t, "surrogate-in-name", "pair-in-name", "a high surrogate alone in a name", `{"\ud83d":1}`, "json.lone_surrogate")
}
