// Package spec embeds the KEZ specification and hands out its parts: the
// tagged rules, the examples, the error registry and the tables of the command
// line.
//
// # Authority
//
// The pages rule. Vectors name the tags they test, programs name the tags they
// obey, and this package is how both are checked against the text.
//
// # Format
//
// README.md fixes it: a rule is one list item on one line that starts with its
// tag in bold, an example is a fenced block whose info string holds
// kez-example=NAME, the registry is the tables of errors.md.
package spec

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
)

//go:embed *.md *.openapi.yaml
var pages embed.FS

// Tag is one rule of the specification.
type Tag struct {
	ID      string // KEZ-CHAIN-007
	Level   string // MUST, SHOULD or MAY; a negated rule has the level of its word
	Text    string // the sentence, without its tag
	File    string // sigchain.md
	Line    int    // counted from 1
	Section string // the nearest heading above
}

// Area gives the tag's area: CHAIN of KEZ-CHAIN-007.
func (t Tag) Area() string {
	return strings.Split(t.ID, "-")[1]
}

// Example is one named code block.
type Example struct {
	Name string // claim-ed25519
	Lang string // json
	Text string // every line with its newline
	File string
	Line int // of the first line of the text
}

// Code is one row of the error registry.
type Code struct {
	Code   string
	When   string // when it is given, and what the hint says
	Status string // of a verification; empty for none
	Exit   int
	HTTP   int // 0 for none
}

// Names lists the pages, in the order of their names.
func Names() []string {
	names, err := fs.Glob(pages, "*.md")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	return names
}

// Page gives the text of one page, such as "sigchain.md", or of an OpenAPI
// file, "store.openapi.yaml".
func Page(name string) (string, error) {
	text, err := pages.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("spec: no page %q", name)
	}
	return string(text), nil
}

var (
	rule  = regexp.MustCompile(`^- \*\*\[(KEZ-[A-Z]+-[0-9]{3})\]\*\* (.+)$`)
	level = regexp.MustCompile(`\b(MUST|SHOULD|MAY)\b`)
	fence = regexp.MustCompile("^(`{3,}|~{3,})(.*)$")
	named = regexp.MustCompile(`^(\S+) kez-example=([a-z0-9-]+)$`)
)

// Tags gives all rules, page by page in the order of the text.
func Tags() []Tag {
	var tags []Tag
	walk(func(l line) {
		m := rule.FindStringSubmatch(l.text)
		if l.fence != nil || m == nil {
			return
		}
		tags = append(tags, Tag{
			ID: m[1], Level: level.FindString(m[2]), Text: m[2],
			File: l.file, Line: l.number, Section: l.section,
		})
	})
	return tags
}

// Examples gives all named code blocks, page by page in the order of the text.
func Examples() []Example {
	var examples []Example
	var open *fenced
	walk(func(l line) {
		if l.fence == nil || l.fence.marker {
			return
		}
		m := named.FindStringSubmatch(l.fence.info)
		if m == nil {
			return
		}
		if l.fence != open {
			open = l.fence
			examples = append(examples, Example{Name: m[2], Lang: m[1], File: l.file, Line: l.number})
		}
		examples[len(examples)-1].Text += l.text + "\n"
	})
	return examples
}

// FindExample gives the example of that name.
func FindExample(name string) (Example, bool) {
	for _, e := range Examples() {
		if e.Name == name {
			return e, true
		}
	}
	return Example{}, false
}

// Codes gives the error registry in its order. It panics on a row it cannot
// read, which the package's own test rules out.
func Codes() []Code {
	var codes []Code
	for _, row := range Table("errors.md", "code") {
		exit, err := strconv.Atoi(row[3])
		if err != nil {
			panic(fmt.Sprintf("spec: exit of %s: %v", row[0], err))
		}
		code := Code{Code: strings.Trim(row[0], "`"), When: row[1], Exit: exit}
		if row[2] != "–" {
			code.Status = row[2]
		}
		if row[4] != "–" {
			if code.HTTP, err = strconv.Atoi(row[4]); err != nil {
				panic(fmt.Sprintf("spec: http of %s: %v", row[0], err))
			}
		}
		codes = append(codes, code)
	}
	return codes
}

// Table gives the cells of all rows of the tables of a page whose first column
// has that heading, such as Table("cli.md", "name") for the environment.
func Table(page, heading string) [][]string {
	var rows [][]string
	inside, header := false, false
	walk(func(l line) {
		if l.file != page || l.fence != nil {
			return
		}
		if !strings.HasPrefix(l.text, "|") {
			inside, header = false, false
			return
		}
		cells := split(l.text)
		switch {
		case !header:
			header, inside = true, cells[0] == heading
		case inside && !strings.HasPrefix(cells[0], "---"):
			rows = append(rows, cells)
		}
	})
	return rows
}

// split cuts a table row at its bars; an escaped bar belongs to the cell.
func split(row string) []string {
	const bar = "\x00"
	row = strings.ReplaceAll(row, `\|`, bar)
	cells := strings.Split(strings.Trim(row, "|"), "|")
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(strings.TrimSpace(c), bar, "|")
	}
	return cells
}

// fenced is one code block while it is open.
type fenced struct {
	mark   string
	info   string
	marker bool // the current line is the opening or closing one
}

// line is one line of a page and where it stands.
type line struct {
	file    string
	number  int
	section string
	text    string
	fence   *fenced // nil outside code blocks
}

// walk calls visit for every line of every page.
func walk(visit func(line)) {
	for _, name := range Names() {
		text, err := Page(name)
		if err != nil {
			panic(err) // Names lists what is embedded
		}
		var open *fenced
		section := ""
		for i, t := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
			l := line{file: name, number: i + 1, text: t}
			m := fence.FindStringSubmatch(t)
			closing := false
			switch {
			case open == nil && m != nil:
				open = &fenced{mark: m[1], info: strings.TrimSpace(m[2]), marker: true}
			case open != nil && m != nil && strings.HasPrefix(m[1], open.mark) && strings.TrimSpace(m[2]) == "":
				open.marker, closing = true, true
			case open != nil:
				open.marker = false
			case strings.HasPrefix(t, "#"):
				section = strings.TrimSpace(strings.TrimLeft(t, "#"))
			}
			l.section, l.fence = section, open
			visit(l)
			if closing {
				open = nil
			}
		}
	}
}
