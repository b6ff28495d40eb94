package webfake

import (
	"fmt"
	"io/fs"
	"strings"

	"kez.lat/kez/fakes/httpfake"
)

// Load reads a world folder and puts it in the place of all sites and faults.
// The history stays. When it fails nothing has changed.
func (s *Server) Load(folder fs.FS) error {
	loaded, faults := world{}, httpfake.Faults{}
	names, err := httpfake.Files(folder)
	if err != nil {
		return fmt.Errorf("webfake: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err == nil {
			err = loaded.read(name, text, &faults)
		}
		if err != nil {
			return fmt.Errorf("webfake: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world = loaded
	s.SetFaults(faults)
	return nil
}

func (w world) read(name string, text []byte, faults *httpfake.Faults) (err error) {
	host, at, below := strings.Cut(name, "/")
	switch {
	case below:
		w.put(host, "/"+at, "", text)
	case name == "faults.json":
		*faults, err = httpfake.ParseFaults(text)
	case name == "hosts.json":
		var hosts []string
		if err = httpfake.Strict(name, text, &hosts); err == nil {
			for _, host := range hosts {
				w.host(host)
			}
		}
	case name == "redirects.json":
		var redirects map[string]string
		if err = httpfake.Strict(name, text, &redirects); err != nil {
			return err
		}
		for from, to := range redirects {
			host, at, _ := strings.Cut(from, "/")
			w.host(host)["/"+at] = page{to: to}
		}
	default:
		err = fmt.Errorf("%s is no file of a web world, which has HOST/PATH, redirects.json, hosts.json and faults.json", name)
	}
	return err
}
