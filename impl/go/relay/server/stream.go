package server

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/relay"
)

const (
	// keepAlive is when a stream says something at the latest. KEZ-RELAY-067 asks
	// for every 15 seconds, and timers are late at times.
	keepAlive = 14 * time.Second
	// streamRows and streamBytes bound what a stream takes into memory at once.
	streamRows  = 100
	streamBytes = 64 << 10
)

// stream sends the messages of an inbox as they come (KEZ-RELAY-066 to 068).
func (a *api) stream(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store") // KEZ-RELAY-042
	handle := r.PathValue("handle")
	if err := relay.CheckHandle(handle); err != nil {
		return err
	}
	after, resumed, err := lastEventID(r)
	if err != nil {
		return err
	}
	_, auth, err := a.holder(r, handle, relay.StreamText(handle), true)
	if err != nil {
		return err
	}
	if err := a.replays.take(auth.Sig, handle, a.Now()); err != nil {
		return err
	}
	listener, err := a.hub.join(handle)
	if err != nil {
		return err
	}
	// What is stored from here on wakes the listener, so nothing falls between.
	last, err := a.Mailbox.Last(r.Context())
	if err != nil {
		a.hub.leave(listener)
		return err
	}
	if resumed && after < last { // a number ahead is of another epoch
		last = after
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	if r.Method == http.MethodHead {
		a.hub.leave(listener)
		w.WriteHeader(http.StatusOK)
		return nil
	}
	answer, err := service.Detach(w, r)
	if err != nil {
		a.hub.leave(listener)
		panic(http.ErrAbortHandler) // the client went away
	}
	s := &stream{api: a, answer: answer, listener: listener, last: last}
	a.open.Go(s.serve)
	return nil
}

// lastEventID reads where a stream starts, where the client says so.
func lastEventID(r *http.Request) (int64, bool, error) {
	values := r.Header.Values("Last-Event-ID")
	if len(values) == 0 || len(values) == 1 && values[0] == "" {
		return 0, false, nil
	}
	if len(values) > 1 {
		return 0, false, service.BadRequest("Last-Event-ID is given twice", "give it once")
	}
	n, err := relay.ParseNumber("Last-Event-ID", values[0])
	return n, true, err
}

// stream is one that is open.
type stream struct {
	api      *api
	answer   *service.Detached
	listener *listener
	last     int64 // the seq that was sent last
}

// serve runs a stream to its end. What ends well ends whole; after anything else
// the client sees that it was cut off. Either way whoever reads on misses
// nothing, so there is nothing to tell.
func (s *stream) serve() {
	var err error
	defer func() {
		s.api.hub.leave(s.listener)
		s.answer.Close(err == nil)
	}()
	err = s.guarded(s.run)
}

// guarded makes a panic an error, since nothing above a stream does.
func (s *stream) guarded(f func() error) (err error) {
	defer func() {
		if what := recover(); what != nil {
			s.api.Log.Error("panic", "route", "stream", "what", what, "stack", string(debug.Stack()))
			err = errPanic
		}
	}()
	return f()
}

var errPanic = errors.New("a stream failed")

// run sends until the client goes, the relay stops or the stream has to make
// room.
func (s *stream) run() error {
	if err := s.say(": welcome\n\n"); err != nil {
		return err
	}
	for more := true; ; {
		for more {
			var err error
			if more, err = s.send(); err != nil {
				return err
			}
		}
		select {
		case <-s.listener.news:
			more = true
		case <-s.api.After(keepAlive):
			if err := s.say(":\n\n"); err != nil {
				return err
			}
		case <-s.listener.gone:
			return s.say(": too many streams of this handle are open\n\n")
		case <-s.api.Stopping:
			return s.say(": the relay stops\n\n")
		}
	}
}

// send sends a page, and tells whether there may be another. The page is made in
// a goroutine of its own, whose stack is given back: the database needs a deep
// one, and a stream is idle for most of its life.
func (s *stream) send() (more bool, err error) {
	buffer := s.api.buffer()
	defer s.api.giveBack(buffer)
	done := make(chan error)
	rows := 0
	go func() {
		done <- s.guarded(func() error {
			*buffer = (*buffer)[:0]
			last := s.last
			err := s.api.Mailbox.Page(context.Background(), s.listener.handle, last, streamRows, streamBytes, func(row *relay.Row) {
				*buffer = appendEvent(*buffer, row)
				last, rows = row.Seq, rows+1
			})
			if err == nil {
				s.last = last
			}
			return err
		})
	}()
	if err := <-done; err != nil {
		return false, err
	}
	if rows == 0 {
		return false, nil
	}
	_, err = s.answer.Write(*buffer)
	return true, err
}

func (s *stream) say(comment string) error {
	_, err := s.answer.Write([]byte(comment))
	return err
}

// appendEvent writes a message as an event. Line ends of the envelope, which
// JSON has between its tokens only, would end the line of the event; a space
// stands for each (KEZ-RELAY-071).
func appendEvent(b []byte, row *relay.Row) []byte {
	b = strconv.AppendInt(append(b, "id: "...), row.Seq, 10)
	b = append(b, "\ndata: "...)
	start := len(b)
	b = appendRow(b, row, row.Envelope)
	for i := start; i < len(b); i++ {
		if b[i] == '\n' || b[i] == '\r' {
			b[i] = ' '
		}
	}
	return append(b, "\n\n"...)
}
