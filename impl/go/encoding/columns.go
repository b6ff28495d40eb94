package encoding

import "bytes"

// tabStop is the distance of the columns that a tab goes to.
const tabStop = 4

// structure gives a copy of a text for the parser, with the same lines. It holds
// spaces for the tabs at the start of a line, where they count for the
// structure: after indentation and the markers of lists and quotes the library
// miscounts some of them. And it holds no vertical tabs and form feeds, which
// the library takes for white space.
func structure(source []byte) []byte {
	if !bytes.ContainsAny(source, "\t\v\f") {
		return source
	}
	out := make([]byte, 0, len(source)+len(source)/8)
	for line := range bytes.Lines(source) {
		column := 0
		for len(line) > 0 && isStructure(line[0]) {
			width := 1
			if line[0] == '\t' {
				width = tabStop - column%tabStop
				out = append(out, "    "[:width]...)
			} else {
				out = append(out, line[0])
			}
			column += width
			line = line[1:]
		}
		for _, b := range line {
			if b == '\v' || b == '\f' {
				b = 1
			}
			out = append(out, b)
		}
	}
	return out
}

// isStructure reports what can stand before a block on its line.
func isStructure(b byte) bool {
	return '0' <= b && b <= '9' || bytes.IndexByte([]byte(" \t>-+*.)"), b) >= 0
}

// fromColumn gives a line from a column on, with spaces for the tab that the
// column cuts.
func fromColumn(line []byte, column int) []byte {
	at := 0
	for at < column && len(line) > 0 {
		width := 1
		if line[0] == '\t' {
			width = tabStop - at%tabStop
		}
		at += width
		line = line[1:]
	}
	if at == column {
		return line
	}
	return append([]byte("    "[:at-column]), line...)
}
