package service

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// inBubble runs a server over pipes where time is made.
// Its channels are made within.
func inBubble(t *testing.T, f func(t *testing.T, run func(http.Handler) *memory)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f(t, func(handler http.Handler) *memory {
			m := newMemory()
			m.server = start(t, handler, nil, m.listen)
			return m
		})
	})
}

// endOf reads until the connection ends, and gives when that was.
func endOf(t *testing.T, r io.Reader) (time.Duration, string) {
	t.Helper()
	began := time.Now()
	var all bytes.Buffer
	if _, err := io.Copy(&all, r); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the connection ended with %v", err)
	}
	return time.Since(began), all.String()
}

// A head that comes a byte at a time has one deadline as a whole.
func TestH04_SlowHeadIsCutOff(t *testing.T) {
	inBubble(t, func(t *testing.T, run func(http.Handler) *memory) {
		m := run(hello())
		c := m.dial()
		var writer sync.WaitGroup
		defer writer.Wait()
		defer c.Close()
		writer.Go(func() {
			for _, b := range []byte("GET /hello/you HTTP/1.1\r\n") {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(3 * time.Second) // of the bubble
			}
		})
		if took, got := endOf(t, c); took != 10*time.Second || strings.Contains(got, "hello") {
			t.Errorf("closed after %v with %q, want 10s and no answer", took, got)
		}
		silent := m.dial()
		defer silent.Close()
		if took, _ := endOf(t, silent); took != 10*time.Second {
			t.Errorf("a silent connection was closed after %v, want 10s", took)
		}
	})
}

func TestH05_SlowBodyIsCutOff(t *testing.T) {
	for name, target := range map[string]string{"read": "/echo", "not read": "/hello/you"} {
		t.Run("H-05 "+name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, run func(http.Handler) *memory) {
				m := run(hello())
				c := m.dial()
				var writer sync.WaitGroup
				defer writer.Wait()
				defer c.Close()
				writer.Go(func() {
					_, err := io.WriteString(c, "POST "+target+" HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
					for err == nil {
						_, err = c.Write([]byte("x"))
						time.Sleep(2 * time.Second)
					}
				})
				took, got := endOf(t, c)
				if took > 62*time.Second {
					t.Errorf("closed after %v, want a minute", took)
				}
				if target == "/echo" && !strings.Contains(got, "HTTP/1.1 400 ") {
					t.Errorf("the answer is %q", got)
				}
			})
		})
	}
}

// stream is a handler of an answer far larger than any buffer.
func stream(pieces int, ended chan<- error) *Mux {
	m := NewMux()
	m.Handle("GET", "/stream", func(w http.ResponseWriter, r *http.Request) error {
		piece := bytes.Repeat([]byte("x"), 100_000)
		return Stream(w, r, "application/jsonl", -1, func(write func(...[]byte) error) error {
			var err error
			for i := 0; i < pieces && err == nil; i++ {
				err = write(piece)
			}
			ended <- err
			return err
		})
	})
	return m
}

func TestH05_ReaderThatStandsStillIsCutOff(t *testing.T) {
	inBubble(t, func(t *testing.T, run func(http.Handler) *memory) {
		ended := make(chan error, 1)
		m := run(stream(100, ended))
		c := m.dial()
		defer c.Close()
		if _, err := io.WriteString(c, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := <-ended; err == nil || time.Since(began) != 30*time.Second {
			t.Errorf("the answer ended with %v after %v, want a deadline after 30s", err, time.Since(began))
		}
	})
}

// A slow reader that goes on reading gets all of it, however long that takes.
func TestH05_SlowReaderGetsItAll(t *testing.T) {
	inBubble(t, func(t *testing.T, run func(http.Handler) *memory) {
		ended := make(chan error, 1)
		m := run(stream(100, ended))
		c := m.dial()
		defer c.Close()
		if _, err := io.WriteString(c, "GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		began, buffer, n := time.Now(), make([]byte, 32<<10), 0
		for {
			k, err := c.Read(buffer)
			if n += k; err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if err := <-ended; err != nil {
			t.Errorf("the answer ended with %v", err)
		}
		if took := time.Since(began); n < 10_000_000 || took < 5*time.Minute {
			t.Errorf("%d bytes in %v", n, took)
		}
	})
}

func TestIdleConnectionIsClosed(t *testing.T) {
	inBubble(t, func(t *testing.T, run func(http.Handler) *memory) {
		m := run(hello())
		c := m.dial()
		defer c.Close()
		if _, err := io.WriteString(c, "GET /hello/you HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if took, got := endOf(t, c); took != time.Minute || !strings.Contains(got, `{"hello":"you"}`) {
			t.Errorf("closed after %v with %q", took, got)
		}
	})
}

// A stop lets what is under way end, takes nothing new, and cuts off what takes
// longer than the deadline.
func TestStop(t *testing.T) {
	for name, work := range map[string]time.Duration{"in time": 14 * time.Second, "too late": time.Hour} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, run func(http.Handler) *memory) {
				entered := make(chan struct{})
				mux := NewMux()
				mux.Handle("GET", "/work", func(w http.ResponseWriter, r *http.Request) error {
					close(entered)
					select {
					case <-time.After(work):
					case <-r.Context().Done():
					}
					WriteJSON(w, 200, "done")
					return nil
				})
				m := run(mux)
				c := m.dial()
				defer c.Close()
				waiting := m.dial()
				defer waiting.Close()
				if _, err := io.WriteString(c, "GET /work HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				<-entered
				began := time.Now()
				var got string
				read := make(chan struct{})
				go func() { _, got = endOf(t, c); close(read) }()
				if err := m.server.stop(); err != nil {
					t.Error(err)
				}
				<-read
				if took := time.Since(began); took > 16*time.Second {
					t.Errorf("the stop took %v", took)
				}
				if finished := strings.Contains(got, `"done"`); finished != (name == "in time") {
					t.Errorf("finished %t: %q", finished, got)
				}
				if took, _ := endOf(t, waiting); took > 0 {
					t.Errorf("a connection without a request was kept for %v", took)
				}
			})
		})
	}
}
