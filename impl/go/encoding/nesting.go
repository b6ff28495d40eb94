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

// maxSteps bounds the sum, over the lines of a text, of the blocks that each
// line continues. The driver keeps a record for every one of them, so that deep
// lists with blank lines, which cost a byte each, would take gigabytes.
const maxSteps = 1 << 19

// maxDefinitions is the largest paragraph, in lines, that is searched for link
// definitions, for which the library needs quadratic time.
const maxDefinitions = 200

// open counts a new block and forgets the closed ones before it, of which
// nothing is needed: the tree stays as deep as the text, and as narrow as a line.
func (s *fenceScan) open(parent ast.Node, reader text.Reader, node ast.Node) ast.Node {
	reader.AdvanceToEOL()
	s.forget(parent)
	return node
}

func (s *fenceScan) forget(parent ast.Node) {
	// The last one may still be open, until the new one has taken its place.
	for parent.FirstChild() != parent.LastChild() {
		parent.RemoveChild(parent, parent.FirstChild())
	}
}

// tooMany counts a block that a line may continue.
func (s *fenceScan) tooMany() bool {
	s.steps++
	return s.steps > maxSteps
}

// watchedParser is a parser of the library, bounded.
type watchedParser struct {
	parser.BlockParser
	scan *fenceScan
}

func (p *watchedParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if p.BlockParser == parser.NewBlockquoteParser() && tooDeep(parent) {
		return nil, parser.NoChildren
	}
	node, state := p.BlockParser.Open(parent, reader, pc)
	if node != nil {
		p.scan.forget(parent)
	}
	return node, state
}

func (p *watchedParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	if p.scan.tooMany() {
		return parser.Close
	}
	return p.BlockParser.Continue(node, reader, pc)
}

// codeParser is the library's parser of indented code, without the lines.
type codeParser struct{ watchedParser }

func (p *codeParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	state := p.watchedParser.Continue(node, reader, pc)
	node.Lines().Clear()
	return state
}

// paragraphParser is the library's parser of paragraphs, with no more lines than
// are searched for definitions.
type paragraphParser struct{ watchedParser }

func (p *paragraphParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	state := p.watchedParser.Continue(node, reader, pc)
	if lines := node.Lines(); lines.Len() > maxDefinitions {
		lines.SetSliced(0, maxDefinitions+1)
	}
	return state
}

// tooDeep counts block quotes and list items.
func tooDeep(node ast.Node) bool {
	depth := 0
	for ; node != nil; node = node.Parent() {
		switch node.Kind() {
		case ast.KindBlockquote, ast.KindListItem:
			depth++
		}
	}
	return depth >= maxNesting
}

// definitions takes link definitions out of paragraphs where that matters for
// blocks: a paragraph of nothing else cannot become the heading that a line of
// = or - under it would make, and what a heading ends, a paragraph continues.
type definitions struct{ scan *fenceScan }

func (d definitions) Transform(node *ast.Paragraph, reader text.Reader, _ parser.Context) {
	line, _ := reader.PeekLine()
	line = bytes.TrimLeft(line, " ")
	if len(line) == 0 || line[0] != '=' && line[0] != '-' || node.Lines().Len() > maxDefinitions {
		return
	}
	if first := node.Lines().At(0); !bytes.HasPrefix(bytes.TrimLeft(first.Value(reader.Source()), " "), []byte("[")) {
		return
	}
	// What is defined is of no use, and would be kept in the context.
	parser.LinkReferenceParagraphTransformer.Transform(node, reader, parser.NewContext())
	if node.Parent() == nil {
		d.scan.defined, _ = reader.Position()
	}
}
