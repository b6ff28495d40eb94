package service

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// started is a server of a test.
type started struct {
	base, addr string
	log        *lockedBuffer
	stop       func() error // ends it, once
}

// lockedBuffer is a log that a test reads while others write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start runs a server until the test ends. change may set what differs from the
// defaults.
func start(t testing.TB, handler http.Handler, change func(*Options), listen func(network, address string) (net.Listener, error)) *started {
	t.Helper()
	s := &started{log: &lockedBuffer{}}
	o := DefaultOptions("127.0.0.1:0")
	if change != nil {
		change(&o)
	}
	out, in := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	server := &Server{Name: "test", Handler: handler, Options: o, Stdout: in, Log: NewLog(s.log, slog.LevelDebug), Listen: listen}
	go func() {
		err := server.Run(ctx)
		in.CloseWithError(io.EOF)
		done <- err
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		cancel()
		t.Fatal(errors.Join(err, <-done))
	}
	s.base = strings.TrimPrefix(strings.TrimSpace(line), "ready ")
	s.addr = strings.TrimPrefix(s.base, "http://")
	s.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// memory is a listener whose connections are pipes of this process, so that
// deadlines can be tried in a bubble where time is made.
type memory struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}

	server *started
}

func newMemory() *memory { return &memory{conns: make(chan net.Conn), done: make(chan struct{})} }

func (m *memory) listen(string, string) (net.Listener, error) { return m, nil }

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.done) })
	return nil
}

func (m *memory) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (m *memory) dial() net.Conn {
	client, server := net.Pipe()
	m.conns <- server
	return client
}

// raw sends text over a connection of its own and reads everything that comes
// until the server closes it.
func raw(t *testing.T, addr, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	var all []byte
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		if all = append(all, buffer[:n]...); err != nil {
			return string(all) // the end, or a reset after what was read
		}
	}
}

// hello is a mux of a few routes.
func hello() *Mux {
	m := NewMux()
	m.Handle("GET", "/hello/{name}", func(w http.ResponseWriter, r *http.Request) error {
		WriteJSON(w, 200, map[string]string{"hello": r.PathValue("name")})
		return nil
	})
	budget := NewBudget(64 << 20)
	m.Handle("POST", "/echo", func(w http.ResponseWriter, r *http.Request) error {
		if _, err := MediaType(r, "application/json"); err != nil {
			return err
		}
		body, release, err := budget.Body(w, r, 1<<20)
		defer release()
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, err = w.Write(body)
		return err
	})
	m.Handle("GET", "/panic", func(http.ResponseWriter, *http.Request) error { panic("secret of the server /etc/passwd SELECT") })
	m.Handle("GET", "/fail", func(http.ResponseWriter, *http.Request) error {
		return errors.New("open /var/lib/kez.db: SELECT failed")
	})
	return m
}
