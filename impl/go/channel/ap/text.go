package ap

import (
	"strings"

	"golang.org/x/net/html"
)

// plain reduces HTML to its text as a reader sees it (KEZ-CHAN-069, 070), in
// linear time. Servers wrap parts of long words in elements, so tags leave
// nothing behind, except those that start or end a line.
func plain(source string) string {
	var text strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	hidden := false // what follows is the content of a script or style
	for {
		switch z.Next() {
		case html.ErrorToken: // the end; the source is in memory
			return text.String()
		case html.TextToken:
			if !hidden {
				text.Write(z.Text())
			}
			hidden = false
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if hidden = string(name) == "script" || string(name) == "style"; !hidden {
				z.NextIsNotRawText() // a textarea or title is an element like any other here
			}
			if breaks(string(name)) {
				text.WriteByte('\n')
			}
		case html.EndTagToken:
			hidden = false
			if name, _ := z.TagName(); breaks(string(name)) {
				text.WriteByte('\n')
			}
		}
	}
}

// breaks reports whether the start and end of an element are line breaks.
func breaks(element string) bool {
	switch element {
	case "br", "p", "div", "li", "ul", "ol", "blockquote", "pre":
		return true
	}
	return false
}
