package gen

import "strings"

func envelopeJSON(t *topic) {
	whole := compact(base)
	t.group("claim.verify", "JSON-001", "An envelope is read by the strict reader, whatever library follows it.")
	for _, f := range []struct{ id, fault, text, code, tags string }{
		{"empty", "an empty text", "", "input.empty", "JSON-004"},
		{"bom", "a byte order mark first", "\ufeff" + whole, "json.bom", "JSON-005"},
		{"cut", "the last brace cut off", whole[:len(whole)-1], "json.syntax", "JSON-008"},
		{"two", "the envelope twice", whole + whole, "json.trailing_data", "JSON-011"},
		{"smart-quotes", "quotes that an editor has curled", strings.NewReplacer(`{"kez"`, "{\u201ckez\u201d").Replace(whole), "json.syntax", "JSON-008"},
		{"duplicate-kez", "kez twice", swap(whole, `"kez":"claim"`, `"kez":"claim","kez":"claim"`), "json.duplicate_member", "JSON-015"},
		{"duplicate-subject", "the subject twice, once escaped", swap(whole, `"subject":`, `"\u0073ubject":"github:bob","subject":`), "json.duplicate_member", "JSON-015"},
		{"duplicate-sig", "sig twice", swap(whole, `"sig":`, `"sig":"00","sig":`), "json.duplicate_member", "JSON-015"},
		{"version-float", "1.0 as the version", swap(whole, `"version":1`, `"version":1.0`), "json.number", "JSON-021 CLAIM-004"},
		{"version-exponent", "1e0 as the version", swap(whole, `"version":1`, `"version":1e0`), "json.number", "JSON-021 CLAIM-004"},
		{"lone-surrogate", "half a pair in the subject", swap(whole, `"github:alice"`, `"github:alice\ud800"`), "json.lone_surrogate", "JSON-010"},
		{"invalid-utf8", "a byte that is not UTF-8 in the subject", swap(whole, `"github:alice"`, "\"github:alice\xff\""), "json.invalid_utf8", "JSON-006"},
		{"depth-33", "33 levels in a member", swap(whole, `{"kez"`, `{"x":`+strings.Repeat("[", 32)+strings.Repeat("]", 32)+`,"kez"`), "json.depth", "JSON-014"},
	} {
		t.bad(f.id, f.fault, "compact-json", f.fault, read("claim", []byte(f.text)), f.code, tags(f.tags))
	}
}

const envelopeLimit = 64 << 10

// padded fills a text with spaces at its end.
func padded(text string, size int) []byte {
	return []byte(text + strings.Repeat(" ", size-len(text)))
}

func envelopeLimits(t *topic) {
	t.group("claim.verify", "JSON-030 ENV-011", "A limit is the same number everywhere, or a proof is valid in one program alone.")
	whole := compact(base)
	t.ok("size-limit", "exactly 64 KiB, filled with white space", read("claim", padded(whole, envelopeLimit)), sound(base, "json"), tags("JSON-029 ENV-011"))
	t.bad("size-over", "one byte over 64 KiB", "size-limit", "one more space", read("claim", padded(whole, envelopeLimit+1)), "input.too_large")
	t.bad("size-over-newline", "64 KiB and a final newline", "size-limit", "a final newline past the limit", read("claim", append(padded(whole, envelopeLimit), '\n')), "input.too_large")
	inner := claim(alice, "github:alice", set("note", strings.Repeat("n", envelopeLimit)))
	t.bad("size-over-member", "a member that passes the limit", "size-limit", "a text of 64 KiB in an unknown member",
		asClaim(inner), "input.too_large", tags("ERR-009 JSON-031"), combines("envelope-size-over", "envelope-extra-payload"))
	t.bad("size-over-syntax", "a syntax fault before the limit", "size-limit", "no comma after kez, in a text over the limit",
		read("claim", padded(swap(whole, `"claim",`, `"claim"`), envelopeLimit+1)), "json.syntax", tags("JSON-031 ERR-008 ERR-009"), combines("envelope-size-over", "envelope-cut"))
	t.bad("size-over-trailing", "a second value within the limit", "size-limit", "a second value, in a text over the limit",
		read("claim", padded(whole+"{}", envelopeLimit+1)), "input.too_large", tags("ERR-010 ERR-009"), combines("envelope-size-over", "envelope-two"))
}
