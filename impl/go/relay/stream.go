package relay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"kez.lat/kez/impl/go/internal/serverclient"
	"kez.lat/kez/impl/go/kez"
)

// maxSilence is how long a stream may say nothing, comments included: three
// times what a relay is bound to (KEZ-RELAY-067).
const maxSilence = 45 * time.Second

// Stream is an open stream of the messages that come into an inbox.
type Stream struct {
	in     Inbox
	answer *http.Response
	lines  *bufio.Reader
	cancel context.CancelFunc
	spoke  atomic.Bool
	silent atomic.Bool
}

// Stream opens the stream of an inbox after a seq, with the header and never
// with ?auth= (KEZ-RELAY-043, 069). It ends with ctx.
func (in Inbox) Stream(ctx context.Context, after int64) (*Stream, error) {
	ctx, cancel := context.WithCancel(ctx)
	sign := in.signedOnce(StreamText(in.Handle), in.Key)
	r := serverclient.Request{Method: http.MethodGet, URL: in.http.URL("v1", "inbox", in.Handle, "stream"), Accept: "text/event-stream", Reads: true,
		Header: func() (http.Header, error) {
			h, err := sign()
			if err == nil {
				h.Set("Last-Event-ID", strconv.FormatInt(after, 10))
			}
			return h, err
		}}
	answer, err := in.http.Do(ctx, r)
	if err == nil && answer.StatusCode != http.StatusOK {
		refused, _ := in.http.Refusal(answer, true)
		err = refused
	}
	if err != nil {
		cancel()
		return nil, err
	}
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind != "text/event-stream" {
		cancel()
		answer.Body.Close()
		return nil, in.http.Odd("its stream is no text/event-stream")
	}
	s := &Stream{in: in, answer: answer, cancel: cancel,
		lines: bufio.NewReaderSize(answer.Body, MaxMessage+4096)}
	go s.watch(ctx)
	return s, nil
}

// watch ends a stream that says nothing: its other end may be gone.
func (s *Stream) watch(ctx context.Context) {
	for s.in.http.Pause(ctx, maxSilence) == nil {
		if !s.spoke.Swap(false) {
			s.silent.Store(true)
			s.cancel()
			return
		}
	}
}

// Next waits for the next message. After an error the stream is of no use.
func (s *Stream) Next() (Row, error) {
	var id, data []byte
	event := ""
	for {
		line, err := s.lines.ReadSlice('\n')
		if err != nil {
			return Row{}, s.broken(err)
		}
		s.spoke.Store(true)
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch {
		case len(line) == 0 && data != nil && (event == "" || event == "message"):
			return s.row(id, data)
		case len(line) == 0:
			id, data, event = nil, nil, ""
		case string(name) == "id":
			id = bytes.Clone(value)
		case string(name) == "event":
			event = string(value)
		case string(name) == "data" && len(data)+len(value) > MaxMessage+4096:
			return Row{}, s.in.http.Odd("an event of its stream is larger than any message")
		case string(name) == "data" && data != nil:
			data = append(append(data, '\n'), value...)
		case string(name) == "data":
			data = append([]byte{}, value...)
		}
	}
}

// row reads an event, whose id is the seq of the message in it (KEZ-RELAY-066).
func (s *Stream) row(id, data []byte) (Row, error) {
	var m object
	if err := json.Unmarshal(data, &m); err != nil {
		return Row{}, s.in.http.Odd("an event of its stream is no JSON object")
	}
	row, err := s.in.row(m)
	if err == nil && string(id) != strconv.FormatInt(row.Seq, 10) {
		err = s.in.http.Odd("an event of its stream has another id than its message")
	}
	return row, err
}

func (s *Stream) broken(err error) error {
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return s.in.http.Odd("a line of its stream is longer than any message")
	case errors.Is(err, io.EOF):
		return kez.Errorf(kez.ChannelUnreachable, "the relay %s ended its stream", s.in.Base()).WithHint("it is opened again by itself")
	case s.silent.Load():
		return kez.Errorf(kez.ChannelUnreachable, "the stream of the relay %s fell silent", s.in.Base()).WithHint("it is opened again by itself")
	}
	return s.in.http.Unreachable(err)
}

// Close ends the stream.
func (s *Stream) Close() {
	s.cancel()
	s.answer.Body.Close()
}
