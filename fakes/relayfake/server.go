package relayfake

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"kez.lat/kez/fakes/httpfake"
)

// host is what the history calls every relay.
const host = "relay"

// Row is one stored message.
type Row struct {
	Seq       int64           `json:"seq"`
	Envelope  json.RawMessage `json:"envelope"`
	CreatedAt string          `json:"created_at"`
}

// account is a registered handle.
type account struct {
	primary      string
	registration json.RawMessage
	at           string
	proofs       json.RawMessage
	policy       policy
	blocks       []string
}

type policy struct {
	Accept   string   `json:"accept"`
	Contacts []string `json:"contacts"`
}

// Server is one relay.
type Server struct {
	*httpfake.Server
	url  string
	name string

	mu        sync.Mutex
	now       func() time.Time
	epoch     int
	seq       int64
	accounts  map[string]*account
	boxes     map[string][]Row
	used      map[string]bool // signatures that are taken once
	swapped   map[string]json.RawMessage
	intercept func(to string, envelope []byte) [][]byte
	onPoll    func()
	arrived   chan struct{} // closed and replaced when something comes or is cut
	cut       int
}

// Start listens on loopback under a relay's name. now is its clock, nil for the
// system's.
func Start(name string, now func() time.Time) (*Server, error) {
	if now == nil {
		now = time.Now
	}
	s := &Server{name: name, now: now, epoch: 1, accounts: map[string]*account{}, boxes: map[string][]Row{},
		used: map[string]bool{}, swapped: map[string]json.RawMessage{}, arrived: make(chan struct{})}
	s.Server = httpfake.New("relayfake", http.HandlerFunc(s.serve))
	var err error
	s.url, err = s.Open(host)
	return s, err
}

// URL is the base of the relay, without a final slash.
func (s *Server) URL() string { return s.url }

// Messages gives what is in the inbox of a handle.
func (s *Server) Messages(handle string) []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.boxes[handle])
}

// Registration gives what was registered for a handle, nil where nothing was.
func (s *Server) Registration(handle string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[handle]; a != nil {
		return a.registration
	}
	return nil
}

// Settings gives the policy and the blocks of a handle, as JSON.
func (s *Server) Settings(handle string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[handle]
	if a == nil {
		return ""
	}
	text, _ := json.Marshal([]any{a.policy, a.blocks})
	return string(text)
}

// Deliver puts a message into an inbox, whatever it is. at is the time at which
// the relay says to have stored it.
func (s *Server) Deliver(handle string, envelope []byte, at string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.put(handle, envelope, at)
}

func (s *Server) put(handle string, envelope []byte, at string) int64 {
	s.seq++
	s.boxes[handle] = append(s.boxes[handle], Row{s.seq, slices.Clone(envelope), at})
	close(s.arrived)
	s.arrived = make(chan struct{})
	return s.seq
}

// Intercept delivers, in the place of each message sent from here on, what lie
// gives. The sender hears of a success. nil ends it.
func (s *Server) Intercept(lie func(to string, envelope []byte) [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intercept = lie
}

// OnPoll has before called before every answer to a poll; nil ends it.
func (s *Server) OnPoll(before func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onPoll = before
}

// Swap answers lookups of a handle with another registration; nil ends it.
func (s *Server) Swap(handle string, registration []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.swapped[handle] = registration
}

// NewLife puts the relay back to a state in which the inboxes hold their first
// keep messages, numbered anew, under another epoch.
func (s *Server) NewLife(keep int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	s.seq = 0
	for handle, rows := range s.boxes {
		rows = slices.Clone(rows[:min(keep, len(rows))])
		for i := range rows {
			s.seq++
			rows[i].Seq = s.seq
		}
		s.boxes[handle] = rows
	}
	s.wake()
}

// Rename gives the relay another name.
func (s *Server) Rename(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.name = name
}

// CutStreams breaks all streams that are open.
func (s *Server) CutStreams() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake()
}

func (s *Server) wake() {
	s.cut++
	close(s.arrived)
	s.arrived = make(chan struct{})
}

// fail answers with an error object.
func fail(w http.ResponseWriter, status int, code, message string) {
	reply(w, status, map[string]string{"error": code, "message": message, "hint": "see spec/relay.md"})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v)
}

// authFault judges X-KEZ-Auth over lines, "" for well (KEZ-RELAY-033 to 039).
func (s *Server) authFault(r *http.Request, lines []string, primary string, once bool) string {
	values := r.Header.Values("X-KEZ-Auth")
	if len(values) == 0 {
		return "auth.missing"
	}
	ts, digits, found := strings.Cut(values[0], ":")
	at, err := strconv.ParseInt(ts, 10, 64)
	sig, errHex := hex.DecodeString(digits)
	if len(values) > 1 || !found || err != nil || errHex != nil || len(sig) != ed25519.SignatureSize || strings.ToLower(digits) != digits {
		return "auth.malformed"
	}
	switch skew := s.now().Unix() - at; {
	case skew > 60:
		return "auth.stale"
	case skew < -60:
		return "auth.future"
	}
	if !verify(primary, []byte(strings.Join(append(slices.Clone(lines), ts), "\n")), sig) {
		return "auth.invalid"
	}
	if once && s.used[values[0]] {
		return "auth.replayed"
	}
	if once {
		s.used[values[0]] = true
	}
	return ""
}

func verify(primary string, message, sig []byte) bool {
	key, err := hex.DecodeString(strings.TrimPrefix(primary, "ed25519:"))
	return err == nil && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, message, sig)
}

func (s *Server) epochName() string { return fmt.Sprintf("life-%d", s.epoch) }

func (s *Server) time() string { return s.now().UTC().Format("2006-01-02T15:04:05Z") }

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
