package httpscript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	closed bool // the connection ends with it
	body   []byte
}

// check compares an answer with a step, and catches what the step asks for.
func (w *world) check(s *Step, a answer) error {
	if !a.isOneOf(s.Statuses) {
		return fmt.Errorf("status %d, want %s", a.status, statuses(s.Statuses))
	}
	for _, want := range s.Want {
		if err := w.checkHeader(want, a); err != nil {
			return err
		}
	}
	return w.checkBody(s.WantBody, a.body)
}

func (a answer) isOneOf(all []Status) bool {
	for _, s := range all {
		if s.Code == a.status {
			return true
		}
	}
	return false
}

func statuses(all []Status) string {
	var words []string
	for _, s := range all {
		words = append(words, fmt.Sprint(s.Code))
	}
	return strings.Join(words, " or ")
}

// checkHeader compares one header: its value, /an expression/, "-" for absent,
// or =name, which catches it.
func (w *world) checkHeader(line string, a answer) error {
	name, want, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("%q is no header", line)
	}
	want, err := w.expand(want)
	if err != nil {
		return err
	}
	values := a.header.Values(name)
	got := strings.Join(values, ", ")
	if strings.EqualFold(name, "Connection") && a.closed { // the client of Go takes it away
		values, got = []string{"close"}, "close"
	}
	switch {
	case want == "-" && len(values) == 0:
		return nil
	case want == "-":
		return fmt.Errorf("header %s: %s, want none", name, got)
	case len(values) == 0:
		return fmt.Errorf("no header %s", name)
	}
	return w.text("header "+name, want, got)
}

// text compares a value with a pattern.
func (w *world) text(what, want, got string) error {
	if name, catches := strings.CutPrefix(want, "="); catches {
		w.vars[name] = got
		return nil
	}
	if len(want) > 1 && want[0] == '/' && want[len(want)-1] == '/' {
		re, err := regexp.Compile(`\A(?s:` + want[1:len(want)-1] + `)\z`)
		if err != nil {
			return err
		}
		if !re.MatchString(got) {
			return fmt.Errorf("%s is %q, want %s", what, got, want)
		}
		return nil
	}
	if got != want {
		return fmt.Errorf("%s is %q, want %q", what, got, want)
	}
	return nil
}

// checkBody compares a body: an object or list, lines "= TEXT" that are all of
// its lines, "~ EXPRESSION" and "! EXPRESSION" for what is and is not in it, or
// the word empty.
func (w *world) checkBody(want []Line, body []byte) error {
	if len(want) == 0 {
		return nil
	}
	if first := want[0].Text[0]; first == '{' || first == '[' {
		return w.checkJSON(joined(want), body)
	}
	var lines []string
	for _, line := range want {
		kind, text, _ := strings.Cut(line.Text, " ")
		text, err := w.expand(text)
		if err != nil {
			return err
		}
		switch kind {
		case "empty":
			if len(body) > 0 {
				return fmt.Errorf("the body has %d bytes, want none", len(body))
			}
		case "=":
			lines = append(lines, text)
		case "~", "!":
			re, err := regexp.Compile(`(?m)` + text)
			if err != nil {
				return err
			}
			if re.Match(body) != (kind == "~") {
				return fmt.Errorf("line %d: %s %s does not hold for the body", line.Number, kind, text)
			}
		default:
			return fmt.Errorf("line %d: %q is no expectation", line.Number, line.Text)
		}
	}
	if whole := strings.Join(lines, "\n") + "\n"; len(lines) > 0 && string(body) != whole {
		return fmt.Errorf("the body is\n%swant\n%s", short(body), whole)
	}
	return nil
}

func (w *world) checkJSON(text string, body []byte) error {
	text, err := w.expand(text)
	if err != nil {
		return err
	}
	var want, got any
	if err := decode([]byte(text), &want); err != nil {
		return fmt.Errorf("the expectation is no JSON: %w", err)
	}
	if err := decode(body, &got); err != nil {
		return fmt.Errorf("the body is no JSON (%w): %s", err, short(body))
	}
	return w.value("$", want, got)
}

// value compares JSON: an object may have more members than are wanted, a list
// has as many elements.
func (w *world) value(path string, want, got any) error {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is no object", path)
		}
		for name, member := range want {
			value, present := object[name]
			if !present {
				return fmt.Errorf("%s.%s is absent", path, name)
			}
			if err := w.value(path+"."+name, member, value); err != nil {
				return err
			}
		}
		return nil
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return fmt.Errorf("%s is %v, want %v", path, got, want)
		}
		for i := range want {
			if err := w.value(fmt.Sprintf("%s[%d]", path, i), want[i], list[i]); err != nil {
				return err
			}
		}
		return nil
	case string:
		text, ok := got.(string)
		if !ok {
			return fmt.Errorf("%s is %v, want a string", path, got)
		}
		return w.text(path, want, text)
	}
	if want != got {
		return fmt.Errorf("%s is %v, want %v", path, got, want)
	}
	return nil
}

// decode reads exactly one value, numbers as they are written.
func decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return err
	}
	if len(bytes.TrimSpace(data[d.InputOffset():])) > 0 {
		return fmt.Errorf("something follows the value")
	}
	return nil
}

func short(body []byte) string {
	const most = 2000
	if len(body) > most {
		return fmt.Sprintf("%s… (%d bytes)\n", body[:most], len(body))
	}
	return string(body)
}
