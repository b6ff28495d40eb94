package service

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Detached is an answer without an end in sight that goes on after its handler
// has returned. Its connection is taken out of net/http, whose buffers and
// goroutines cost several times as much as a stream that waits. Nothing is read
// any more, so a peer that is gone shows when something is written.
type Detached struct {
	conn     net.Conn
	chunked  bool
	deadline time.Duration
	once     sync.Once
}

// Detach sends the head of an answer of status 200 with the headers that are set,
// and takes the connection over. Whoever has it closes it, also at a stop, which
// does not wait for it.
func Detach(w http.ResponseWriter, r *http.Request) (*Detached, error) {
	e := exchangeOf(r)
	h := w.Header()
	d := &Detached{chunked: r.ProtoAtLeast(1, 1), deadline: e.deadline}
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	if own, ok := c.(*conn); ok {
		c = own.Conn // its framing has nothing to watch any more
	}
	d.conn, e.status = c, http.StatusOK
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("Connection", "close")
	if d.chunked {
		h.Set("Transfer-Encoding", "chunked")
	}
	head := headWriter("HTTP/1.1 200 OK\r\n")
	if err := errors.Join(c.SetDeadline(time.Time{}), h.Write(&head)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if err := d.send(append(head, "\r\n"...)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return d, nil
}

type headWriter []byte

func (h *headWriter) Write(p []byte) (int, error) {
	*h = append(*h, p...)
	return len(p), nil
}

// Write sends a piece at once. It has as long as every piece of an answer.
func (d *Detached) Write(p []byte) (int, error) {
	parts := [][]byte{p}
	if d.chunked {
		parts = [][]byte{fmt.Appendf(nil, "%x\r\n", len(p)), p, []byte("\r\n")}
	}
	if err := d.send(parts...); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (d *Detached) send(parts ...[]byte) error {
	if err := d.conn.SetWriteDeadline(time.Now().Add(d.deadline)); err != nil {
		return err
	}
	buffers := net.Buffers(parts)
	_, err := buffers.WriteTo(d.conn)
	return err
}

// Close ends the answer, as a whole one or so that nobody takes it for whole.
func (d *Detached) Close(whole bool) {
	d.once.Do(func() {
		if whole && d.chunked {
			_ = d.send([]byte("0\r\n\r\n")) // a peer that is gone does not mind
		}
		_ = d.conn.Close() // nothing is left to be lost
	})
}
