package mutants

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kez.lat/kez/impl/go/adapter"
)

const canonicalize = "json.canonicalize"

func jsonMutants() []Mutant {
	return []Mutant{
		{"nothing at all is a syntax error", "KEZ-JSON-004", alters(canonicalize, emptyIsSyntax)},
		{"a byte order mark is dropped", "KEZ-JSON-005", rereads(canonicalize, "json", func(b []byte) []byte {
			return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
		})},
		{"broken UTF-8 is replaced", "KEZ-JSON-006", rereads(canonicalize, "json", func(b []byte) []byte {
			return bytes.ToValidUTF8(b, []byte("\ufffd"))
		})},
		{"raw control characters are taken", "KEZ-JSON-009", skips(canonicalize, "json.syntax", func(r adapter.Request) bool {
			return bytes.ContainsAny(input(r, "json"), "\x00\x01\x1f\n\t")
		})},
		{"lone surrogates are replaced", "KEZ-JSON-010", skips(canonicalize, "json.lone_surrogate", nil)},
		{"what follows the value is ignored", "KEZ-JSON-011", rereads(canonicalize, "json", firstValue)},
		{"depth 32 is too deep", "KEZ-JSON-013", alters(canonicalize, depth(31))},
		{"depth 33 is fine", "KEZ-JSON-014", rereadsAccepted(func(b []byte) []byte {
			return bytes.Replace(bytes.Replace(b, []byte("[["), []byte("["), 1), []byte("]]"), []byte("]"), 1)
		})},
		{"the last of two members counts", "KEZ-JSON-015", rereads(canonicalize, "json", lastMember)},
		{"member names are compared without case", "KEZ-JSON-016", alters(canonicalize, foldsNames)},
		{"leading zeros are taken", "KEZ-JSON-020", rereads(canonicalize, "json", replacer(`\b0+([0-9])`, `$1`))},
		{"1.0 is read as 1", "KEZ-JSON-021", rereads(canonicalize, "json", replacer(`([0-9])\.0+`, `$1`))},
		{"integers above 2^53 are taken", "KEZ-JSON-022", skips(canonicalize, "json.number", func(r adapter.Request) bool {
			return regexp.MustCompile(`[0-9]{16}`).Match(input(r, "json")) && !bytes.ContainsAny(input(r, "json"), ".eE")
		})},
		{"members are ordered by UTF-8", "KEZ-JSON-025", alters(canonicalize, reordered(strings.Compare))},
		{"angle brackets are escaped", "KEZ-JSON-026", alters(canonicalize, escapesHTML)},
		{"strings are normalised to NFC", "KEZ-JSON-028", alters(canonicalize, normalizes)},
	}
}

func emptyIsSyntax(_ adapter.Request, right adapter.Answer) adapter.Answer {
	if has(right, "input.empty") {
		return refuses("json.syntax")
	}
	return right
}

// firstValue cuts a text after its first value.
func firstValue(b []byte) []byte {
	var first json.RawMessage
	if json.NewDecoder(bytes.NewReader(b)).Decode(&first) != nil {
		return b
	}
	return first
}

// depth refuses what is nested deeper than most.
func depth(most int) func(adapter.Request, adapter.Answer) adapter.Answer {
	return func(r adapter.Request, right adapter.Answer) adapter.Answer {
		level, deepest := 0, 0
		for _, c := range input(r, "json") {
			switch c {
			case '[', '{':
				level++
				deepest = max(deepest, level)
			case ']', '}':
				level--
			}
		}
		if right.Accept != nil && deepest > most {
			return refuses("json.depth")
		}
		return right
	}
}

// rereadsAccepted takes a text whose changed form would be taken.
func rereadsAccepted(change func([]byte) []byte) adapter.Handler {
	return alters(canonicalize, func(r adapter.Request, right adapter.Answer) adapter.Answer {
		if again := adapter.Handle(with(r, "json", change(input(r, "json")))); right.Reject != nil && again.Accept != nil {
			return again
		}
		return right
	})
}

// lastMember is what most JSON libraries do.
func lastMember(b []byte) []byte {
	var v map[string]json.RawMessage
	if json.Unmarshal(b, &v) != nil {
		return b
	}
	out, err := json.Marshal(v)
	if err != nil {
		return b
	}
	return out
}

func foldsNames(r adapter.Request, right adapter.Answer) adapter.Answer {
	var v map[string]json.RawMessage
	if right.Accept == nil || json.Unmarshal(input(r, "json"), &v) != nil {
		return right
	}
	seen := map[string]bool{}
	for name := range v {
		folded := strings.ToLower(norm.NFC.String(name))
		if seen[folded] {
			return refuses("json.duplicate_member")
		}
		seen[folded] = true
	}
	return right
}

func replacer(pattern, with string) func([]byte) []byte {
	re := regexp.MustCompile(pattern)
	return func(b []byte) []byte { return re.ReplaceAll(b, []byte(with)) }
}

// canonical gives the accepted bytes.
func canonical(a adapter.Answer) []byte {
	spelt, ok := a.Accept["canonical"].(map[string]string)
	if !ok {
		return nil
	}
	return []byte(spelt["utf8"])
}

func answersCanonical(b []byte) adapter.Answer {
	return adapter.Answer{Accept: adapter.State{"canonical": adapter.Encode(b)}}
}

// reordered sorts the members of the outermost object in another order.
func reordered(compare func(a, b string) int) func(adapter.Request, adapter.Answer) adapter.Answer {
	return func(_ adapter.Request, right adapter.Answer) adapter.Answer {
		var v map[string]json.RawMessage
		if json.Unmarshal(canonical(right), &v) != nil {
			return right
		}
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.SortFunc(names, compare)
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		out.WriteByte('{')
		for i, name := range names {
			if i > 0 {
				out.WriteByte(',')
			}
			if e.Encode(name) != nil {
				return right
			}
			out.Truncate(out.Len() - 1) // the newline of Encode
			out.WriteByte(':')
			out.Write(v[name])
		}
		out.WriteByte('}')
		return answersCanonical(out.Bytes())
	}
}

func escapesHTML(_ adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Accept == nil {
		return right
	}
	var out bytes.Buffer
	json.HTMLEscape(&out, canonical(right))
	return answersCanonical(out.Bytes())
}

func normalizes(_ adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Accept == nil {
		return right
	}
	return answersCanonical(norm.NFC.Bytes(canonical(right)))
}
