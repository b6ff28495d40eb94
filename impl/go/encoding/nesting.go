package encoding

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// maxNesting is how deep lists and block quotes are followed; what would nest
// deeper is read as the text of a paragraph. The CommonMark reference parser
// bounds its lists at the same depth.
const maxNesting = 100

// maxListLines bounds the sum, over the lines of a text, of the containers
// that each line continues. The parser keeps a record for every one of them, so
// that deep lists with blank lines, which cost a byte each, would take gigabytes.
const maxListLines = 1 << 20

// maxDefinitions is the largest paragraph, in lines, that is searched for link
// definitions, for which the library needs quadratic time.
const maxDefinitions = 200

// containerParser is the library's parser of lists, list items or block quotes,
// bounded.
type containerParser struct {
	parser.BlockParser
	scan *fenceScan
}

func (p *containerParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if nesting(parent) >= maxNesting {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

func (p *containerParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	if p.scan.listLines++; p.scan.listLines > maxListLines {
		return parser.Close
	}
	return p.BlockParser.Continue(node, reader, pc)
}

// nesting counts block quotes and list items; a list is counted by its item.
func nesting(node ast.Node) (depth int) {
	for ; node != nil; node = node.Parent() {
		switch node.Kind() {
		case ast.KindBlockquote, ast.KindListItem:
			depth++
		}
	}
	return depth
}

// definitions takes link definitions out of paragraphs where that matters for
// blocks: a paragraph of nothing else cannot become the heading that a line of
// = or - under it would make, and what a heading ends, a paragraph continues.
type definitions struct{}

func (definitions) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	line, _ := reader.PeekLine()
	line = bytes.TrimLeft(line, " ")
	if len(line) == 0 || line[0] != '=' && line[0] != '-' || node.Lines().Len() > maxDefinitions {
		return
	}
	parser.LinkReferenceParagraphTransformer.Transform(node, reader, pc)
}
