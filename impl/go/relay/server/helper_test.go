package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/conformance/openapi"
	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/impl/go/relay/sqlite"
)

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

const serverName = "kez.test"

func newKey(t testing.TB, n int) *keys.Private {
	t.Helper()
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], uint64(n)+1)
	key, err := keys.FromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// buffer is a log that is written and read at once.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.text.Bytes())
}

// contract is the OpenAPI page, which every answer of these tests obeys.
var contract = sync.OnceValues(func() (*openapi.Contract, error) {
	return openapi.New("../../../../spec/relay.openapi.yaml", http.DefaultTransport)
})

// world is a relay that runs, with its clock.
type world struct {
	t     testing.TB
	url   string
	path  string // of the database
	db    *sqlite.Store
	api   *Relay
	log   *buffer
	stop  func()
	ticks chan time.Time // one makes one stream say that it lives

	mu  sync.Mutex
	now time.Time
}

func (w *world) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// start runs a relay without limits; change may set some.
func start(t testing.TB, change func(*Config, *service.Options)) *world {
	t.Helper()
	w := &world{t: t, now: t0, log: &buffer{}, ticks: make(chan time.Time), path: filepath.Join(t.TempDir(), "kez-chat.db")}
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if w.db, err = sqlite.Open(w.path, sqlite.Options{Options: database.Options{Logger: log}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := Config{Directory: w.db, Mailbox: w.db, Now: w.time, After: func(time.Duration) <-chan time.Time { return w.ticks }, Stopping: ctx.Done(), Log: log,
		Name: serverName, SigServer: "http://sig.test/", Reserved: relay.Reserved, Site: EmbeddedSite(), MaxStreams: 2000}
	o := service.DefaultOptions("127.0.0.1:0")
	if change != nil {
		change(&c, &o)
	}
	w.api = New(c)
	out, ready := io.Pipe()
	server := &service.Server{Name: program, Options: o, Stdout: ready, Log: log, Handler: w.api, Gauges: w.api.Gauges()}
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx); ready.Close() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err, <-done)
	}
	w.url = strings.TrimSpace(strings.TrimPrefix(line, "ready "))
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		w.api.Wait(10 * time.Second)
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	t.Cleanup(w.stop)
	return w
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) code(t testing.TB) kez.Code {
	t.Helper()
	var e struct {
		Error         kez.Code
		Message, Hint string
	}
	if a.status < 400 {
		return ""
	}
	if err := json.Unmarshal(a.body, &e); err != nil || e.Message == "" || e.Hint == "" || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("%d is no error object: %s", a.status, a.body)
	}
	if kez.HTTPStatusOf(e.Error) != a.status {
		t.Errorf("%s with status %d", e.Error, a.status)
	}
	return e.Error
}

func (w *world) do(method, path, body string, header ...string) answer {
	w.t.Helper()
	r, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header[http.CanonicalHeaderKey(header[i])] = append(r.Header[http.CanonicalHeaderKey(header[i])], header[i+1])
	}
	r.Host = r.Header.Get("Host")
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	page, err := contract()
	if err != nil {
		w.t.Fatal(err)
	}
	isRoute := strings.HasPrefix(path, "/v1/") || strings.HasPrefix(path, "/.well-known/")
	if err := page.Check(r, []byte(body), response, text); isRoute && err != nil {
		w.t.Errorf("%s %s: not as the OpenAPI page says: %v", method, path, err)
	}
	if response.Header.Get("X-Content-Type-Options") != "nosniff" {
		w.t.Errorf("%s %s: no nosniff", method, path)
	}
	return answer{response.StatusCode, response.Header, text}
}

// want makes a request whose answer has to have a code, "" for none.
func (w *world) want(row string, code kez.Code, method, path, body string, header ...string) answer {
	w.t.Helper()
	a := w.do(method, path, body, header...)
	if got := a.code(w.t); got != code {
		w.t.Errorf("%s: %d %s, want %q", row, a.status, a.body, code)
	}
	return a
}

// auth is the value of the header for lines that are signed now.
func (w *world) auth(key *keys.Private, lines []string) string {
	w.t.Helper()
	value, err := relay.SignAuth(lines, key, w.time())
	if err != nil {
		w.t.Fatal(err)
	}
	return value
}

func (w *world) registration(handle string, key *keys.Private) string {
	w.t.Helper()
	r, err := relay.SignRegistration(handle, serverName, key, w.time())
	if err != nil {
		w.t.Fatal(err)
	}
	return string(r.Text)
}

func (w *world) register(handle string, key *keys.Private) {
	w.t.Helper()
	w.want("register "+handle, "", "POST", "/v1/register", w.registration(handle, key))
}

func (w *world) send(to, envelope string) relay.Sent {
	w.t.Helper()
	a := w.want("send", "", "POST", "/v1/messages", sendBody(to, envelope))
	var sent relay.Sent
	if err := json.Unmarshal(a.body, &sent); err != nil {
		w.t.Fatal(err)
	}
	return sent
}

func sendBody(to, envelope string) string {
	return fmt.Sprintf(`{"to":%q,"envelope":%s}`, to, envelope)
}

// poll reads a page of an inbox.
func (w *world) poll(handle string, key *keys.Private, since int64, query string) relay.Page {
	w.t.Helper()
	a := w.want("poll", "", "GET", fmt.Sprintf("/v1/inbox/%s?since=%d%s", handle, since, query), "", relay.AuthHeader, w.auth(key, relay.PollText(handle, since)))
	var page relay.Page
	if err := json.Unmarshal(a.body, &page); err != nil {
		w.t.Fatal(err, string(a.body))
	}
	return page
}

// events is an open stream.
type events struct {
	t        testing.TB
	response *http.Response
	lines    *bufio.Reader
}

func (w *world) stream(handle string, key *keys.Private, header ...string) *events {
	w.t.Helper()
	w.pass(time.Second) // so that every signature is another one
	r, err := http.NewRequest("GET", w.url+"/v1/inbox/"+handle+"/stream", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set(relay.AuthHeader, w.auth(key, relay.StreamText(handle)))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" || response.Header.Get("Cache-Control") != "no-store" {
		text, _ := io.ReadAll(response.Body)
		w.t.Fatalf("%d %v %s", response.StatusCode, response.Header, text)
	}
	e := &events{w.t, response, bufio.NewReaderSize(response.Body, relay.MaxMessage+4096)}
	w.t.Cleanup(func() { response.Body.Close() })
	if line := e.line(); !strings.HasPrefix(line, ":") {
		w.t.Fatalf("the stream begins with %q", line)
	}
	return e
}

var errEnded = errors.New("ended")

func (e *events) read() (string, error) {
	line, err := e.lines.ReadString('\n')
	if errors.Is(err, io.EOF) {
		return "", errEnded
	}
	return strings.TrimSuffix(line, "\n"), err
}

// line gives the next line that is not empty.
func (e *events) line() string {
	e.t.Helper()
	for {
		line, err := e.read()
		if err != nil {
			e.t.Fatal(err)
		}
		if line != "" {
			return line
		}
	}
}

// next gives the next message and checks the form of its event.
func (e *events) next() (relay.Row, string) {
	e.t.Helper()
	id, data := e.line(), e.line()
	var row relay.Row
	text, ok := strings.CutPrefix(data, "data: ")
	if err := json.Unmarshal([]byte(text), &row); err != nil || !ok || id != fmt.Sprintf("id: %d", row.Seq) {
		e.t.Fatalf("%q %q %v", id, data, err)
	}
	return row, text
}
