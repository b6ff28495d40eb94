package channel

import (
	"bytes"
	"mime"
	"strings"
)

// IsHTML reports whether an answer is a web page, by its type or, since
// servers mislabel, by its first bytes.
func IsHTML(r *Response) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "text/html" || kind == "application/xhtml+xml" {
		return true
	}
	start := bytes.TrimSpace(r.Body[:min(len(r.Body), 256)])
	lower := strings.ToLower(string(start[:min(len(start), 15)]))
	return strings.HasPrefix(lower, "<!doctype html") || strings.HasPrefix(lower, "<html")
}
