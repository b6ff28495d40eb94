package encoding

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// itemParser finds list items, without the lists around them, which make no
// difference for fences. The library's own forgets in nested lists which of
// them started with a blank line.
type itemParser struct {
	parser.BlockParser
	scan *fenceScan
}

func (p *itemParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	indent := countLeft(line, ' ')
	marker := markerLength(line[indent:])
	content := line[indent+marker:]
	blank := isBlank(content)
	if marker == 0 || !blank && content[0] != ' ' || tooDeep(parent) {
		return nil, parser.NoChildren
	}
	last := pc.LastOpenedBlock().Node
	number, _ := reader.Position()
	if ast.IsParagraph(last) && last.Parent() == parent || number == p.scan.defined {
		// Only bullets and the number 1 interrupt a paragraph.
		number := bytes.TrimLeft(line[indent:indent+marker-1], "0")
		if blank || marker > 1 && string(number) != "1" {
			return nil, parser.NoChildren
		}
	}
	width := countLeft(content, ' ')
	if blank || width > 4 {
		width = 1 // what follows starts with a line of its own, or is indented code
	}
	item := ast.NewListItem(indent + marker + width)
	p.scan.forget(parent)
	if blank {
		reader.AdvanceToEOL()
		return item, parser.NoChildren
	}
	reader.Advance(item.Offset)
	return item, parser.HasChildren
}

func (p *itemParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	if p.scan.tooMany() {
		return parser.Close
	}
	line, _ := reader.PeekLine()
	offset := node.(*ast.ListItem).Offset
	switch {
	case isBlank(line):
		if node.ChildCount() == 0 {
			return parser.Close // an item starts with one blank line at most
		}
		reader.AdvanceToEOL()
	case countLeft(line, ' ') >= offset:
		reader.Advance(offset)
	default:
		return parser.Close
	}
	return parser.Continue | parser.HasChildren
}

// markerLength measures the list marker that a text starts with.
func markerLength(text []byte) int {
	if len(text) > 0 && bytes.IndexByte([]byte("-+*"), text[0]) >= 0 {
		return 1
	}
	digits := 0
	for digits < len(text) && '0' <= text[digits] && text[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits > 9 || digits == len(text) || text[digits] != '.' && text[digits] != ')' {
		return 0
	}
	return digits + 1
}
