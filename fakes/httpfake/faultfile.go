package httpfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Faults are faults read from a file, not yet set.
type Faults struct{ rules []*rule }

// entry is one fault of faults.json; the package comment has the form.
type entry struct {
	On       string            `json:"on"`
	Status   int               `json:"status"`
	Hang     bool              `json:"hang"`
	Drop     bool              `json:"drop"`
	Endless  bool              `json:"endless"`
	GzipBomb int64             `json:"gzip_bomb"`
	Redirect string            `json:"redirect"`
	Headers  map[string]string `json:"headers"`
	Type     string            `json:"type"`
	Body     *string           `json:"body"`
	JSON     json.RawMessage   `json:"json"`
	Merge    json.RawMessage   `json:"merge"`
	Gzip     bool              `json:"gzip"`
	Truncate *int              `json:"truncate"`
	Stall    *int              `json:"stall"`
	DelayMS  int               `json:"delay_ms"`
	Times    int               `json:"times"`
	After    int               `json:"after"`
}

// ParseFaults reads a faults.json.
func ParseFaults(text []byte) (Faults, error) {
	var entries []entry
	if err := Strict("faults.json", text, &entries); err != nil {
		return Faults{}, err
	}
	var faults Faults
	for i, e := range entries {
		p, err := parsePattern(e.On)
		if err != nil {
			return Faults{}, fmt.Errorf("faults.json: fault %d: %w", i+1, err)
		}
		fault, err := e.fault()
		if err != nil {
			return Faults{}, fmt.Errorf("faults.json: fault %d on %s: %w", i+1, e.On, err)
		}
		faults.rules = append(faults.rules, &rule{pattern: p, fault: fault})
	}
	return faults, nil
}

// SetFaults puts faults in the place of all that are set.
func (s *Server) SetFaults(faults Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = slices.Clone(faults.rules)
}

func (e entry) fault() (Fault, error) {
	f := Pass()
	ways := 0
	for _, way := range []struct {
		wanted bool
		fault  Fault
	}{
		{e.Hang, Hang()}, {e.Drop, Drop()}, {e.Endless, Endless()},
		{e.GzipBomb != 0, GzipBomb(e.GzipBomb)}, {e.Redirect != "", Redirect(e.Redirect)},
	} {
		if way.wanted {
			f = way.fault
			ways++
		}
	}
	switch {
	case ways > 1:
		return f, fmt.Errorf("hang, drop, endless, gzip_bomb and redirect exclude each other")
	case e.Status != 0 && (e.Status < 200 || e.Status > 999):
		return f, fmt.Errorf("status %d is none of a final answer", e.Status)
	case e.Status != 0 && ways == 0:
		f = Status(e.Status)
	case e.Status != 0:
		f = f.Code(e.Status)
	}
	if f, changed := e.changes(f); changed || f.kind != passing {
		return f, nil
	}
	return f, fmt.Errorf("it does nothing")
}

// changes applies the members that change an answer.
func (e entry) changes(f Fault) (changed Fault, any bool) {
	if e.JSON != nil {
		f, any = f.JSON(string(e.JSON)), true
	}
	if e.Body != nil {
		f, any = f.Body(*e.Body), true
	}
	if e.Type != "" {
		f, any = f.Type(e.Type), true
	}
	for name, value := range e.Headers {
		f, any = f.Header(name, value), true
	}
	if e.Merge != nil {
		f, any = f.Merge(string(e.Merge)), true
	}
	if e.Gzip {
		f, any = f.Gzip(), true
	}
	if e.Truncate != nil {
		f, any = f.Truncate(*e.Truncate), true
	}
	if e.Stall != nil {
		f, any = f.Stall(*e.Stall), true
	}
	if e.DelayMS > 0 {
		f, any = f.Delay(time.Duration(e.DelayMS)*time.Millisecond), true
	}
	return f.Times(e.Times).After(e.After), any
}
