package encoding

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// FormatMarkdown writes a claim as a Markdown document: a heading, who and what
// for people, and the fence that counts (KEZ-MD-001).
func FormatMarkdown(envelope []byte) ([]byte, error) {
	json, err := FormatJSON(envelope)
	if err != nil {
		return nil, err
	}
	doc, err := strictjson.Read(json, unbounded)
	if err != nil {
		return nil, err
	}
	if !doc.Root().Member("kez").Is("claim") {
		return nil, kez.Errorf(kez.EnvelopeTypeMismatch, "only claims have a Markdown form")
	}
	var out strings.Builder
	out.WriteString("# KEZ proof\n\n")
	for _, line := range []struct{ title, member string }{{"Subject", "subject"}, {"Primary", "primary"}} {
		// An identity is one line without markup; anything else could end the
		// heading or open a fence of its own.
		id, err := kez.ParseSigned(doc.Root().Member("payload").Member(line.member).Text())
		if err != nil {
			return nil, err
		}
		out.WriteString(line.title + ": " + id.String() + "\n")
	}
	out.WriteString("\n```kez\n")
	out.Write(json)
	out.WriteString("```\n")
	return []byte(out.String()), nil
}

// ScanMarkdown finds the proofs of a Markdown body such as a gist or a README:
// its kez fences, or where it has none the whole of it, if that is one token or
// one object.
func ScanMarkdown(text []byte) ([]Candidate, error) {
	source, err := scannable(text)
	if err != nil {
		return nil, err
	}
	found, err := fencePlaces(source)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return candidates(source, found), nil
	}
	whole := bytes.Trim(source, kez.JSONSpace)
	switch {
	case whole[0] == '{':
		return []Candidate{{Form: FormJSON, JSON: whole, Where: "the whole text"}}, nil
	case tokenLength(whole) == len(whole):
		c := tokenCandidate(whole)
		c.Where = "the whole text"
		return []Candidate{c}, nil
	}
	return nil, kez.Errorf(kez.MarkdownNoFence, "the text has no fenced code block with the info word kez").
		WithHint("put the proof between a line ```kez and a line ```; quoted and indented ones do not count")
}

// scannable checks a text as a whole and makes LF of all line ends.
func scannable(text []byte) ([]byte, error) {
	cut := text[:min(len(text), MaxText)]
	valid := utf8.Valid(cut)
	if !valid && len(text) > MaxText {
		// The limit may have cut a character in half.
		end := len(cut) - 1
		for end > len(cut)-utf8.UTFMax && !utf8.RuneStart(cut[end]) {
			end--
		}
		valid = utf8.Valid(cut[:end]) && !utf8.FullRune(cut[end:])
	}
	switch {
	case !valid:
		return nil, kez.Errorf(kez.JSONInvalidUTF8, "the text is not UTF-8").WithHint("save the file as UTF-8")
	case len(text) > MaxText:
		return nil, kez.Errorf(kez.InputTooLarge, "the text is larger than %d bytes", MaxText)
	case len(bytes.Trim(text, kez.JSONSpace)) == 0:
		return nil, kez.Errorf(kez.InputEmpty, "the text is empty")
	case bytes.IndexByte(text, '\r') < 0:
		return text, nil
	}
	// Line numbers stay the same, and nothing inside a fence means another thing.
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(text, []byte("\r"), []byte("\n")), nil
}

// place is where a candidate stands in a source.
type place struct {
	start, end int
	read       func() Candidate
}

// candidates decodes what stands at the places, which are in order and few.
func candidates(source []byte, places []place) []Candidate {
	list := make([]Candidate, 0, len(places))
	lines := lineCounter{source: source}
	for _, p := range places {
		c := p.read()
		c.Where = lines.at(p.start)
		list = append(list, c)
	}
	return list
}

// crowded refuses texts that would take long to judge (KEZ-SCAN-022).
func crowded(places []place) error {
	if len(places) <= MaxCandidates {
		return nil
	}
	return kez.Errorf(kez.InputTooLarge, "the text holds more than %d proofs", MaxCandidates).
		WithHint("remove the proofs that are not needed")
}

// fencePlaces finds the kez fences of a text with LF line ends.
func fencePlaces(source []byte) (places []place, err error) {
	if !bytes.Contains(source, []byte("kez")) {
		return nil, nil // no info word, no fence, nothing to parse
	}
	list, whole := fences(source)
	if !whole {
		return nil, kez.Errorf(kez.InputTooLarge, "the text nests lists and quotes too deeply over too many lines").
			WithHint("publish the proof in a text of its own")
	}
	for _, f := range list {
		if f.word() == "kez" && !f.quoted {
			places = append(places, place{f.start, f.end, func() Candidate { return fenceCandidate(f) }})
		}
	}
	return places, crowded(places)
}

func fenceCandidate(f *fence) Candidate {
	c := Candidate{Form: FormMarkdown}
	if !f.closed {
		c.Err = kez.Errorf(kez.MarkdownUnclosedFence, "the kez fence is never closed").
			WithHint("end it with a line ``` of its own; the text may be truncated")
		return c
	}
	body := bytes.Trim(f.body, kez.JSONSpace)
	switch {
	case len(body) == 0:
		c.Err = kez.Errorf(kez.InputEmpty, "the kez fence is empty")
	case startsLikeToken(body):
		token, err := DecodeClaimToken(body)
		c.JSON, c.Err = token.JSON, err
	default:
		c.JSON = body
	}
	return c
}

// startsLikeToken reports whether a text starts with kez: in any case; what
// follows may still be wrong.
func startsLikeToken(text []byte) bool {
	return len(text) >= 4 && bytes.EqualFold(text[:4], []byte("kez:"))
}
