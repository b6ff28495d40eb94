// Package strictjson is the one reader of signed JSON: a single pass gives the
// typed value, its canonical bytes (RFC 8785) and a registry code for each fault.
//
// # What is refused
//
// On top of RFC 8259: a byte order mark, invalid UTF-8, lone surrogates,
// duplicate member names at any depth, numbers that are not plain integers
// within ±(2^53−1), nesting deeper than [MaxDepth], anything after the value.
// Of several faults the one at the lowest byte offset is reported; trailing
// data only where the bytes hold no other fault (KEZ-JSON).
//
// # Canonical bytes
//
// The pass notices whether its input is canonical already, so that signed bytes
// need not be built again. [ReadCanonical] gives a document whose bytes are
// canonical in any case; the values are then read from those very bytes, so
// what is shown is what was signed.
package strictjson

import (
	"bytes"
	"unicode/utf8"

	"kez.lat/kez/impl/go/kez"
)

// MaxDepth is the deepest nesting taken; the outermost value counts 1.
const MaxDepth = 32

// MaxInt is 2^53−1, the largest integer every implementation holds exactly.
const MaxInt = 1<<53 - 1

// Read reads one JSON value of at most limit bytes. The document keeps data;
// the caller must not change it afterwards.
func Read(data []byte, limit int) (*Document, error) {
	return ReadInto(nil, data, limit)
}

// ReadInto is Read with the memory of a document that is no longer needed;
// values taken from that document before are void.
func ReadInto(d *Document, data []byte, limit int) (*Document, error) {
	if d == nil {
		d = &Document{nodes: make([]node, 0, 32)}
	}
	*d = Document{data: data, nodes: d.nodes[:0], text: nil}
	r := reader{data: data, doc: d, canonical: true}
	if len(data) > limit {
		r.data = data[:limit]
	}
	err := r.document()
	if len(data) > limit && (err == nil || err.Code == kez.JSONTrailingData || r.cut) {
		// The limit is a fault at the first byte past it; what is wrong before
		// that byte wins (KEZ-JSON).
		err = kez.Errorf(kez.InputTooLarge, "the input is larger than %d bytes", limit).
			WithHint("no reader takes more; check that this is the right file")
	}
	if err != nil {
		return nil, err
	}
	d.canonical = r.canonical
	return d, nil
}

// reader is the state of one pass.
type reader struct {
	data      []byte
	pos       int
	depth     int
	doc       *Document
	canonical bool
	// cut is set when the fault is that the input ended, which past the size
	// limit is no fault of its own.
	cut bool
}

func (r *reader) document() *kez.Error {
	if bytes.HasPrefix(r.data, []byte("\xef\xbb\xbf")) {
		return kez.Errorf(kez.JSONBOM, "the input starts with a byte order mark").
			WithHint("save the file as UTF-8 without BOM")
	}
	if bytes.IndexByte(r.data[:min(4, len(r.data))], 0) >= 0 {
		return kez.Errorf(kez.JSONInvalidUTF8, "the input is not UTF-8; it looks like UTF-16 or UTF-32").
			WithHint("save the file as UTF-8")
	}
	r.space()
	if r.pos == len(r.data) {
		r.cut = true
		return kez.Errorf(kez.InputEmpty, "the input is empty")
	}
	if err := r.value(); err != nil {
		return err
	}
	r.space()
	if r.pos == len(r.data) {
		return nil
	}
	for rest := r.pos; rest < len(r.data); {
		_, size := utf8.DecodeRune(r.data[rest:])
		if size == 1 && r.data[rest] >= utf8.RuneSelf {
			r.pos = rest
			return r.syntax("")
		}
		rest += size
	}
	return kez.Errorf(kez.JSONTrailingData, "something follows the JSON value, from byte %d on", r.pos).
		WithHint("give exactly one JSON value")
}

// space skips white space; any of it makes the input non-canonical.
func (r *reader) space() {
	for r.pos < len(r.data) {
		switch r.data[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
			r.canonical = false
		default:
			return
		}
	}
}

func (r *reader) value() *kez.Error {
	if r.pos == len(r.data) {
		return r.syntax("a value is missing")
	}
	switch b := r.data[r.pos]; {
	case b == '{':
		return r.object()
	case b == '[':
		return r.array()
	case b == '"':
		return r.stringValue()
	case b == '-' || '0' <= b && b <= '9':
		return r.number()
	case b == 't':
		return r.literal("true", Bool)
	case b == 'f':
		return r.literal("false", Bool)
	case b == 'n':
		return r.literal("null", Null)
	}
	return r.syntax("a value is missing")
}

func (r *reader) literal(word string, kind Kind) *kez.Error {
	at := r.pos
	for i := range len(word) {
		if r.pos == len(r.data) || r.data[r.pos] != word[i] {
			return r.syntax("true, false and null are the only words")
		}
		r.pos++
	}
	r.push(node{kind: kind, start: at, end: r.pos})
	return nil
}

// enter counts one level of nesting down and pushes the container's node.
func (r *reader) enter(kind Kind) (index int, err *kez.Error) {
	if r.depth++; r.depth > MaxDepth {
		return 0, kez.Errorf(kez.JSONDepth, "values are nested more than %d deep at byte %d", MaxDepth, r.pos)
	}
	index = r.push(node{kind: kind, start: r.pos})
	r.pos++
	r.space()
	return index, nil
}

func (r *reader) leave(index int) {
	r.pos++
	r.depth--
	r.doc.nodes[index].end = r.pos
	r.doc.nodes[index].next = len(r.doc.nodes)
}

func (r *reader) array() *kez.Error {
	index, err := r.enter(Array)
	if err != nil {
		return err
	}
	if r.peek() == ']' {
		r.leave(index)
		return nil
	}
	for {
		if err := r.value(); err != nil {
			return err
		}
		if more, err := r.more(index, ']'); !more {
			return err
		}
	}
}

// more reads what follows an element or a member: a comma, after which another
// one stands, or the end of the container.
func (r *reader) more(index int, closing byte) (bool, *kez.Error) {
	r.space()
	switch r.peek() {
	case ',':
		r.pos++
		r.space()
		return true, nil
	case closing:
		r.leave(index)
		return false, nil
	}
	return false, r.syntax("a comma or " + string(closing) + " is missing")
}

func (r *reader) object() *kez.Error {
	index, err := r.enter(Object)
	if err != nil {
		return err
	}
	if r.peek() == '}' {
		r.leave(index)
		return nil
	}
	names := memberNames{doc: r.doc}
	for {
		if r.peek() != '"' {
			return r.syntax("a member name is missing")
		}
		at, nameIndex := r.pos, len(r.doc.nodes)
		if err := r.stringValue(); err != nil {
			return err
		}
		switch names.add(nameIndex) {
		case duplicate:
			return kez.Errorf(kez.JSONDuplicateMember, "a member name stands twice in one object, the second time at byte %d", at).
				WithHint("readers disagree on which of the two counts, so neither does")
		case unordered:
			r.canonical = false
		}
		r.space()
		if r.peek() != ':' {
			return r.syntax("a colon is missing after a member name")
		}
		r.pos++
		r.space()
		if err := r.value(); err != nil {
			return err
		}
		if more, err := r.more(index, '}'); !more {
			return err
		}
	}
}

// peek gives the next byte, or 0 at the end, which no caller accepts.
func (r *reader) peek() byte {
	if r.pos == len(r.data) {
		return 0
	}
	return r.data[r.pos]
}

func (r *reader) push(n node) int {
	n.next = len(r.doc.nodes) + 1
	r.doc.nodes = append(r.doc.nodes, n)
	return len(r.doc.nodes) - 1
}

// syntax reports a fault at the current byte. Bytes that are not UTF-8 are said
// to be that first, wherever they stand.
func (r *reader) syntax(what string) *kez.Error {
	if r.pos == len(r.data) {
		r.cut = true
		return kez.Errorf(kez.JSONSyntax, "the JSON is cut off at byte %d: %s", r.pos, what).
			WithHint("the text looks truncated; copy it again whole")
	}
	char, size := utf8.DecodeRune(r.data[r.pos:])
	switch {
	case char == utf8.RuneError && size == 1:
		if !utf8.FullRune(r.data[r.pos:]) {
			r.cut = true
		}
		return r.invalidUTF8()
	case char == '“' || char == '”' || char == '„' || char == '‘' || char == '’':
		return kez.Errorf(kez.JSONSyntax, "the JSON holds the typographic quote %q at byte %d", char, r.pos).
			WithHint("an editor replaced the plain quotes; paste the proof as code or plain text")
	}
	return kez.Errorf(kez.JSONSyntax, "this is not JSON at byte %d: %s", r.pos, what)
}

func (r *reader) invalidUTF8() *kez.Error {
	return kez.Errorf(kez.JSONInvalidUTF8, "the bytes at offset %d are not UTF-8", r.pos).
		WithHint("save the file as UTF-8")
}
