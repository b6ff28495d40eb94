package nostrfake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// DefaultTime is the created_at of events that name none:
// 2026-01-02T03:04:05Z.
const DefaultTime = 1767323045

// template is an event in one of the two forms that are not a full event.
type template struct {
	Unchecked   json.RawMessage `json:"unchecked"`
	Secret      string          `json:"secret"`
	Kind        *int            `json:"kind"`
	Tags        [][]string      `json:"tags"`
	Content     string          `json:"content"`
	ContentFile string          `json:"content_file"`
	CreatedAt   int64           `json:"created_at"`
	Corrupt     string          `json:"corrupt"`
	Repeat      int             `json:"repeat"`
}

// folder is a world folder while it is read; nil has no files.
type folder struct {
	fs     fs.FS
	events map[string][]stored // by file
	open   map[string]bool     // files being read, against circles
	texts  map[string]bool     // files that were some event's content
}

// Load reads a world folder and puts it in the place of all events and faults.
// The history stays. When it fails nothing has changed.
func (r *Relay) Load(fsys fs.FS) error {
	f := &folder{fs: fsys, events: map[string][]stored{}, open: map[string]bool{}, texts: map[string]bool{}}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return fmt.Errorf("nostrfake: %w", err)
	}
	if err := f.findTexts(entries); err != nil {
		return err
	}
	var events []stored
	var faults Faults
	for _, entry := range entries {
		switch name := entry.Name(); {
		case f.texts[name]:
		case name == "faults.json":
			raw, err := fs.ReadFile(fsys, name)
			if err != nil {
				return fmt.Errorf("nostrfake: %w", err)
			}
			if err := strict(raw, &faults); err != nil {
				return fmt.Errorf("nostrfake: %s: %w", name, err)
			}
		case strings.HasSuffix(name, ".json"):
			more, err := f.file(name)
			if err != nil {
				return err
			}
			events = append(events, more...)
		default:
			return fmt.Errorf("nostrfake: %s is no file of a relay's world, which has *.json and the files their content_file names", name)
		}
	}
	if faults, err = prepare(faults, f); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events, r.faults = events, faults
	return nil
}

// findTexts notes which files are the content of an event, since these can end
// in .json themselves.
func (f *folder) findTexts(entries []fs.DirEntry) error {
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".json") {
			continue
		}
		raw, err := fs.ReadFile(f.fs, entry.Name())
		if err != nil {
			return fmt.Errorf("nostrfake: %w", err)
		}
		var named struct {
			ContentFile string `json:"content_file"`
		}
		if json.Unmarshal(raw, &named) == nil && named.ContentFile != "" {
			f.texts[named.ContentFile] = true
		}
	}
	return nil
}

// file reads the events of one file, once.
func (f *folder) file(name string) ([]stored, error) {
	if f == nil {
		return nil, fmt.Errorf("nostrfake: %s: there is no folder to take it from", name)
	}
	if events, ok := f.events[name]; ok {
		return events, nil
	}
	if f.open[name] {
		return nil, fmt.Errorf("nostrfake: %s refers to itself", name)
	}
	f.open[name] = true
	raw, err := fs.ReadFile(f.fs, name)
	if err != nil {
		return nil, fmt.Errorf("nostrfake: %w", err)
	}
	events, err := f.read(name, raw)
	if err != nil {
		return nil, err
	}
	f.events[name] = events
	return events, nil
}

// read makes the events of one text in any of the three forms.
func (f *folder) read(name string, raw []byte) ([]stored, error) {
	fail := func(err error) ([]stored, error) { return nil, fmt.Errorf("nostrfake: %s: %w", name, err) }
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return fail(err)
	}
	if _, full := members["sig"]; full {
		ev, err := parse(raw)
		if err == nil {
			err = ev.check()
		}
		if err != nil {
			return fail(fmt.Errorf(`%w (put it in {"unchecked": …} when that is meant)`, err))
		}
		return []stored{ev}, nil
	}
	var t template
	if err := strict(raw, &t); err != nil {
		return fail(err)
	}
	if t.Unchecked != nil {
		ev, err := parse(t.Unchecked)
		if err != nil {
			return fail(err)
		}
		return []stored{ev}, nil
	}
	events, err := f.sign(t)
	if err != nil {
		return fail(err)
	}
	return events, nil
}

// sign turns a template into its events.
func (f *folder) sign(t template) ([]stored, error) {
	switch {
	case t.Secret == "" || t.Kind == nil:
		return nil, errors.New("neither a signed event, nor unchecked, nor one with secret and kind")
	case t.Content != "" && t.ContentFile != "":
		return nil, errors.New("content and content_file exclude each other")
	case t.ContentFile != "":
		text, err := f.text(t.ContentFile)
		if err != nil {
			return nil, err
		}
		t.Content = text
	}
	if t.CreatedAt == 0 {
		t.CreatedAt = DefaultTime
	}
	for _, tag := range t.Tags {
		for i, value := range tag {
			if target, ok := strings.CutPrefix(value, "@"); ok && strings.HasSuffix(target, ".json") {
				named, err := f.file(target)
				if err != nil {
					return nil, err
				}
				tag[i] = named[0].ID
			}
		}
	}
	var events []stored
	for i := range max(1, t.Repeat) {
		raw, err := Sign(t.Secret, *t.Kind, t.Tags, t.Content, t.CreatedAt-int64(i))
		if err != nil {
			return nil, err
		}
		ev, err := parse(raw)
		if err == nil && t.Corrupt != "" {
			ev, err = ev.spoil(t.Corrupt)
		}
		if err != nil {
			return nil, err
		}
		events = append(events, ev)
	}
	return events, nil
}

// text reads a content_file.
func (f *folder) text(name string) (string, error) {
	if f == nil {
		return "", fmt.Errorf("%s: there is no folder to take it from", name)
	}
	raw, err := fs.ReadFile(f.fs, name)
	return string(raw), err
}

// strict decodes JSON without unknown members: a misspelt one would test
// nothing.
func strict(raw []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
