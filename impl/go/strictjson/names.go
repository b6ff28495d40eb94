package strictjson

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// nameOrder is what a further member name means for its object.
type nameOrder int

const (
	ordered   nameOrder = iota // sorts after the one before, as RFC 8785 wants
	unordered                  // legal, but not in canonical order
	duplicate
)

// memberNames watches the names of one object. As long as they come in order
// none can stand twice; once one does not, small objects are searched and large
// ones kept in a set, so that an object of many members costs linear time.
type memberNames struct {
	doc   *Document
	first int // node of the first name; 0, the outermost value, is none
	last  int // node of the name before, while all are in order
	count int
	mixed bool
	set   map[string]struct{}
}

// smallObject is the number of names up to which a plain search is faster than
// a set.
const smallObject = 16

func (m *memberNames) add(index int) nameOrder {
	m.count++
	if m.first == 0 {
		m.first, m.last = index, index
		return ordered
	}
	name := m.text(index)
	if !m.mixed && compareUTF16(m.text(m.last), name) < 0 {
		m.last = index
		return ordered
	}
	m.mixed = true
	if m.seen(name, index) {
		return duplicate
	}
	return unordered
}

func (m *memberNames) seen(name []byte, index int) bool {
	if m.count <= smallObject {
		for i := m.first; i < index; i = m.doc.nodes[i+1].next {
			if bytes.Equal(m.text(i), name) {
				return true
			}
		}
		return false
	}
	if m.set == nil {
		m.set = make(map[string]struct{}, 2*m.count)
		for i := m.first; i < index; i = m.doc.nodes[i+1].next {
			m.set[string(m.text(i))] = struct{}{}
		}
	}
	_, found := m.set[string(name)]
	m.set[string(name)] = struct{}{}
	return found
}

func (m *memberNames) text(index int) []byte { return m.doc.nodes[index].bytes(m.doc) }

// compareUTF16 orders names by UTF-16 code units, as RFC 8785 §3.2.3 does. The
// order differs from that of bytes only where a character outside the basic
// plane meets one of U+E000 to U+FFFF.
func compareUTF16(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] == b[i] {
			continue
		}
		if a[i] < 0xee && b[i] < 0xee || a[i] >= 0xf0 && b[i] >= 0xf0 {
			return bytes.Compare(a[i:], b[i:])
		}
		return compareUnits(a, b)
	}
	return len(a) - len(b)
}

func compareUnits(a, b []byte) int {
	for len(a) > 0 && len(b) > 0 {
		charA, sizeA := utf8.DecodeRune(a)
		charB, sizeB := utf8.DecodeRune(b)
		if charA != charB {
			return int(unit(charA)) - int(unit(charB))
		}
		a, b = a[sizeA:], b[sizeB:]
	}
	return len(a) - len(b)
}

// unit gives the first code unit of a character. Two characters that share a
// high surrogate never get here: their first bytes are both 0xf0 or above.
func unit(char rune) rune {
	if high, _ := utf16.EncodeRune(char); high != utf8.RuneError {
		return high
	}
	return char
}
