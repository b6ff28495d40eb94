package nostrfake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Message is one thing a client sent: the request that opened a connection, or
// a message on it.
type Message struct {
	Conn   int         // number of the connection, from 1
	Text   string      // the message as it came, or "GET /path"
	Header http.Header // of the request, nil for a message
	Why    string      // why it counts as unknown, else empty
}

// String is the line that scripts match, as in `conn 1 ["CLOSE","kez"]` or
// `conn 1 GET / User-Agent: kez`. Headers that say nothing about the client but
// that it speaks WebSocket are left out.
func (m Message) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "conn %d %s", m.Conn, m.Text)
	var names []string
	for name := range m.Header {
		if !strings.HasPrefix(name, "Sec-Websocket-") && name != "Connection" && name != "Upgrade" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, " %s: %s", name, strings.Join(m.Header[name], ", "))
	}
	if m.Why != "" {
		fmt.Fprintf(&b, " (%s)", m.Why)
	}
	return b.String()
}

func (r *Relay) record(m Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history = append(r.history, m)
}

// History lists what came in, over all connections, in order.
func (r *Relay) History() []Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.history)
}

// Unknown lists the requests that asked for no WebSocket at the root, and the
// messages the relay could not understand, each with the reason.
func (r *Relay) Unknown() []string {
	var lines []string
	for _, m := range r.History() {
		if m.Why != "" {
			lines = append(lines, m.String())
		}
	}
	return lines
}

// ClearHistory forgets what was asked.
func (r *Relay) ClearHistory() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history = nil
}
