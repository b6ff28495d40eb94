package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/conformance/openapi"
	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// person is a key with the chain that it signs.
type person struct {
	t     testing.TB
	key   *keys.Private
	state *sigchain.State
}

func newPerson(t testing.TB, n int) *person {
	t.Helper()
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], uint64(n)+1)
	key, err := keys.FromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t, key, sigchain.NewState(key.Identity())}
}

func (p *person) path() string { return "/v1/sigchains/ed25519/" + p.key.Identity().Value() }

// peek signs an event that adds a subject, and leaves the chain as it is.
func (p *person) peek(subject string) []byte {
	p.t.Helper()
	id, err := kez.ParseSigned(subject)
	if err != nil {
		p.t.Fatal(err)
	}
	line, err := sigchain.Sign(p.state, sigchain.Change{Op: sigchain.Add, Subject: id}, p.key, t0)
	if err != nil {
		p.t.Fatal(err)
	}
	return line
}

// add signs the next event.
func (p *person) add(subject string) []byte {
	p.t.Helper()
	line := p.peek(subject)
	if err := sigchain.NewVerifier(p.state).Append(line); err != nil {
		p.t.Fatal(err)
	}
	return line
}

// running is the program in this process.
type running struct {
	base string
	db   string
	log  *lockedBuffer
	stop func() int // ends it, once, and gives its exit code
}

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

// run starts the program and waits for its ready line. Without --db it has a
// database of its own.
func run(t testing.TB, args ...string) *running {
	t.Helper()
	r := &running{log: &lockedBuffer{}, db: filepath.Join(t.TempDir(), "kez-sig.db")}
	command := []string{}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = []string{args[0]}, args[1:]
	}
	for i, arg := range args {
		if arg == "--db" {
			r.db = args[i+1]
		}
	}
	args = append(append(command, "--bind", "127.0.0.1:0", "--db", r.db), args...)
	out, in := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() {
		exit := Main(args, Env{Context: ctx, Stdout: in, Stderr: r.log, Getenv: func(string) string { return "" }})
		in.CloseWithError(io.EOF)
		done <- exit
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		cancel()
		t.Fatalf("exit %d: %s", <-done, r.log.String())
	}
	r.base = strings.TrimPrefix(strings.TrimSpace(line), "ready ")
	r.stop = sync.OnceValue(func() int { cancel(); return <-done })
	t.Cleanup(func() {
		if exit := r.stop(); exit != 0 {
			t.Errorf("exit %d: %s", exit, r.log.String())
		}
	})
	return r
}

// smallBuffer is what the connections of serveLog hold on their way, so that a
// slow reader is felt early.
const smallBuffer = 32 << 10

type smallListener struct{ net.Listener }

func (l smallListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(smallBuffer)
	}
	return c, err
}

// serveLog serves a log of the test's own.
func serveLog(t testing.TB, c Config) string {
	t.Helper()
	if c.Now == nil {
		c.Now = time.Now
	}
	out, in := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	s := &service.Server{Name: "test", Handler: New(c), Options: service.DefaultOptions("127.0.0.1:0"), Stdout: in, Log: slog.New(slog.DiscardHandler),
		Listen: func(network, address string) (net.Listener, error) {
			l, err := net.Listen(network, address)
			return smallListener{l}, err
		}}
	go func() { done <- s.Run(ctx) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return strings.TrimPrefix(strings.TrimSpace(line), "ready ")
}

type answer struct {
	status int
	header http.Header
	body   string
}

// contract is the transport of all tests: every answer is compared with the
// OpenAPI page.
var contract = sync.OnceValue(func() http.RoundTripper {
	c, err := openapi.New("../../../../spec/store.openapi.yaml", &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64})
	if err != nil {
		panic(err)
	}
	return c
})

// ask makes a request; headers are pairs.
func ask(t testing.TB, method, url string, body []byte, headers ...string) answer {
	t.Helper()
	a, err := try(method, url, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func try(method, url string, body []byte, headers ...string) (answer, error) {
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	response, err := contract().RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(text)}, errors.Join(err, response.Body.Close())
}

// want checks the status, and of an error its code and form.
func (a answer) want(t testing.TB, status int, code kez.Code) {
	t.Helper()
	if a.status != status {
		t.Fatalf("%d %s, want %d", a.status, a.body, status)
	}
	if code == "" {
		return
	}
	var f struct{ Error, Message, Hint string }
	if err := json.Unmarshal([]byte(a.body), &f); err != nil || f.Error != string(code) || f.Message == "" || f.Hint == "" {
		t.Fatalf("%s, want %s", a.body, code)
	}
}
