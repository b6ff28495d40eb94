package encoding

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"unicode/utf8"

	"kez.lat/kez/impl/go/kez"
)

// ScanText finds the proofs of a plain text such as a post: tokens anywhere, and
// kez fences, in the order of the text (KEZ-SCAN-005 to 010).
func ScanText(text []byte) ([]Candidate, error) {
	source, err := scannable(text)
	if err != nil {
		return nil, err
	}
	all, err := fencePlaces(source)
	if err != nil {
		return nil, err
	}
	fenced := slices.Clip(all)
	for token := range tokens(source) {
		if !inside(fenced, token.start) {
			all = append(all, token)
		}
		if err := crowded(all); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, kez.Errorf(kez.ProofNoProof, "the text holds no proof").
			WithHint("a proof is a token such as kez:z1:…, or a fenced code block with the info word kez")
	}
	slices.SortFunc(all, func(a, b place) int { return a.start - b.start })
	return candidates(source, all), nil
}

// inside reports whether a place lies in one of the fences, which stand in
// order and do not overlap (KEZ-SCAN-009).
func inside(fences []place, at int) bool {
	i, _ := slices.BinarySearchFunc(fences, at, func(f place, at int) int { return f.end - at - 1 })
	return i < len(fences) && fences[i].start <= at
}

// tokens finds kez:[a-z0-9]+:[A-Za-z0-9_-]+, as long as possible and not after
// a token character, also where invisible characters stand inside.
func tokens(source []byte) iter.Seq[place] {
	return func(yield func(place) bool) {
		visible := seen(source)
		for from := 0; ; {
			i := bytes.Index(visible.text[from:], []byte("kez:"))
			if i < 0 {
				return
			}
			start := from + i
			length := tokenLength(visible.text[start:])
			if length == 0 || isTokenByte(visible.before(start)) {
				from = start + len("kez:")
				continue
			}
			from = start + length
			at, end := visible.offset(start), visible.offset(from-1)+1
			if !yield(place{at, end, func() Candidate { return visible.token(start, start+length, end) }}) {
				return
			}
		}
	}
}

// tokenLength measures the token that a text starts with; 0 where it does not
// start with one.
func tokenLength(text []byte) int {
	rest, found := bytes.CutPrefix(text, []byte("kez:"))
	if !found {
		return 0
	}
	word := 0
	for word < len(rest) && isLowerAlnum(rest[word]) {
		word++
	}
	if word == 0 || word == len(rest) || rest[word] != ':' {
		return 0
	}
	end := word + 1
	for end < len(rest) && isBodyByte(rest[end]) {
		end++
	}
	if end == word+1 {
		return 0
	}
	return len("kez:") + end
}

// isTokenByte reports whether b is a token character (KEZ-SCAN-006).
func isTokenByte(b byte) bool { return b == ':' || isBodyByte(b) }

// tokenCandidate decodes a token that stands for a claim.
func tokenCandidate(text []byte) Candidate {
	token, err := DecodeClaimToken(text)
	return Candidate{Form: token.Form, JSON: token.JSON, Err: err}
}

// visibleText is a text without its invisible characters, which people do not
// see either.
type visibleText struct {
	source []byte
	text   []byte
	hidden []hidden // in order; none in most texts
}

// hidden is one invisible character: where it stood in the source, and before
// which byte of the text without them.
type hidden struct {
	char         rune
	source, text int32
}

func seen(source []byte) *visibleText {
	v := &visibleText{source: source, text: source}
	kept := 0
	for at := 0; at < len(source); {
		if source[at] < utf8.RuneSelf {
			at++
			continue
		}
		char, size := utf8.DecodeRune(source[at:])
		if invisible(char) != "" {
			if v.hidden == nil {
				v.text = make([]byte, 0, len(source))
			}
			v.text = append(v.text, source[kept:at]...)
			v.hidden = append(v.hidden, hidden{char, int32(at), int32(len(v.text))})
			kept = at + size
		}
		at += size
	}
	if v.hidden != nil {
		v.text = append(v.text, source[kept:]...)
	}
	return v
}

// index finds the first hidden character that stands at a place of the text or
// after it.
func (v *visibleText) index(place int) int {
	i, _ := slices.BinarySearchFunc(v.hidden, place, func(h hidden, place int) int { return int(h.text) - place })
	return i
}

// offset gives the place in the source of a byte of the text.
func (v *visibleText) offset(place int) int {
	if i := v.index(place + 1); i > 0 {
		before := v.hidden[i-1]
		return int(before.source-before.text) + utf8.RuneLen(before.char) + place
	}
	return place
}

// before gives the byte in front of a place as it stands in the source, where
// an invisible character separates like any other.
func (v *visibleText) before(place int) byte {
	if at := v.offset(place); at > 0 {
		return v.source[at-1]
	}
	return ' '
}

// token judges what stands from start to end of the text, and ends at last in
// the source.
func (v *visibleText) token(start, end, last int) Candidate {
	form, _, _ := splitToken(v.text[start:end])
	if i := v.index(start + 1); i < len(v.hidden) && v.breaks(int(v.hidden[i].text), end) {
		return Candidate{Form: form, Err: kez.Errorf(kez.ChannelCorrupt, "the token is broken by the invisible character %s", invisible(v.hidden[i].char)).
			WithHint("copy the token as plain text, or use the short form").
			WithCause(kez.CompactBase64)}
	}
	if after := v.source[last:]; bytes.HasPrefix(after, []byte("…")) || bytes.HasPrefix(after, []byte("...")) {
		return Candidate{Form: form, Err: kez.Errorf(kez.ChannelCorrupt, "the token was cut: it ends in an ellipsis, so it is truncated").
			WithHint("publish the short form, or publish where longer texts are allowed").
			WithCause(kez.CompactTruncated)}
	}
	return tokenCandidate(v.text[start:end])
}

// breaks reports whether an invisible character at a place breaks a token that
// ends at end: it stands inside, or a token character follows it.
func (v *visibleText) breaks(place, end int) bool {
	return place < end || place == end && end < len(v.text) && isTokenByte(v.text[end])
}

// lineCounter names places in ascending order, in linear time for all of them.
type lineCounter struct {
	source     []byte
	from, line int
}

func (l *lineCounter) at(offset int) string {
	l.line += bytes.Count(l.source[l.from:offset], []byte("\n"))
	l.from = offset
	return "line " + strconv.Itoa(l.line+1)
}
