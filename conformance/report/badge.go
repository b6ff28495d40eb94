package report

import (
	"encoding/json"
	"fmt"
)

// Badge writes the endpoint document of shields.io. It is green only when every
// case of the whole suite passed: what is unsupported, disabled or did not run
// was not shown to work.
func (d *Document) Badge() ([]byte, error) {
	passed, of := d.passed()
	message, color := fmt.Sprintf("%d of %d", passed, of), "yellowgreen"
	if short := d.short(); short != "" {
		message += ", " + short
	}
	switch {
	case !d.OK():
		color = "red"
	case d.Perfect():
		color = "brightgreen"
	case d.Narrowed():
		color = "lightgrey"
	}
	out, err := json.MarshalIndent(struct {
		Version int    `json:"schemaVersion"`
		Label   string `json:"label"`
		Message string `json:"message"`
		Color   string `json:"color"`
	}{1, "KEZ conformance", message, color}, "", "  ")
	return append(out, '\n'), err
}
