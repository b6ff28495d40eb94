package apfake

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"kez.lat/kez/fakes/httpfake"
)

// Load reads a world folder and puts it in the place of all hosts and faults.
// The history stays. When it fails nothing has changed.
func (s *Server) Load(folder fs.FS) error {
	loaded, faults := world{}, httpfake.Faults{}
	names, err := httpfake.Files(folder)
	if err != nil {
		return fmt.Errorf("apfake: %w", err)
	}
	// A given WebFinger answer wins over one that follows from an actor, also
	// from an actor of another host.
	for _, given := range []bool{false, true} {
		for _, name := range names {
			if strings.HasSuffix(name, ".webfinger.json") != given {
				continue
			}
			text, err := fs.ReadFile(folder, name)
			if err == nil {
				err = loaded.read(name, text, &faults)
			}
			if err != nil {
				return fmt.Errorf("apfake: %w", err)
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world = loaded
	s.SetFaults(faults)
	return nil
}

func (w world) read(name string, text []byte, faults *httpfake.Faults) (err error) {
	host, file, below := strings.Cut(name, "/")
	account, isFinger := strings.CutSuffix(file, ".webfinger.json")
	actorName, isJSON := strings.CutSuffix(file, ".json")
	switch {
	case below && strings.Contains(file, "/"), below && (!isJSON || account == "" || actorName == ""):
		err = fmt.Errorf("%s is no file of a host, which has NAME.json and NAME.webfinger.json", name)
	case isFinger:
		w.host(host).fingers[resourceKey("acct:"+account+"@"+host)] = finger{given: text}
	case below:
		var actor Actor
		if actor, err = readActor(name, text); err == nil {
			err = w.addActor(host, actorName, actor)
		}
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
		if err = httpfake.Strict(name, text, &redirects); err == nil {
			for from, to := range redirects {
				host, path, _ := strings.Cut(from, "/")
				w.host(host).redirects["/"+path] = to
			}
		}
	default:
		err = fmt.Errorf("%s is no file of an ActivityPub world, which has HOST/NAME.json, HOST/NAME.webfinger.json, redirects.json, hosts.json and faults.json", name)
	}
	return err
}

// readActor takes a document as it is and everything else as an [Actor].
func readActor(name string, text []byte) (actor Actor, err error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return actor, fmt.Errorf("%s: %w; a document that is no JSON is a fault with a body", name, err)
	}
	if members["type"] != nil || members["@context"] != nil {
		actor.Document = text
		return actor, nil
	}
	err = httpfake.Strict(name, text, &actor)
	return actor, err
}
