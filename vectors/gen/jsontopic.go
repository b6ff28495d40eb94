package gen

import (
	"strings"
)

func text(s string) input { return input{"json": []byte(s)} }

func jsonTopic(b *book) {
	t := b.topic("json", "The strict reader and the canonical form.")
	jsonCanonical(t)
	jsonText(t)
	jsonMembers(t)
	jsonNumbers(t)
	jsonStrings(t)
}

// reads adds a text and its canonical form.
func reads(t *topic, id, title, in, out string, o ...option) {
	t.ok(id, title, text(in), state{"canonical": []byte(out)}, o...)
}

// faulty adds a text that is refused.
func faulty(t *topic, id, of, fault, in, code string, o ...option) {
	t.bad(id, fault, of, fault, text(in), code, o...)
}

func jsonCanonical(t *topic) {
	t.group("json.canonicalize", "JSON-024", "What is signed is the canonical form, so every implementation has to find the same bytes.")
	reads(t, "object", "an object", `{"a":1}`, `{"a":1}`, tags("JSON-003"))
	reads(t, "white-space", "all four kinds of white space around and inside", "\t\r\n {\r\n\t\"a\" : [ 1 , 2 ]\n} \n", `{"a":[1,2]}`)
	reads(t, "empty-object", "an empty object", "{ }", "{}", tags("JSON-003"))
	reads(t, "empty-array", "an empty array", "[ ]", "[]", tags("JSON-003"))
	reads(t, "scalars", "true, false, null, a string and a number", `[true,false,null,"s",0]`, `[true,false,null,"s",0]`, tags("JSON-003"))
	reads(t, "top-string", "a string as the whole text", ` "a" `, `"a"`, tags("JSON-003"))
	reads(t, "top-number", "a number as the whole text", `12`, `12`, tags("JSON-003"))
	reads(t, "zero", "zero as the whole text", `0`, `0`, tags("JSON-003"))
	reads(t, "minus-one", "a negative number as the whole text", `-1`, `-1`, tags("JSON-003"))
	reads(t, "top-true", "true as the whole text", `true`, `true`, tags("JSON-003"))
	reads(t, "pair", "two elements", `[1,2]`, `[1,2]`, tags("JSON-003"))
	reads(t, "two-members", "two members", `{"a":1,"b":2}`, `{"a":1,"b":2}`, tags("JSON-003"))
	reads(t, "members-in-array", "an object in an array", `[{"a":1,"b":2}]`, `[{"a":1,"b":2}]`, tags("JSON-003"))
	reads(t, "empty-name", "an empty name", `{"":1,"a":2}`, `{"":1,"a":2}`, tags("JSON-016"))
	reads(t, "proto-first", "a member __proto__", `{"__proto__":1,"a":2}`, `{"__proto__":1,"a":2}`, tags("JSON-002"))
	reads(t, "top-null", "null as the whole text", "null\n", `null`, tags("JSON-003"))
	reads(t, "payload", "a claim's payload, out of order", pretty(reverse(claimPayload(alice.id, "github:alice"))),
		canonical(claimPayload(alice.id, "github:alice")), tags("JSON-025 JSON-024"), wire)
	reads(t, "order", "members in order of their names", `{"b":1,"a":2,"aa":3,"":4,"B":5}`, `{"":4,"B":5,"a":2,"aa":3,"b":1}`, tags("JSON-025"), wire)
	reads(t, "order-digits", "names of digits are text", `{"10":1,"9":2,"1":3}`, `{"1":3,"10":1,"9":2}`, tags("JSON-025"),
		why("JavaScript moves such names to the front of an object."))
	reads(t, "order-utf16", "a surrogate pair sorts before U+FB33", "{\"\ufb33\":1,\"\U0001f600\":2}", "{\"\U0001f600\":2,\"\ufb33\":1}", tags("JSON-025"), wire,
		why("Order by code points or by UTF-8 bytes differs from the order by UTF-16 code units."))
	reads(t, "order-escaped", "names are sorted after unescaping", `{"b":1,"\u0061":2}`, `{"a":2,"b":1}`, tags("JSON-025 JSON-026"))
	reads(t, "order-nested", "objects inside arrays and objects are sorted, arrays are not", `{"z":[{"b":1,"a":2},3,1],"y":{"d":1,"c":2}}`,
		`{"y":{"c":2,"d":1},"z":[{"a":2,"b":1},3,1]}`, tags("JSON-025"))
	reads(t, "proto", "names that JavaScript objects have by themselves", `{"toString":1,"constructor":2,"__proto__":{"a":3}}`,
		`{"__proto__":{"a":3},"constructor":2,"toString":1}`, tags("JSON-002 JSON-025"))
	reads(t, "escapes-short", "the seven short escapes", `"\"\\\b\f\n\r\t"`, `"\"\\\b\f\n\r\t"`, tags("JSON-026"))
	reads(t, "escapes-solidus", "an escaped solidus is written plainly", `"\/"`, `"/"`, tags("JSON-026"))
	reads(t, "escapes-control", "other controls become lower-case escapes", `"\u0000\u000B\u001F\u000a"`, `"\u0000\u000b\u001f\n"`, tags("JSON-026"))
	reads(t, "escapes-needless", "needless escapes vanish", `"\u0041\u00e9\u007f\u2028\u003c"`, "\"A\u00e9\u007f\u2028<\"", tags("JSON-026"),
		why("HTML-safe writers escape what JCS writes as itself."))
	reads(t, "escape-letter", "an escaped letter", `"\u0041"`, `"A"`, tags("JSON-026"))
	reads(t, "escape-quote", "an escaped quote", `"\""`, `"\""`, tags("JSON-026"))
	reads(t, "escape-newline", "an escaped newline", `"a\nb"`, `"a\nb"`, tags("JSON-026"))
	reads(t, "escape-nul", "an escaped zero", `"abc\u0000"`, `"abc\u0000"`, tags("JSON-026"))
	reads(t, "pair-in-name", "a surrogate pair in a name", `{"\ud83d\ude00":1}`, "{\"\U0001f600\":1}", tags("JSON-026 JSON-010"))
	reads(t, "escapes-pair", "a surrogate pair becomes one character", `"\ud83d\ude00"`, "\"\U0001f600\"", tags("JSON-026 JSON-010"))
	reads(t, "escapes-hex-case", "an escape with hex in upper case", `"\u00E9\uD83D\uDE00"`, "\"\u00e9\U0001f600\"", tags("JSON-026"))
	reads(t, "nfc-nfd", "composed and decomposed letters stay different", "{\"\u00e9\":1,\"e\u0301\":2}", "{\"e\u0301\":2,\"\u00e9\":1}", tags("JSON-028 JSON-016"))
	reads(t, "noncharacter", "a noncharacter is a character", "\"\uffff\"", "\"\uffff\"", tags("JSON-026 JSON-006"))
	reads(t, "case-differs", "names that differ in case are two", `{"kez":1,"Kez":2}`, `{"Kez":2,"kez":1}`, tags("JSON-016"))
	reads(t, "same-name-elsewhere", "one name in two objects", `{"a":{"a":1}}`, `{"a":{"a":1}}`, tags("JSON-015"))
	reads(t, "integers", "integers", `[0,-1,10,-10]`, `[0,-1,10,-10]`, tags("JSON-027"))
	reads(t, "number-max", "2^53-1", `9007199254740991`, `9007199254740991`, tags("JSON-023 JSON-027"))
	reads(t, "number-min", "-(2^53-1)", `-9007199254740991`, `-9007199254740991`, tags("JSON-023 JSON-027"))
	reads(t, "depth-32", "32 arrays", strings.Repeat("[", 32)+strings.Repeat("]", 32), strings.Repeat("[", 32)+strings.Repeat("]", 32), tags("JSON-013"))
	reads(t, "depth-32-objects", "32 objects", strings.Repeat(`{"a":`, 31)+"{}"+strings.Repeat("}", 31),
		strings.Repeat(`{"a":`, 31)+"{}"+strings.Repeat("}", 31), tags("JSON-013"))
	reads(t, "depth-siblings", "40 arrays beside each other are not nested", "["+strings.Repeat("[],", 39)+"[]]", "["+strings.Repeat("[],", 39)+"[]]", tags("JSON-013"))
}

func jsonText(t *topic) {
	t.group("json.canonicalize", "JSON-008", "A kind reader shows another document than the one that was signed.")
	faulty(t, "empty", "object", "no bytes at all", "", "input.empty", tags("JSON-004"))
	faulty(t, "only-white-space", "white-space", "nothing but white space", " \t\r\n", "input.empty", tags("JSON-004"))
	faulty(t, "bom", "object", "a byte order mark first", "\ufeff{\"a\":1}", "json.bom", tags("JSON-005"))
	faulty(t, "bom-alone", "object", "a byte order mark and nothing else", "\ufeff", "json.bom", tags("JSON-005"))
	faulty(t, "bom-inside", "white-space", "a byte order mark after white space", " \ufeff{\"a\":1}", "json.syntax", tags("JSON-008 JSON-003"))
	faulty(t, "bom-after", "object", "a byte order mark after the value", "{\"a\":1}\ufeff", "json.trailing_data", tags("JSON-011"))
	for _, f := range []struct{ id, of, fault, in string }{
		{"trailing-comma-object", "object", "a comma before the closing brace", `{"a":1,}`},
		{"trailing-comma-array", "pair", "a comma before the closing bracket", `[1,2,]`},
		{"missing-comma", "pair", "no comma between two elements", `[1 2]`},
		{"missing-colon", "object", "no colon", `{"a" 1}`},
		{"missing-value", "object", "no value", `{"a":}`},
		{"missing-name", "object", "a value without a name", `{1}`},
		{"single-quotes", "object", "single quotes", `{'a':1}`},
		{"smart-quotes", "object", "quotes that an editor has curled", "{\u201ca\u201d:1}"},
		{"bare-name", "object", "a name without quotes", `{a:1}`},
		{"comment", "object", "a comment", "{\"a\":1/* one */}"},
		{"unclosed-object", "object", "a text cut before the closing brace", `{"a":1`},
		{"unclosed-array", "pair", "a text cut before the closing bracket", `[1,2`},
		{"unclosed-string", "top-string", "a text cut inside a string", `"a`},
		{"wrong-closer", "pair", "a brace that closes a bracket", `[1,2}`},
		{"nan", "top-number", "NaN", `NaN`},
		{"infinity", "minus-one", "Infinity", `-Infinity`},
		{"true-upper", "top-true", "True with a capital", `True`},
		{"null-cut", "top-null", "null without its last letter", `nul`},
		{"form-feed", "white-space", "a form feed as white space", "\f{\"a\":1}"},
		{"nbsp", "white-space", "a no-break space as white space", "\u00a0{\"a\":1}"},
		{"nul-fifth", "pair", "a zero byte as the fifth byte", "[1,2\x00]"},
	} {
		faulty(t, f.id, f.of, f.fault, f.in, "json.syntax")
	}
	t.group("json.canonicalize", "JSON-011", "What follows the value is in no signature and must not look as if it were.")
	faulty(t, "two-values", "object", "a second value", `{"a":1}{}`, "json.trailing_data")
	faulty(t, "trailing-comma-top", "object", "a comma after the value", `{"a":1},`, "json.trailing_data")
	faulty(t, "trailing-nul", "object", "a zero byte after the value", "{\"a\":1}\x00", "json.trailing_data")
	faulty(t, "trailing-brace", "object", "a closing brace too many", `{"a":1}}`, "json.trailing_data")
	faulty(t, "trailing-number", "top-null", "a word after the value", `null x`, "json.trailing_data")
	t.group("json.canonicalize", "JSON-006", "Libraries that replace broken bytes show a text that nobody signed.")
	for _, f := range []struct{ id, fault, bytes string }{
		{"utf8-ff", "the byte FF", "\xff"},
		{"utf8-lone-continuation", "a continuation byte alone", "\x80"},
		{"utf8-cut", "a sequence without its last byte", "\xe2\x82"},
		{"utf8-overlong", "an overlong slash", "\xc0\xaf"},
		{"utf8-overlong-3", "an overlong form of three bytes", "\xe0\x80\xaf"},
		{"utf8-surrogate", "an encoded surrogate", "\xed\xa0\x80"},
		{"utf8-too-high", "a value above U+10FFFF", "\xf4\x90\x80\x80"},
		{"utf8-five", "a sequence of five bytes", "\xf8\x88\x80\x80\x80"},
	} {
		faulty(t, f.id, "top-string", f.fault+" in a string", `"a`+f.bytes+`"`, "json.invalid_utf8")
	}
	faulty(t, "utf8-outside", "object", "the byte FF where a value belongs", "{\"a\":\xff}", "json.invalid_utf8")
	faulty(t, "utf8-after", "white-space", "a byte that is not UTF-8 after the value", "{\"a\":1} \xff", "json.invalid_utf8", tags("JSON-012"))
	faulty(t, "utf16-le", "object", "the text as UTF-16, little end first", "{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "json.invalid_utf8", tags("JSON-007"))
	faulty(t, "utf16-be", "object", "the text as UTF-16, big end first", "\x00{\x00\"\x00a\x00\"\x00:\x001\x00}", "json.invalid_utf8", tags("JSON-007"))
	faulty(t, "utf16-bom", "object", "UTF-16 with its byte order mark", "\xff\xfe{\x00}\x00", "json.invalid_utf8", tags("JSON-007 JSON-006"))
	faulty(t, "nul-fourth", "pair", "a zero byte as the fourth byte", "[1,\x002]", "json.invalid_utf8", tags("JSON-007"))
}

func jsonMembers(t *topic) {
	t.group("json.canonicalize", "JSON-015", "One parser takes the first of two equal names, the next takes the last.")
	faulty(t, "duplicate", "two-members", "a member twice", `{"a":1,"a":2}`, "json.duplicate_member")
	faulty(t, "duplicate-same-value", "two-members", "a member twice with one value", `{"a":1,"a":1}`, "json.duplicate_member")
	faulty(t, "duplicate-escaped", "order-escaped", "a name twice, once escaped", `{"a":1,"\u0061":2}`, "json.duplicate_member")
	faulty(t, "duplicate-pair", "pair-in-name", "a name twice, once as a surrogate pair", "{\"\\ud83d\\ude00\":1,\"\U0001f600\":1}", "json.duplicate_member")
	faulty(t, "duplicate-nested", "same-name-elsewhere", "a name twice in an inner object", `{"a":{"a":1,"a":1}}`, "json.duplicate_member")
	faulty(t, "duplicate-in-array", "members-in-array", "a name twice in an object in an array", `[{"a":1,"a":2}]`, "json.duplicate_member")
	faulty(t, "duplicate-empty", "empty-name", "the empty name twice", `{"":1,"":2}`, "json.duplicate_member")
	faulty(t, "duplicate-proto", "proto-first", "__proto__ twice", `{"__proto__":1,"__proto__":2}`, "json.duplicate_member")
	faulty(t, "duplicate-far", "order", "a name twice with others between", `{"b":1,"a":2,"aa":3,"":4,"b":5}`, "json.duplicate_member")
	t.group("json.canonicalize", "JSON-014", "Deep nesting crashes parsers that call themselves.")
	faulty(t, "depth-33", "depth-32", "33 arrays", strings.Repeat("[", 33)+strings.Repeat("]", 33), "json.depth")
	faulty(t, "depth-33-objects", "depth-32-objects", "33 objects", strings.Repeat(`{"a":`, 32)+"{}"+strings.Repeat("}", 32), "json.depth")
	faulty(t, "depth-33-unclosed", "depth-32", "33 opening brackets, cut before they are closed", strings.Repeat("[", 33), "json.depth",
		tags("ERR-008 JSON-014"), combines("json-depth-33", "json-unclosed-array"))
	faulty(t, "depth-5000", "depth-32", "5,000 arrays", strings.Repeat("[", 2500)+strings.Repeat("]", 2500), "json.depth")
}
