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
	start, end int    // bytes of the source, whole lines, those of the fence included
	closed     bool   // a closing line was written
	quoted     bool   // a block quote is among its ancestors
	// body holds the lines between the fence lines, without the indentation of
	// the fence and of the list items around it.
	body []byte

	char           byte // of the opening line
	length, indent int
}

// word is the first word of the info string, before escapes and entities are
// resolved (KEZ-MD-007).
func (f *fence) word() string {
	if i := bytes.IndexAny([]byte(f.info), " \t"); i >= 0 {
		return f.info[:i]
	}
	return f.info
}

// fences finds all fenced code blocks of a CommonMark text, in its order. Lines
// must end in LF. It is false when the text nests so much that it was not read
// to the end.
//
// Only the block structure is parsed: fences cannot stand inside inlines, whose
// parsing is where Markdown libraries take more than linear time. The library
// drives; the parsers of lists, fences and HTML blocks are ours, because its own
// deviate where that hides or shows a fence.
func fences(source []byte) ([]*fence, bool) {
	s := &fenceScan{source: source, line: -1, defined: -1}
	own := func(p parser.BlockParser, priority int) util.PrioritizedValue { return util.Prioritized(p, priority) }
	parser.NewParser(
		// The order and the priorities of parser.DefaultBlockParsers.
		parser.WithBlockParsers(
			own(&watchedParser{parser.NewSetextHeadingParser(), s}, 100),
			own(&watchedParser{parser.NewThematicBreakParser(), s}, 200),
			own(&itemParser{parser.NewListItemParser(), s}, 300),
			own(&codeParser{watchedParser{parser.NewCodeBlockParser(), s}}, 500),
			own(&watchedParser{parser.NewATXHeadingParser(), s}, 600),
			own(&fenceParser{parser.NewFencedCodeBlockParser(), s}, 700),
			own(&watchedParser{parser.NewBlockquoteParser(), s}, 800),
			own(&htmlParser{BlockParser: parser.NewHTMLBlockParser(), scan: s}, 900),
			own(&paragraphParser{watchedParser{parser.NewParagraphParser(), s}}, 1000),
		),
		parser.WithParagraphTransformers(util.Prioritized(definitions{s}, 100)),
	).Parse(text.NewReader(structure(source)))
	return s.list, s.steps <= maxSteps
}

// fenceScan is what one parse collects.
type fenceScan struct {
	source []byte
	list   []*fence
	steps  int

	line, start, end int // the line of the source that at gave last
	defined          int // the line before which a paragraph was all definitions
}

// at gives a line of the source; later calls must not ask for earlier lines.
func (s *fenceScan) at(number int) []byte {
	for ; s.line < number; s.line++ {
		s.start = s.end
		if i := bytes.IndexByte(s.source[s.start:], '\n'); i >= 0 {
			s.end = s.start + i + 1
		} else {
			s.end = len(s.source)
		}
	}
	return s.source[s.start:s.end]
}

// here gives the line that the reader stands in, in the spelling of the source,
// and the columns in which it is indented there.
func (s *fenceScan) here(reader text.Reader) (line []byte, from, indent int) {
	number, _ := reader.Position()
	line, from = s.at(number), reader.LineOffset()
	peeked, _ := reader.PeekLine()
	return line, from, countLeft(peeked, ' ')
}

// fenceParser collects fenced code blocks; the library's does not say whether
// one was closed (KEZ-MD-011), and takes form feeds for spaces.
type fenceParser struct {
	parser.BlockParser
	scan *fenceScan
}

func (p *fenceParser) Open(parent ast.Node, reader text.Reader, _ parser.Context) (ast.Node, parser.State) {
	line, from, indent := p.scan.here(reader)
	line = fromColumn(line, from+indent)
	f := &fence{char: line[0], indent: indent}
	f.length = countLeft(line, f.char)
	info := line[f.length:]
	if f.length < 3 || f.char == '`' && bytes.IndexByte(info, '`') >= 0 {
		return nil, parser.NoChildren
	}
	f.info = string(bytes.Trim(info, " \t\n"))
	f.start, f.end, f.quoted = p.scan.start, p.scan.end, isQuoted(parent)
	p.scan.list = append(p.scan.list, f)
	return p.scan.open(parent, reader, ast.NewFencedCodeBlock(nil)), parser.NoChildren
}

func (p *fenceParser) Continue(_ ast.Node, reader text.Reader, _ parser.Context) parser.State {
	if p.scan.tooMany() {
		return parser.Close
	}
	f := p.scan.list[len(p.scan.list)-1] // no two are open at once
	line, from, indent := p.scan.here(reader)
	f.end = p.scan.end
	reader.AdvanceToEOL()
	if rest := fromColumn(line, from+indent); indent < 4 && countLeft(rest, f.char) >= f.length && isBlank(bytes.TrimLeft(rest, string(rune(f.char)))) {
		f.closed = true
		return parser.Close
	}
	line = fromColumn(line, from+min(indent, f.indent))
	f.body = append(f.body, line...)
	if len(line) > 0 && line[len(line)-1] != '\n' {
		f.body = append(f.body, '\n')
	}
	return parser.Continue | parser.NoChildren
}

func (p *fenceParser) Close(ast.Node, text.Reader, parser.Context) {}

func isQuoted(node ast.Node) bool {
	for ; node != nil; node = node.Parent() {
		if node.Kind() == ast.KindBlockquote {
			return true
		}
	}
	return false
}

func countLeft(text []byte, char byte) (n int) {
	for n < len(text) && text[n] == char {
		n++
	}
	return n
}

// isBlank reports whether a line is blank, which form feeds are not.
func isBlank(line []byte) bool { return len(bytes.Trim(line, " \t\n")) == 0 }
