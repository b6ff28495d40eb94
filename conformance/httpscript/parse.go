package httpscript

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kez.lat/kez/spec"
)

//go:embed store/*.txt relay/*.txt
var files embed.FS

// Script is one file: what to prepare, and the steps in their order.
type Script struct {
	Name  string
	Setup []Line
	Steps []Step
}

// Line is a line of the file with its number.
type Line struct {
	Number int
	Text   string
}

// Step is a request and what has to come back. The texts hold variables.
type Step struct {
	Line  int
	Title string
	Tags  []string

	Raw     bool // the body is the request, byte for byte
	Method  string
	Target  string
	Header  []string // "Name: value"
	Options map[string]string
	Body    string

	Statuses []Status
	Want     []string // "Name: value"
	WantBody []Line
}

// Status is a status that may come; in a parallel step Count says how often it
// has to, where it is above 0.
type Status struct{ Code, Count int }

// Store gives the scripts about sigchain stores.
func Store() ([]*Script, error) { return load(files, "store") }

// Relay gives the scripts about chat relays.
func Relay() ([]*Script, error) { return load(files, "relay") }

func load(from fs.FS, folder string) ([]*Script, error) {
	names, err := fs.Glob(from, folder+"/*.txt")
	if err != nil {
		return nil, err
	}
	var all []*Script
	for _, name := range names {
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		script, err := Parse(strings.TrimSuffix(name, ".txt"), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, script)
	}
	return all, nil
}

// knownTags are the rules of the specification.
var knownTags = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for _, t := range spec.Tags() {
		known[t.ID] = true
	}
	return known
})

// heading is the first line of a step.
var heading = regexp.MustCompile(`^== (.+) \[(KEZ-[A-Z]+-[0-9]{3}(?: KEZ-[A-Z]+-[0-9]{3})*)\]$`)

// Parse reads a script.
func Parse(name, text string) (*Script, error) {
	s := &Script{Name: name}
	var blocks [][]Line
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		l := Line{i + 1, line}
		switch {
		case strings.HasPrefix(line, "# ") || line == "#":
		case strings.HasPrefix(line, "== "):
			blocks = append(blocks, []Line{l})
		case len(blocks) > 0:
			blocks[len(blocks)-1] = append(blocks[len(blocks)-1], l)
		case strings.TrimSpace(line) != "":
			s.Setup = append(s.Setup, l)
		}
	}
	if len(blocks) == 0 {
		return nil, fmt.Errorf("%s: there is no step", name)
	}
	for _, block := range blocks {
		step, err := parseStep(block)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, block[0].Number, err)
		}
		s.Steps = append(s.Steps, step)
	}
	return s, nil
}

func parseStep(block []Line) (Step, error) {
	step := Step{Line: block[0].Number, Options: map[string]string{}}
	m := heading.FindStringSubmatch(block[0].Text)
	if m == nil {
		return step, fmt.Errorf("the heading is no `== title [TAG…]`")
	}
	step.Title, step.Tags = m[1], strings.Fields(m[2])
	for _, tag := range step.Tags {
		if !knownTags()[tag] {
			return step, fmt.Errorf("the specification has no %s", tag)
		}
	}
	split := slices.IndexFunc(block, func(l Line) bool { return l.Text == "--" })
	if split < 2 || split+1 >= len(block) {
		return step, fmt.Errorf("a request, a line --, and a status are wanted")
	}
	if err := step.parseRequest(block[1:split]); err != nil {
		return step, err
	}
	return step, step.parseAnswer(block[split+1:])
}

func (s *Step) parseRequest(lines []Line) error {
	s.Raw = lines[0].Text == "RAW"
	if !s.Raw {
		method, target, ok := strings.Cut(lines[0].Text, " ")
		if s.Method, s.Target = method, target; !ok {
			return fmt.Errorf("%q is no METHOD TARGET", lines[0].Text)
		}
	}
	for i, line := range lines[1:] {
		option, isOption := strings.CutPrefix(line.Text, "@")
		switch {
		case isOption:
			name, value, _ := strings.Cut(option, " ")
			if !slices.Contains([]string{"parallel", "chunked", "fill", "register", "auth", "until"}, name) {
				return fmt.Errorf("there is no option @%s", name)
			}
			s.Options[name] = value
		case line.Text == "" || s.Raw:
			body := lines[i+1:]
			if line.Text == "" {
				body = body[1:]
			}
			s.Body = joined(body)
			return nil
		default:
			s.Header = append(s.Header, line.Text)
		}
	}
	return nil
}

func (s *Step) parseAnswer(lines []Line) error {
	for _, word := range strings.Fields(strings.ReplaceAll(lines[0].Text, "|", " ")) {
		code, count, counted := strings.Cut(word, "*")
		status := Status{}
		var err error
		if status.Code, err = strconv.Atoi(code); err == nil && counted {
			status.Count, err = strconv.Atoi(count)
		}
		if err != nil {
			return fmt.Errorf("%q is no list of statuses", lines[0].Text)
		}
		s.Statuses = append(s.Statuses, status)
	}
	if len(s.Statuses) == 0 {
		return fmt.Errorf("no status is wanted")
	}
	for i, line := range lines[1:] {
		if line.Text == "" {
			for _, l := range lines[i+2:] {
				if strings.TrimSpace(l.Text) != "" {
					s.WantBody = append(s.WantBody, l)
				}
			}
			return nil
		}
		s.Want = append(s.Want, line.Text)
	}
	return nil
}

// joined gives lines as they stood, without the empty ones at their end.
func joined(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Text + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}
