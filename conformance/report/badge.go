package report

import (
	"encoding/json"
	"fmt"
)

// Badge writes the endpoint document of shields.io. It is green only when every
// case passed: what is unsupported or disabled was not shown to work.
func (d *Document) Badge() ([]byte, error) {
	passed, of, bad := 0, 0, 0
	for _, i := range d.Implementations {
		p, n := i.Passed()
		passed, of, bad = passed+p, of+n, bad+i.Bad
	}
	message, color := fmt.Sprintf("%d of %d", passed, of), "yellow"
	switch {
	case bad > 0:
		color = "red"
	case passed == of && of > 0:
		color = "brightgreen"
	}
	out, err := json.MarshalIndent(struct {
		Version int    `json:"schemaVersion"`
		Label   string `json:"label"`
		Message string `json:"message"`
		Color   string `json:"color"`
	}{1, "KEZ conformance", message, color}, "", "  ")
	return append(out, '\n'), err
}
