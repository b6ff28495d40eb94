package httpfake

import (
	"net/http"
	"time"
)

// Fault is a wrong answer, or a change to the true one. Its methods give a
// changed copy.
type Fault struct {
	kind   kind
	code   int // 0 keeps the status of the true answer
	header http.Header
	body   *string
	merge  string
	gzip   bool
	cut    *int // bytes of the body that are sent
	stall  bool // after the cut: wait, where otherwise the connection breaks
	bomb   int64
	delay  time.Duration
	hold   <-chan struct{}
	times  int
	after  int
}

type kind int

const (
	passing kind = iota // the true answer, changed
	fixed               // an answer that asks nobody
	hanging
	dropping
	endless
	bombing
)

// Status is an empty answer with this status.
func Status(code int) Fault { return Fault{kind: fixed, code: code} }

// Redirect is a 302 to a URL, as given; Code makes it another.
func Redirect(to string) Fault { return Status(http.StatusFound).Header("Location", to) }

// Pass is the true answer, to be changed by the methods that follow.
func Pass() Fault { return Fault{} }

// Hang gives no answer until the client or the fake ends.
func Hang() Fault { return Fault{kind: hanging} }

// Drop closes the connection without a word.
func Drop() Fault { return Fault{kind: dropping} }

// Endless is a body without length or end, of spaces after what Body says.
func Endless() Fault { return Fault{kind: endless, code: http.StatusOK} }

// GzipBomb is a short gzip body that unpacks to this many spaces, rounded up to
// whole MiB. It is sent whether the client asked for gzip or not.
func GzipBomb(unpacked int64) Fault {
	return Fault{kind: bombing, code: http.StatusOK, bomb: unpacked}
}

// Code changes the status.
func (f Fault) Code(code int) Fault {
	f.code = code
	return f
}

// Header sets a header, in the place of any of that name. An empty value
// removes it.
func (f Fault) Header(name, value string) Fault {
	if f.header = f.header.Clone(); f.header == nil {
		f.header = http.Header{}
	}
	f.header[http.CanonicalHeaderKey(name)] = []string{value}
	return f
}

// Type sets the content type.
func (f Fault) Type(contentType string) Fault { return f.Header("Content-Type", contentType) }

// Body sets the body.
func (f Fault) Body(text string) Fault {
	f.body = &text
	return f
}

// JSON sets the body and its content type.
func (f Fault) JSON(text string) Fault { return f.Type("application/json; charset=utf-8").Body(text) }

// Merge changes the JSON of the body as RFC 7396 says: members of the patch
// replace, null removes.
func (f Fault) Merge(patch string) Fault {
	f.merge = patch
	return f
}

// Gzip packs the body.
func (f Fault) Gzip() Fault {
	f.gzip = true
	return f
}

// Truncate sends n bytes of a body that is announced as longer, and breaks.
func (f Fault) Truncate(n int) Fault {
	f.cut, f.stall = &n, false
	return f
}

// Stall sends n bytes of a body that is announced as longer, and waits until
// the client or the fake ends.
func (f Fault) Stall(n int) Fault {
	f.cut, f.stall = &n, true
	return f
}

// Delay waits before the answer; see [Server.Latency].
func (f Fault) Delay(d time.Duration) Fault {
	f.delay = d
	return f
}

// Hold waits before the answer until the channel is closed.
func (f Fault) Hold(until <-chan struct{}) Fault {
	f.hold = until
	return f
}

// Times limits the fault to n requests.
func (f Fault) Times(n int) Fault {
	f.times = n
	return f
}

// After spares the first n requests.
func (f Fault) After(n int) Fault {
	f.after = n
	return f
}

// rule is a fault with the requests it is for.
type rule struct {
	pattern pattern
	fault   Fault
	seen    int
}

// Fault sets a fault for the requests that a pattern matches. It panics when on
// is no pattern, as the fault would test nothing.
func (s *Server) Fault(on string, fault Fault) {
	r := &rule{pattern: mustPattern(on), fault: fault}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, r)
}

// ClearFaults removes all faults and the latency.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.latency = nil, 0
}

// match gives the fault for a request and counts it.
func (s *Server) match(r *http.Request) (Fault, bool) {
	request := describe(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.rules) - 1; i >= 0; i-- {
		rule := s.rules[i]
		if !rule.pattern.matches(request) {
			continue
		}
		rule.seen++
		if n := rule.seen - rule.fault.after; n > 0 && (rule.fault.times == 0 || n <= rule.fault.times) {
			return rule.fault, true
		}
	}
	return Fault{}, false
}
