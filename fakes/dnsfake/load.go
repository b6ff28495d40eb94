package dnsfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"github.com/miekg/dns"
)

// options is what stands in options.json.
type options struct {
	Authenticated []string `json:"authenticated"`
}

// Load reads a world folder and puts it in the place of all zones and faults.
// The history stays. When it fails nothing has changed.
func (s *Server) Load(folder fs.FS) error {
	zones, faults := map[string]*zone{}, map[string]*state{}
	var opts options
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return fmt.Errorf("dnsfake: %w", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return fmt.Errorf("dnsfake: %w", err)
		}
		origin, isZone := strings.CutSuffix(name, ".zone")
		switch {
		case isZone && origin != "":
			z, err := parseZone(origin, string(text), name)
			if err != nil {
				return err
			}
			zones[z.origin] = z
		case name == "faults.json":
			if faults, err = parseFaults(text); err != nil {
				return err
			}
		case name == "options.json":
			if err := strict(name, text, &opts); err != nil {
				return err
			}
		default:
			return fmt.Errorf("dnsfake: %s is no file of a DNS world, which has *.zone, faults.json and options.json", name)
		}
	}
	for _, origin := range opts.Authenticated {
		z := zones[dns.CanonicalName(origin)]
		if z == nil {
			return fmt.Errorf("dnsfake: options.json: no zone %s to authenticate", origin)
		}
		z.authenticated = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zones, s.faults = zones, faults
	return nil
}

func parseFaults(text []byte) (map[string]*state, error) {
	var read map[string]Fault
	if err := strict("faults.json", text, &read); err != nil {
		return nil, err
	}
	faults := map[string]*state{}
	for name, fault := range read {
		prepared, err := prepare(name, fault)
		if err != nil {
			return nil, err
		}
		faults[dns.CanonicalName(name)] = prepared
	}
	return faults, nil
}

// strict decodes JSON without unknown members: a misspelt fault would test
// nothing.
func strict(name string, text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("dnsfake: %s: %w", name, err)
	}
	return nil
}
