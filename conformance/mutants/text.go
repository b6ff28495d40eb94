package mutants

import (
	"bytes"
	"encoding/json"
	"regexp"

	"kez.lat/kez/impl/go/adapter"
)

const txt, scan = "txt.read", "text.scan"

func textMutants() []Mutant {
	return []Mutant{
		{"a block-quoted fence counts", "KEZ-MD-008", rereads(verify, "text", replacer(`(?m)^> ?`, ""))},
		{"fences of tildes are not seen", "KEZ-MD-006", rereads(verify, "text", replacer(`(?m)^~~~+`, "    "))},
		{"any info string that starts with kez counts", "KEZ-MD-006", rereads(verify, "text", replacer("(?m)^(```+|~~~+) ?kez[^ \t\n]*", "${1}kez"))},
		{"fences in list items are not seen", "KEZ-MD-009", rereads(verify, "text", replacer("(?m)^( *([-*+]|[0-9]+[.)]) +|  +)(```|~~~)", "     $3"))},
		{"what looks like a fence counts anywhere", "KEZ-MD-010", fencesByLine},
		{"an open fence ends with the text", "KEZ-MD-011", alters(verify, closesFence)},
		{"a Markdown text is not checked for UTF-8", "KEZ-MD-005", rereads(verify, "text", func(b []byte) []byte { return bytes.ToValidUTF8(b, []byte("?")) })},
		{"lone CR is no line end", "KEZ-MD-004", rereads(verify, "text", replacer("\r([^\n])", " $1"))},
		{"a token in a word counts", "KEZ-SCAN-006", rereads(scan, "text", replacer(`([A-Za-z0-9_:-])(kez:[a-z0-9]+:)`, "$1 $2"))},
		{"a cut token is an ordinary one", "KEZ-SCAN-007", rereads(scan, "text", replacer(`…|\.\.\.`, " "))},
		{"invisible characters end a token", "KEZ-SCAN-010", rereads(scan, "text", replacer("[\u200b-\u200d\u2060\ufeff\u00ad]", " "))},
		{"the strings of a record are joined with spaces", "KEZ-DNS-004", reRecords(func(r [][]json.RawMessage) [][]json.RawMessage { return eachRecord(r, spaced) })},
		{"all records are joined", "KEZ-DNS-005", reRecords(joined)},
		{"only the first record is read", "KEZ-SCAN-004", reRecords(func(r [][]json.RawMessage) [][]json.RawMessage { return r[:min(1, len(r))] })},
		{"other records are refused", "KEZ-DNS-008", alters(txt, refusesOthers)},
		{"more than 64 records are read", "KEZ-DNS-015", reRecords(func(r [][]json.RawMessage) [][]json.RawMessage { return r[:min(64, len(r))] })},
		{"damage in DNS has the inner code", "KEZ-DNS-010", alters(txt, func(_ adapter.Request, right adapter.Answer) adapter.Answer {
			if has(right, "dns.corrupt") {
				return refuses("compact.base64")
			}
			return right
		})},
	}
}

var fencePattern = regexp.MustCompile("(?ms)^[ \t]*(?:```+|~~~+) *kez *\n(.*?)^[ \t]*(?:```|~~~)")

// fencesByLine finds fences without a Markdown parser.
func fencesByLine(r adapter.Request) adapter.Answer {
	right := adapter.Handle(r)
	m := fencePattern.FindSubmatch(input(r, "text"))
	if r.Op != verify || m == nil || right.Accept != nil {
		return right
	}
	return adapter.Handle(withRaw(with(r, "text", []byte("```kez\n"+string(m[1])+"\n```\n")), "as", json.RawMessage(`"markdown"`)))
}

func closesFence(r adapter.Request, right adapter.Answer) adapter.Answer {
	if !has(right, "markdown.unclosed_fence") {
		return right
	}
	for _, fence := range []string{"```", "~~~", "````", "~~~~"} {
		if again := adapter.Handle(with(r, "text", append(input(r, "text"), "\n"+fence+"\n"...))); again.Accept != nil {
			return again
		}
	}
	return right
}

// reRecords changes the TXT records before they are read.
func reRecords(change func([][]json.RawMessage) [][]json.RawMessage) adapter.Handler {
	return func(r adapter.Request) adapter.Answer {
		var records [][]json.RawMessage
		if r.Op == txt && json.Unmarshal(r.Input["records"], &records) == nil {
			raw, err := json.Marshal(change(records))
			if err == nil {
				r = withRaw(r, "records", raw)
			}
		}
		return adapter.Handle(r)
	}
}

func eachRecord(records [][]json.RawMessage, change func([]json.RawMessage) []json.RawMessage) [][]json.RawMessage {
	out := make([][]json.RawMessage, len(records))
	for i, r := range records {
		out[i] = change(r)
	}
	return out
}

func spaced(strings []json.RawMessage) []json.RawMessage {
	var out []json.RawMessage
	for i, s := range strings {
		if i > 0 {
			out = append(out, json.RawMessage(`{"utf8":" "}`))
		}
		out = append(out, s)
	}
	return out
}

func joined(records [][]json.RawMessage) [][]json.RawMessage {
	var all []json.RawMessage
	for _, r := range records {
		all = append(all, r...)
	}
	return [][]json.RawMessage{all}
}

// refusesOthers refuses a name that holds anything but proofs.
func refusesOthers(r adapter.Request, right adapter.Answer) adapter.Answer {
	var records [][]json.RawMessage
	if right.Accept == nil || json.Unmarshal(r.Input["records"], &records) != nil {
		return right
	}
	for _, record := range records {
		if len(record) == 0 || !bytes.Contains(record[0], []byte("kez")) {
			return refuses("dns.corrupt")
		}
	}
	return right
}
