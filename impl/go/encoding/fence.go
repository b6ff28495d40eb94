package encoding

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// fence is one fenced code block.
type fence struct {
	info       string // the info string as written, trimmed of spaces and tabs
	start, end int    // bytes of the source, fence lines included
	closed     bool   // a closing line was written
	quoted     bool   // a block quote is among its ancestors
	node       *ast.FencedCodeBlock
}

// word is the first word of the info string, before escapes and entities are
// resolved (KEZ-MD-007).
func (f *fence) word() string {
	if i := bytes.IndexAny([]byte(f.info), " \t"); i >= 0 {
		return f.info[:i]
	}
	return f.info
}

// body gives the lines between the fence lines, without the indentation of
// the fence and of the list items around it.
func (f *fence) body(source []byte) []byte {
	var body []byte
	lines := f.node.Lines()
	for i := range lines.Len() {
		segment := lines.At(i)
		body = append(body, segment.Value(source)...)
	}
	return body
}

// fences finds all fenced code blocks of a CommonMark text, in its order. Lines
// must end in LF. It is false when the text nests so much that it was not read
// to the end.
//
// Only the block structure is parsed: fences cannot stand inside inlines, whose
// parsing is where Markdown libraries take more than linear time.
func fences(source []byte) ([]*fence, bool) {
	s := &fenceScan{source: source, found: map[ast.Node]*fence{}}
	blocks := parser.DefaultBlockParsers()
	for i := range blocks {
		switch block := blocks[i].Value.(parser.BlockParser); block {
		case parser.NewFencedCodeBlockParser():
			blocks[i].Value = &fenceParser{block, s}
		case parser.NewListParser(), parser.NewListItemParser(), parser.NewBlockquoteParser():
			blocks[i].Value = &containerParser{block, s}
		}
	}
	parser.NewParser(
		parser.WithBlockParsers(blocks...),
		parser.WithParagraphTransformers(util.Prioritized(definitions{}, 100)),
	).Parse(text.NewReader(source))
	return s.list, s.listLines <= maxListLines
}

// fenceScan is what one parse collects.
type fenceScan struct {
	source    []byte
	list      []*fence
	found     map[ast.Node]*fence
	listLines int
}

// fenceParser is the library's parser of fenced code blocks, watched: the tree
// it leaves does not say whether a block was closed (KEZ-MD-011).
type fenceParser struct {
	parser.BlockParser
	scan *fenceScan
}

func (p *fenceParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	node, state := p.BlockParser.Open(parent, reader, pc)
	if node == nil {
		return node, state
	}
	_, line := reader.Position()
	f := &fence{start: line.Start, end: line.Stop, quoted: isQuoted(parent), node: node.(*ast.FencedCodeBlock)}
	f.info = infoString(p.scan.source[line.Start:line.Stop])
	p.scan.list = append(p.scan.list, f)
	p.scan.found[node] = f
	return node, state
}

func (p *fenceParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	_, line := reader.Position()
	state := p.BlockParser.Continue(node, reader, pc)
	// A fence that its list item or quote ends is not asked again.
	f := p.scan.found[node]
	f.closed, f.end = state&parser.Continue == 0, line.Stop
	return state
}

// infoString gives what follows the opening backticks or tildes on their line.
// The library's own also trims vertical tabs and form feeds, which are no white
// space there.
func infoString(line []byte) string {
	line = bytes.TrimLeft(line, " \t")
	if len(line) == 0 {
		return ""
	}
	info := bytes.TrimLeft(line, string(line[:1]))
	return string(bytes.Trim(bytes.TrimSuffix(info, []byte("\n")), " \t"))
}

func isQuoted(node ast.Node) bool {
	for ; node != nil; node = node.Parent() {
		if node.Kind() == ast.KindBlockquote {
			return true
		}
	}
	return false
}
