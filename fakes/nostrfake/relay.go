package nostrfake

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Relay is a running fake.
type Relay struct {
	url    string
	server *http.Server
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	events   []stored
	faults   Faults
	sessions []*session
	conns    int
	history  []Message
}

// maxMessage is what the relay reads of one message.
const maxMessage = 1 << 20

// Start serves on a free port of 127.0.0.1, without events.
func Start() (*Relay, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("nostrfake: %w", err)
	}
	r := &Relay{url: "ws://" + listener.Addr().String()}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: time.Minute}
	go func() { _ = r.server.Serve(listener) }()
	return r, nil
}

// URL is the relay's address, ws://127.0.0.1:PORT.
func (r *Relay) URL() string { return r.url }

// Close ends all connections and the relay.
func (r *Relay) Close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.cancel()
	err := r.server.Close()
	r.wg.Wait()
	return err
}

// enter counts a handler in, unless the relay is closing.
func (r *Relay) enter() (conn int, faults Faults, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, Faults{}, false
	}
	r.wg.Add(1)
	r.conns++
	return r.conns, r.faults, true
}

// ServeHTTP takes one connection.
func (r *Relay) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	conn, faults, ok := r.enter()
	if !ok {
		return
	}
	defer r.wg.Done()
	opening := Message{Conn: conn, Text: request.Method + " " + request.URL.RequestURI(), Header: request.Header.Clone()}
	switch {
	case request.URL.Path != "/" || request.URL.RawQuery != "":
		opening.Why = "not the root"
	case request.Header.Get("Upgrade") == "":
		opening.Why = "no WebSocket"
	}
	r.record(opening)
	switch {
	case faults.NoUpgrade:
		select {
		case <-request.Context().Done():
		case <-r.ctx.Done():
		}
		return
	case faults.Status != 0:
		w.WriteHeader(faults.Status)
		return
	case opening.Why == "not the root":
		http.NotFound(w, request)
		return
	}
	socket, err := websocket.Accept(w, request, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	defer func() { _ = socket.CloseNow() }()
	socket.SetReadLimit(maxMessage)
	s := &session{relay: r, socket: socket, conn: conn, subs: map[string][]filter{}}
	r.mu.Lock()
	r.sessions = append(r.sessions, s)
	r.mu.Unlock()
	s.run()
	r.mu.Lock()
	r.sessions = slices.DeleteFunc(r.sessions, func(other *session) bool { return other == s })
	r.mu.Unlock()
}
