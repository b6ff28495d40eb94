package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"
)

//go:embed report.html.tmpl
var pageText string

// pageTemplate escapes everything that comes out of data.
var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{"clean": Clean, "rich": rich}).Parse(pageText))

// HTML writes the page: one file without scripts, fonts or images from
// elsewhere.
func (d *Document) HTML() ([]byte, error) {
	uncovered, err := uncovered()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, d.view(uncovered)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// rich sets what a sentence of the specification has in backticks as code.
func rich(sentence string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(sentence, "`") {
		escaped := template.HTMLEscapeString(part)
		if i%2 == 1 {
			escaped = "<code>" + escaped + "</code>"
		}
		b.WriteString(escaped)
	}
	return template.HTML(b.String()) // every part was escaped
}
