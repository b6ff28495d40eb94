package httpscript

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// world is what a script has made and caught so far.
type world struct {
	seed, script string
	keys         map[string]key
	events       map[string]event
	vars         map[string]string
}

func newWorld(seed, script, host string) *world {
	w := &world{seed: seed, script: script, keys: map[string]key{}, events: map[string]event{}, vars: map[string]string{"host": host}}
	run := newKey(seed, script, "").private[:5]
	w.vars["run"] = "r" + hex.EncodeToString(run) // fit for every identity
	return w
}

// setup does one line of preparation.
func (w *world) setup(text string) error {
	words := strings.Fields(text)
	for i := range words {
		var err error
		if words[i], err = w.expand(words[i]); err != nil {
			return err
		}
	}
	switch {
	case words[0] == "key" && len(words) >= 2:
		for _, name := range words[1:] {
			k := newKey(w.seed, w.script, name)
			w.keys[name] = k
			w.vars[name], w.vars[name+".value"], w.vars[name+".path"] = k.identity(), k.hex(), "ed25519/"+k.hex()
		}
	case words[0] == "event" && len(words) >= 5:
		return w.event(words[1], words[2:])
	case words[0] == "lines" && len(words) >= 3:
		var b strings.Builder
		for _, name := range words[2:] {
			e, ok := w.events[name]
			if !ok {
				return fmt.Errorf("there is no event %s", name)
			}
			b.WriteString(e.line + "\n")
		}
		w.vars[words[1]] = strings.TrimSuffix(b.String(), "\n")
	default:
		return fmt.Errorf("%q is no key, event or lines", text)
	}
	return nil
}

// event reads KEY OP ARGUMENT… [after EVENT] [with NAME=VALUE…].
func (w *world) event(name string, words []string) error {
	c := change{op: words[1], with: map[string]string{}}
	var ok bool
	if c.signer, ok = w.keys[words[0]]; !ok {
		return fmt.Errorf("there is no key %s", words[0])
	}
	rest := words[2:]
	if i := slices.Index(rest, "with"); i >= 0 {
		for _, fault := range rest[i+1:] {
			name, value, _ := strings.Cut(fault, "=")
			c.with[name] = value
		}
		rest = rest[:i]
	}
	if i := slices.Index(rest, "after"); i >= 0 && i+2 == len(rest) {
		before, ok := w.events[rest[i+1]]
		if !ok {
			return fmt.Errorf("there is no event %s", rest[i+1])
		}
		c.after = &before
		rest = rest[:i]
	}
	switch {
	case c.op == "rotate" && len(rest) == 1, c.op == "add_device" && len(rest) == 2:
		if c.other, ok = w.keys[rest[0]]; !ok {
			return fmt.Errorf("there is no key %s", rest[0])
		}
		c.name = rest[len(rest)-1]
	case len(rest) == 1:
		c.subject = rest[0]
	default:
		return fmt.Errorf("the arguments of %s are %v", c.op, rest)
	}
	e, err := c.sign()
	if err != nil {
		return err
	}
	w.events[name] = e
	w.vars[name], w.vars[name+".hash"] = e.line, e.hash()
	return nil
}

// variable is ${NAME} or ${NAME|FILTER}.
var variable = regexp.MustCompile(`\$\{([A-Za-z0-9_.]+)(?:\|([a-z]+))?\}`)

// expand replaces the variables of a text.
func (w *world) expand(text string) (string, error) {
	var first error
	out := variable.ReplaceAllStringFunc(text, func(match string) string {
		m := variable.FindStringSubmatch(match)
		value, ok := w.vars[m[1]]
		if !ok {
			first = fmt.Errorf("there is no variable %s", m[1])
			return match
		}
		switch m[2] {
		case "":
		case "query":
			value = url.QueryEscape(value)
		case "path":
			value = url.PathEscape(value)
		case "pretty":
			var b bytes.Buffer
			if err := json.Indent(&b, []byte(value), "", "  "); err != nil {
				first = err
			}
			value = b.String()
		case "spaced": // the same JSON, and not canonical
			value = strings.ReplaceAll(value, `,"`, `, "`)
		default:
			first = fmt.Errorf("there is no filter %s", m[2])
		}
		return value
	})
	return out, first
}
