package strictjson

import (
	"iter"
	"unsafe"
)

// Kind is the type of a JSON value.
type Kind uint8

// The JSON types. None is the kind of a member that is absent.
const (
	None Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// String names the kind as JSON does.
func (k Kind) String() string {
	return [...]string{"absent", "null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// node is one value, in document order: a container is followed by its content,
// a member by its name and then its value. next is the node after the whole value.
type node struct {
	kind               Kind
	decoded            bool
	start, end         int
	next               int
	textStart, textEnd int
	integer            int64
}

// Document is one JSON value that was read strictly. It is immutable, and safe
// for concurrent use until its memory is given to ReadInto.
type Document struct {
	data      []byte
	text      []byte // decoded strings
	nodes     []node
	canonical bool
}

// Bytes gives the bytes the document was read from.
func (d *Document) Bytes() []byte { return d.data }

// Canonical reports whether Bytes is the RFC 8785 form already.
func (d *Document) Canonical() bool { return d.canonical }

// Root gives the outermost value.
func (d *Document) Root() Value {
	if len(d.nodes) == 0 {
		return Value{}
	}
	return Value{d, 0}
}

// Value is one value of a document; the zero Value is an absent one.
type Value struct {
	doc   *Document
	index int
}

func (v Value) node() *node { return &v.doc.nodes[v.index] }

// Kind gives the type, None for an absent value.
func (v Value) Kind() Kind {
	if v.doc == nil {
		return None
	}
	return v.node().kind
}

// Raw gives the bytes of the value as they stand in the document.
func (v Value) Raw() []byte {
	if v.doc == nil {
		return nil
	}
	n := v.node()
	return v.doc.data[n.start:n.end:n.end]
}

// Text gives the decoded text of a string, and "" for every other kind.
func (v Value) Text() string { return string(v.bytes()) }

func (v Value) bytes() []byte {
	if v.Kind() != String {
		return nil
	}
	return v.node().bytes(v.doc)
}

func (n *node) bytes(d *Document) []byte {
	if n.decoded {
		return d.text[n.textStart:n.textEnd]
	}
	return d.data[n.textStart:n.textEnd]
}

// Is reports whether the value is this very string.
func (v Value) Is(text string) bool { return v.Kind() == String && string(v.bytes()) == text }

// Int gives a number, and false for every other kind.
func (v Value) Int() (int64, bool) {
	if v.Kind() != Number {
		return 0, false
	}
	return v.node().integer, true
}

// Member finds a member by its exact name; the result is absent where there is
// none or the value is no object.
func (v Value) Member(name string) Value {
	if v.Kind() != Object {
		return Value{}
	}
	for i, end := v.index+1, v.node().next; i < end; i = v.doc.nodes[i+1].next {
		if string(v.doc.nodes[i].bytes(v.doc)) == name {
			return Value{v.doc, i + 1}
		}
	}
	return Value{}
}

// Members walks an object in document order. The names share memory with the
// document and stay valid as long as it does.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind() != Object {
			return
		}
		for i, end := v.index+1, v.node().next; i < end; i = v.doc.nodes[i+1].next {
			name := v.doc.nodes[i].bytes(v.doc)
			if !yield(unsafe.String(unsafe.SliceData(name), len(name)), Value{v.doc, i + 1}) {
				return
			}
		}
	}
}
