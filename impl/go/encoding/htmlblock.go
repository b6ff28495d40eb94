package encoding

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// htmlParser finds HTML blocks by the seven start conditions of CommonMark 0.31.
// The library's own deviates: it misses closing tags of script and its like, a
// tab after a tag, and declarations in lower case, and takes </ a>, so that it
// shows fences that are hidden and the reverse.
type htmlParser struct {
	parser.BlockParser
	scan *fenceScan
	// Of the one HTML block that can be open: what ends it, or nothing where a
	// blank line does, and whether that was seen.
	ends  [][]byte
	ended bool
}

func (p *htmlParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	line = bytes.TrimLeft(line, " ")
	ends, found := startHTML(line, ast.IsParagraph(pc.LastOpenedBlock().Node))
	if !found {
		return nil, parser.NoChildren
	}
	p.ends, p.ended = ends, containsAny(line, ends)
	return p.scan.open(parent, reader, ast.NewHTMLBlock(ast.HTMLBlockType1)), parser.NoChildren
}

func (p *htmlParser) Continue(_ ast.Node, reader text.Reader, _ parser.Context) parser.State {
	line, _ := reader.PeekLine()
	if p.scan.tooMany() || p.ended || p.ends == nil && isBlank(line) {
		return parser.Close
	}
	p.ended = containsAny(line, p.ends)
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

// startHTML reports whether a line starts an HTML block, and with which texts
// it ends; none is a blank line.
func startHTML(line []byte, inParagraph bool) (ends [][]byte, found bool) {
	switch {
	case startsRaw(line):
		return [][]byte{[]byte("</pre>"), []byte("</script>"), []byte("</style>"), []byte("</textarea>")}, true
	case bytes.HasPrefix(line, []byte("<!--")):
		return [][]byte{[]byte("-->")}, true
	case bytes.HasPrefix(line, []byte("<?")):
		return [][]byte{[]byte("?>")}, true
	case bytes.HasPrefix(line, []byte("<![CDATA[")):
		return [][]byte{[]byte("]]>")}, true
	case len(line) > 2 && line[1] == '!' && isLetter(line[2]):
		return [][]byte{[]byte(">")}, true
	}
	return nil, startsBlockTag(line) || !inParagraph && isWholeTag(line)
}

// startsRaw is condition 1.
func startsRaw(line []byte) bool {
	name, rest := tagName(line[1:])
	return isRawName(name) && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\n>"), rest[0]) >= 0)
}

// startsBlockTag is condition 6.
func startsBlockTag(line []byte) bool {
	name, rest := tagName(bytes.TrimPrefix(line[1:], []byte("/")))
	return isBlockName(name) && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\n>"), rest[0]) >= 0 || bytes.HasPrefix(rest, []byte("/>")))
}

// isWholeTag is condition 7: an open or a closing tag and nothing after it. The
// text of CommonMark has no open tags of the names of condition 1 here, such as
// <pre/>; its implementations have them.
func isWholeTag(line []byte) bool {
	rest, closing := bytes.CutPrefix(line[1:], []byte("/"))
	name, rest := tagName(rest)
	if !closing {
		rest = attributes(rest)
	}
	rest = bytes.TrimLeft(rest, " \t")
	if !closing {
		rest = bytes.TrimPrefix(rest, []byte("/"))
	}
	rest, whole := bytes.CutPrefix(rest, []byte(">"))
	return len(name) > 0 && whole && isBlank(rest)
}

// attributes gives what follows the attributes that a text starts with.
func attributes(text []byte) []byte {
	for {
		rest := bytes.TrimLeft(text, " \t")
		if len(rest) == len(text) || len(rest) == 0 || !isLetter(rest[0]) && rest[0] != '_' && rest[0] != ':' {
			return text
		}
		rest = bytes.TrimLeftFunc(rest, func(char rune) bool {
			return char < 0x80 && (isAlnum(byte(char)) || char == '_' || char == '.' || char == ':' || char == '-')
		})
		text = rest
		if rest, found := bytes.CutPrefix(bytes.TrimLeft(rest, " \t"), []byte("=")); found {
			if rest, found = attributeValue(bytes.TrimLeft(rest, " \t")); !found {
				return text // and no > can follow
			}
			text = rest
		}
	}
}

// attributeValue skips a value, which may be quoted.
func attributeValue(text []byte) (rest []byte, found bool) {
	if len(text) == 0 {
		return nil, false
	}
	if quote := text[0]; quote == '"' || quote == '\'' {
		_, rest, found = bytes.Cut(text[1:], text[:1])
		return rest, found
	}
	end := bytes.IndexAny(text, " \t\n\"'=<>`")
	if end < 0 {
		end = len(text)
	}
	return text[end:], end > 0
}

// tagName splits a text after the tag name it starts with.
func tagName(text []byte) (name, rest []byte) {
	if len(text) == 0 || !isLetter(text[0]) {
		return nil, text
	}
	end := 1
	for end < len(text) && (isAlnum(text[end]) || text[end] == '-') {
		end++
	}
	return text[:end], text[end:]
}

func isAlnum(b byte) bool { return isLetter(b) || '0' <= b && b <= '9' }

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// containsAny looks for one of some texts in lower case, whatever the case.
func containsAny(line []byte, texts [][]byte) bool {
	if len(texts) > 1 {
		line = bytes.ToLower(line)
	}
	for _, text := range texts {
		if bytes.Contains(line, text) {
			return true
		}
	}
	return false
}

// isRawName reports the names whose content is no markup.
func isRawName(name []byte) bool {
	switch string(bytes.ToLower(name)) {
	case "pre", "script", "style", "textarea":
		return true
	}
	return false
}

// isBlockName reports the names of condition 6.
func isBlockName(name []byte) bool {
	switch string(bytes.ToLower(name)) {
	case "address", "article", "aside", "base", "basefont", "blockquote", "body", "caption", "center", "col",
		"colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer",
		"form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "iframe",
		"legend", "li", "link", "main", "menu", "menuitem", "nav", "noframes", "ol", "optgroup", "option", "p", "param",
		"search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "track", "ul":
		return true
	}
	return false
}
