package storefake

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"

	"kez.lat/kez/fakes/httpfake"
)

// host is what the history calls every store.
const host = "store"

// Server is one store.
type Server struct {
	*httpfake.Server
	url string

	mu       sync.Mutex
	chains   map[string][]byte // "system:value" → JSON lines
	arrivals []string
}

// Start listens on loopback, without any chain.
func Start() (*Server, error) {
	s := &Server{chains: map[string][]byte{}}
	s.Server = httpfake.New("storefake", http.HandlerFunc(s.serve))
	var err error
	s.url, err = s.Open(host)
	return s, err
}

// URL is the base of the store, without a final slash.
func (s *Server) URL() string { return s.url }

// Put puts lines in the place of the chain of a primary, whatever they are.
func (s *Server) Put(primary string, lines []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(primary, lines)
}

func (s *Server) put(primary string, lines []byte) {
	s.chains[primary] = bytes.Clone(lines)
	for line := range strings.Lines(string(lines)) {
		s.arrivals = append(s.arrivals, strings.TrimSuffix(line, "\n"))
	}
}

// Chain gives the lines of a primary, nil where there are none.
func (s *Server) Chain(primary string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.chains[primary])
}

// Clear forgets all chains, as a store does that lost its database.
func (s *Server) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chains, s.arrivals = map[string][]byte{}, nil
}

// Load reads a world folder and puts it in the place of all chains and faults.
// The history stays. When it fails nothing has changed.
func (s *Server) Load(folder fs.FS) error {
	names, err := httpfake.Files(folder)
	if err != nil {
		return fmt.Errorf("storefake: %w", err)
	}
	chains, faults := map[string][]byte{}, httpfake.Faults{}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return fmt.Errorf("storefake: %w", err)
		}
		system, value, isChain := strings.Cut(strings.TrimSuffix(name, ".jsonl"), "_")
		switch {
		case name == "faults.json":
			if faults, err = httpfake.ParseFaults(text); err != nil {
				return fmt.Errorf("storefake: %w", err)
			}
		case isChain && strings.HasSuffix(name, ".jsonl") && slices.Contains([]string{"ed25519", "nostr"}, system):
			chains[system+":"+value] = text
		default:
			return fmt.Errorf("storefake: %s is no file of a store, which has ed25519_HEX.jsonl, nostr_NPUB.jsonl and faults.json", name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chains, s.arrivals = map[string][]byte{}, nil
	for _, name := range names { // in the order of names, so that exports are the same each time
		primary := strings.Replace(strings.TrimSuffix(name, ".jsonl"), "_", ":", 1)
		if lines, found := chains[primary]; found {
			s.put(primary, lines)
		}
	}
	s.SetFaults(faults)
	return nil
}
