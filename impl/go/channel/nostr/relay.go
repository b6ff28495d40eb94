package nostr

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// Names of our two subscriptions.
const (
	subPlaces    = "kez"
	subDeletions = "kez-deletions"
)

// farewell bounds the closing handshake, which decides nothing.
const farewell = 200 * time.Millisecond

// session is one connection to a relay.
type session struct {
	*answer
	ctx      context.Context
	socket   *websocket.Conn
	messages chan []byte // closed once reading ended, which readErr explains
	readErr  error

	bytes, count int
	login        bool   // it sent a challenge (NIP-42)
	notice       string // the last one
}

// dial connects to the relay of an answer, without redirects and proxies.
func dial(ctx context.Context, a *answer, userAgent string) (*session, error) {
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	socket, response, err := websocket.Dial(ctx, a.relay, &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: http.Header{"User-Agent": {userAgent}},
	})
	if err != nil {
		a.answered = response != nil
		return nil, dialError(a.relay, response, err)
	}
	socket.SetReadLimit(MaxMessage)
	return &session{answer: a, ctx: ctx, socket: socket, messages: make(chan []byte)}, nil
}

// visit asks one relay all there is to ask, and ends with ctx at the latest.
func visit(ctx context.Context, a *answer, userAgent string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := dial(ctx, a, userAgent)
	if err != nil {
		a.err = err
		return
	}
	go s.read()
	a.err = s.converse()
	s.leave()
	cancel()
	for range s.messages { // until the reader has ended
	}
}

// read passes messages on, so that waiting for one can end without ending the
// connection.
func (s *session) read() {
	defer close(s.messages)
	for {
		kind, raw, err := s.socket.Read(s.ctx)
		if err == nil && kind != websocket.MessageText {
			err = badMessage(s.relay)
		}
		if err != nil {
			s.readErr = err
			return
		}
		select {
		case s.messages <- raw:
		case <-s.ctx.Done():
			s.readErr = s.ctx.Err()
			return
		}
	}
}

// converse asks for the places and, where these hold candidates, for their
// deletions. A relay that does not say when it is done is asked for the
// deletions when a quarter of the time is left.
func (s *session) converse() error {
	if err := s.send("REQ", subPlaces, s.filters); err != nil {
		return s.ended(err)
	}
	var patience <-chan time.Time
	if deadline, ok := s.ctx.Deadline(); ok {
		timer := time.NewTimer(time.Until(deadline) * 3 / 4)
		defer timer.Stop()
		patience = timer.C
	}
	for {
		var done bool
		var err error
		select {
		case raw, ok := <-s.messages:
			if !ok {
				return s.ended(s.readErr)
			}
			done, err = s.hear(raw)
		case <-patience:
			err = s.askDeletions()
		case <-s.ctx.Done():
			return s.ended(s.ctx.Err())
		}
		if err != nil {
			return s.ended(err)
		}
		if done {
			return nil
		}
	}
}

// askDeletions asks once, if there is anything to ask for.
func (s *session) askDeletions() error {
	holders := s.holders()
	if s.asking != nil || len(holders) == 0 {
		return nil
	}
	s.asking = deletionFilters(s.author, holders)
	return s.send("REQ", subDeletions, s.asking)
}

// send writes one message.
func (s *session) send(verb, sub string, filters []filter) error {
	parts := []any{verb, sub}
	for _, f := range filters {
		parts = append(parts, f)
	}
	raw, err := json.Marshal(parts)
	if err != nil {
		return err
	}
	return s.socket.Write(s.ctx, websocket.MessageText, raw)
}

// leave ends the subscriptions and the connection. The relay's part in that is
// not waited for long.
func (s *session) leave() {
	if s.complete {
		_ = s.send("CLOSE", subPlaces, nil)
		if s.asking != nil {
			_ = s.send("CLOSE", subDeletions, nil)
		}
		stop := time.AfterFunc(farewell, func() { _ = s.socket.CloseNow() })
		defer stop.Stop()
		_ = s.socket.Close(websocket.StatusNormalClosure, "")
	}
	_ = s.socket.CloseNow()
}
