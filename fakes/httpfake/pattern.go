package httpfake

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// pattern says which requests a fault is for; the package comment has the form.
type pattern struct {
	method, host, path string
	query              url.Values
}

func parsePattern(text string) (pattern, error) {
	var p pattern
	rest := text
	if method, after, found := strings.Cut(rest, " "); found {
		p.method, rest = method, after
		if method == "" || method != strings.ToUpper(method) {
			return p, fmt.Errorf("pattern %q: no method before the space", text)
		}
	}
	rest, query, _ := strings.Cut(rest, "?")
	slash := strings.IndexByte(rest, '/')
	if slash < 0 {
		return p, fmt.Errorf("pattern %q: no path; all of a host is HOST/**", text)
	}
	p.host, p.path = strings.ToLower(rest[:slash]), rest[slash:]
	if strings.HasSuffix(p.host, ":") {
		return p, fmt.Errorf("pattern %q: a pattern has no scheme", text)
	}
	var err error
	if p.query, err = url.ParseQuery(query); err != nil {
		return p, fmt.Errorf("pattern %q: %w", text, err)
	}
	return p, nil
}

func mustPattern(text string) pattern {
	p, err := parsePattern(text)
	if err != nil {
		panic("httpfake: " + err.Error())
	}
	return p
}

func (p pattern) matches(r Request) bool {
	if p.method != "" && p.method != r.Method {
		return false
	}
	if p.host != "" && !wildcard(p.host, r.Host) {
		return false
	}
	path, err := url.PathUnescape(r.Path)
	if err != nil || !wildcard(p.path, path) {
		return false
	}
	asked, _ := url.ParseQuery(r.Query)
	for name, values := range p.query {
		for _, value := range values {
			if len(asked[name]) == 0 || value != "*" && !slices.Contains(asked[name], value) {
				return false
			}
		}
	}
	return true
}

// wildcard matches text with a pattern where * stands for anything without a
// slash, and a final /** for anything below.
func wildcard(pattern, text string) bool {
	if above, deep := strings.CutSuffix(pattern, "/**"); deep {
		for i := range len(text) {
			if text[i] == '/' && wildcard(above, text[:i]) {
				return true
			}
		}
		return false
	}
	literal, after, star := strings.Cut(pattern, "*")
	text, found := strings.CutPrefix(text, literal)
	if !found || !star {
		return found && text == ""
	}
	for {
		if wildcard(after, text) {
			return true
		}
		if text == "" || text[0] == '/' {
			return false
		}
		text = text[1:]
	}
}
