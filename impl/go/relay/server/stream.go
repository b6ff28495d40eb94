package server

import (
	"context"
	"net/http"
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
	defer a.hub.leave(listener)
	// What is stored from here on wakes the listener, so nothing falls between.
	last, err := a.Mailbox.Last(r.Context())
	if err != nil {
		return err
	}
	if resumed && after < last { // a number ahead is of another epoch
		last = after
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	s := &stream{api: a, w: w, control: http.NewResponseController(w), listener: listener, last: last}
	err = s.run(r.Context())
	switch {
	case s.broken: // the client went away, or stood still
		panic(http.ErrAbortHandler)
	case err != nil && r.Context().Err() == nil:
		service.Abort(r, err)
	}
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
	w        http.ResponseWriter
	control  *http.ResponseController
	listener *listener
	last     int64 // the seq that was sent last
	broken   bool  // what was written did not arrive
}

// run sends until the client goes, the relay stops or the stream has to make
// room; these end it well, and whoever reads on misses nothing.
func (s *stream) run(ctx context.Context) error {
	if err := s.say(": welcome\n\n"); err != nil {
		return err
	}
	more := true
	for {
		if more {
			var err error
			if more, err = s.send(ctx); err != nil {
				return err
			}
		}
		if more {
			continue
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
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// send sends a page, and tells whether there may be another. The page is made in
// a goroutine of its own, whose stack is given back: the database needs a deep
// one, and a stream is idle for most of its life.
func (s *stream) send(ctx context.Context) (more bool, err error) {
	buffer := s.api.buffer()
	defer s.api.giveBack(buffer)
	done := make(chan error)
	rows := 0
	go func() {
		page, err := s.api.Mailbox.Page(ctx, s.listener.handle, s.last, streamRows, streamBytes)
		*buffer = (*buffer)[:0]
		for i := range page {
			*buffer = appendEvent(*buffer, &page[i])
			s.last = page[i].Seq
		}
		rows = len(page)
		done <- err
	}()
	if err := <-done; err != nil {
		return false, err
	}
	if rows == 0 {
		return false, nil
	}
	return true, s.write(*buffer)
}

func (s *stream) say(comment string) error { return s.write([]byte(comment)) }

func (s *stream) write(text []byte) error {
	_, err := s.w.Write(text)
	if err == nil {
		err = s.control.Flush()
	}
	s.broken = err != nil
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
