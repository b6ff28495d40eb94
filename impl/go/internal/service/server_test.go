package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// get asks and gives the answer with its body.
func get(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	return do(t, "GET", url, "", header...)
}

func do(t *testing.T, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// wantError checks that an answer is the error object and nothing more.
func wantError(t *testing.T, response *http.Response, body string, status int, code kez.Code) {
	t.Helper()
	var f map[string]string
	if err := json.Unmarshal([]byte(body), &f); err != nil || response.StatusCode != status || f["error"] != string(code) || f["message"] == "" || f["hint"] == "" {
		t.Errorf("%d %s, want %d %s with a hint", response.StatusCode, body, status, code)
	}
	if response.Header.Get("Content-Type") != "application/json" || response.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", response.Header)
	}
}

func TestH15_FailuresTellNothing(t *testing.T) {
	s := start(t, hello(), nil, nil)
	for _, path := range []string{"/panic", "/fail"} {
		response, body := get(t, s.base+path)
		wantError(t, response, body, 500, kez.HTTPInternal)
		for _, leak := range []string{"/var", "/etc", "SELECT", "goroutine", ".go:"} {
			if strings.Contains(body, leak) {
				t.Errorf("%s tells %q: %s", path, leak, body)
			}
		}
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	// The operator learns what it was.
	if log := s.log.String(); !strings.Contains(log, "SELECT failed") || !strings.Contains(log, "goroutine") {
		t.Errorf("the log says only %s", log)
	}
}

func TestH08_MethodsAndPaths(t *testing.T) {
	s := start(t, hello(), nil, nil)
	response, body := do(t, "DELETE", s.base+"/hello/you", "")
	wantError(t, response, body, 405, kez.HTTPMethod)
	if allow := response.Header.Get("Allow"); allow != "GET, HEAD, OPTIONS" {
		t.Errorf("Allow: %s", allow)
	}
	for _, path := range []string{"//hello/you", "/hello//you", "/hello/you/", "/./hello/you", "/x/../hello/you", "/%2e%2e/hello/you", "/hello/../panic",
		"/hello%2fyou", "/", "/hello", "/debug/pprof", "/metrics"} {
		response, body := get(t, s.base+path)
		wantError(t, response, body, 404, kez.HTTPNotFound)
		if response.Header.Get("Location") != "" {
			t.Errorf("%s redirects to %s", path, response.Header.Get("Location"))
		}
	}
	for path, name := range map[string]string{"/hello/a%2fb": "a/b", "/hello/%2e%2e": "..", "/hello/%00": "\x00", "/hello/a%0d%0aX-Evil:%201": "a\r\nX-Evil: 1", "/hello/%2541": "%41"} {
		response, body := get(t, s.base+path)
		var got map[string]string
		if err := json.Unmarshal([]byte(body), &got); err != nil || got["hello"] != name || response.Header.Get("X-Evil") != "" {
			t.Errorf("%s is %q, want %q decoded once", path, got["hello"], name)
		}
	}
	for _, text := range []string{"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET http://evil.test//hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"CONNECT evil.test:80 HTTP/1.1\r\nHost: evil.test:80\r\nConnection: close\r\n\r\n"} {
		if got := raw(t, s.addr, text); !strings.HasPrefix(got, "HTTP/1.1 404 ") || strings.Contains(got, "evil") {
			t.Errorf("%q is answered %s", text, got)
		}
	}
}

func TestH16_CORS(t *testing.T) {
	s := start(t, hello(), nil, nil)
	response, _ := do(t, "OPTIONS", s.base+"/echo", "", "Origin", "https://evil.test", "Access-Control-Request-Method", "POST",
		"Access-Control-Request-Headers", "x-kez-auth")
	h := response.Header
	if response.StatusCode != 204 || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Methods") != "OPTIONS, POST" ||
		!strings.Contains(h.Get("Access-Control-Allow-Headers"), "X-KEZ-Auth") {
		t.Errorf("preflight: %d %v", response.StatusCode, h)
	}
	for _, path := range []string{"/hello/you", "/nope", "/panic", "/echo", "//"} {
		response, _ := get(t, s.base+path, "Origin", "https://evil.test")
		if response.Header.Get("Access-Control-Allow-Origin") != "*" || response.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %v", path, response.Header)
		}
	}
}

func TestH02_BodyOverTheLimit(t *testing.T) {
	s := start(t, hello(), nil, nil)
	chunk := strings.Repeat("x", 300_000)
	var text strings.Builder
	text.WriteString("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
	for range 4 {
		fmt.Fprintf(&text, "%x\r\n%s\r\n", len(chunk), chunk)
	}
	got := raw(t, s.addr, text.String()) // it ends, so the connection was closed
	if !strings.HasPrefix(got, "HTTP/1.1 413 ") || !strings.Contains(got, "Connection: close") || !strings.Contains(got, string(kez.InputTooLarge)) {
		t.Errorf("got %.300s", got)
	}
	got = raw(t, s.addr, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n")
	if !strings.HasPrefix(got, "HTTP/1.1 413 ") || !strings.Contains(got, "Connection: close") {
		t.Errorf("declared: got %.300s", got)
	}
}

func TestH19_MetricsStandApart(t *testing.T) {
	var side net.Listener
	listen := func(network, address string) (net.Listener, error) {
		l, err := net.Listen(network, "127.0.0.1:0")
		if address == "127.0.0.1:1" {
			side = l
		}
		return l, err
	}
	s := start(t, hello(), func(o *Options) { o.MetricsBind = "127.0.0.1:1" }, listen)
	response, body := get(t, s.base+"/metrics")
	wantError(t, response, body, 404, kez.HTTPNotFound)
	get(t, s.base+"/hello/secret-handle?q=secret-query")
	do(t, "BREW", s.base+"/hello/you", "")
	response, body = get(t, "http://"+side.Addr().String()+"/metrics")
	for _, line := range []string{`http_requests_total{method="GET",route="/hello/{name}",status="200"} 1`,
		`http_requests_total{method="other",route="/hello/{name}",status="405"} 1`, `http_requests_total{method="GET",route="none",status="404"} 1`,
		"http_request_duration_seconds_count 3", `http_request_duration_seconds_bucket{le="+Inf"} 3`, "http_requests_in_flight 0"} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("no line %s in\n%s", line, body)
		}
	}
	if response.StatusCode != 200 || strings.Contains(body, "secret") {
		t.Errorf("%d\n%s", response.StatusCode, body)
	}
	if response, _ := get(t, "http://"+side.Addr().String()+"/hello/you"); response.StatusCode != 404 {
		t.Errorf("the routes are on the side of the metrics: %d", response.StatusCode)
	}
}

// The log never has what clients sent, at whatever level.
func TestLogKeepsSecrets(t *testing.T) {
	s := start(t, hello(), nil, nil)
	get(t, s.base+"/hello/SECRET-path?auth=SECRET-query", "Authorization", "SECRET-header", "X-KEZ-Auth", "SECRET-auth")
	do(t, "POST", s.base+"/echo", "SECRET-body", "Content-Type", "text/SECRET")
	do(t, "SECRET", s.base+"/SECRET", "")
	raw(t, s.addr, "SECRET-line\r\n\r\n")
	raw(t, s.addr, "GET /hello/SECRET HTTP/1.1\r\nHost: SECRET\r\nSECRET\r\n\r\n")
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	log := s.log.String()
	if strings.Contains(log, "SECRET") || !strings.Contains(log, `"route":"/hello/{name}"`) {
		t.Errorf("the log is\n%s", log)
	}
	for line := range strings.Lines(log) {
		if !json.Valid([]byte(line)) {
			t.Errorf("%q is no JSON", line)
		}
	}
}

// Connections that only wait are closed for those that ask, and whoever asks is
// answered. KEZ_SOAK=1 takes 2,000 of them and measures.
func TestH04_SlowConnectionsLockNobodyOut(t *testing.T) {
	slow, room, asks, every := 300, 100, 200, time.Duration(0)
	soak := os.Getenv("KEZ_SOAK") != ""
	if soak {
		slow, room, asks, every = 2000, DefaultOptions("").MaxConnections, 3000, 10*time.Second
	}
	s := start(t, hello(), func(o *Options) { o.MaxConnections, o.LogLevel = room, slog.LevelInfo }, nil)
	ended := make(chan struct{}, slow)
	var group sync.WaitGroup
	stop := make(chan struct{})
	for range slow {
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		group.Go(func() {
			if soak { // a byte now and then
				tick := time.NewTicker(every)
				defer tick.Stop()
				go func() {
					for i := range 100 {
						if _, err := conn.Write([]byte("GET /hello/you HTTP/1.1\r\nX-Padding: "[i%37 : i%37+1])); err != nil {
							return
						}
						select {
						case <-tick.C:
						case <-stop:
							return
						}
					}
				}()
			} else if _, err := conn.Write([]byte("GET /hello")); err != nil {
				t.Error(err)
			}
			if _, err := io.Copy(io.Discard, conn); !errors.Is(err, net.ErrClosed) { // closed by the server
				ended <- struct{}{}
			}
		})
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // each has to find a place
	took := make([]time.Duration, asks)
	for i := range took {
		began := time.Now()
		response, err := client.Get(s.base + "/hello/you")
		if err != nil {
			t.Fatalf("request %d of a healthy client: %v", i, err)
		}
		response.Body.Close()
		if took[i] = time.Since(began); response.StatusCode != 200 {
			t.Fatalf("request %d: %d", i, response.StatusCode)
		}
	}
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	t.Logf("%d slow connections; %d requests on new connections: median %v, p99 %v, longest %v", slow, asks, took[asks/2], p99, took[asks-1])
	if soak {
		if p99 >= 50*time.Millisecond {
			t.Errorf("p99 %v, want less than 50ms", p99)
		}
	}
	closed := slow - room // those beyond the bound were shed at once
	if soak {
		closed = slow // the deadline of heads closes them all
	}
	for range closed {
		<-ended
	}
	close(stop)
}

// Bodies that do not come are closed for those that ask, the oldest first, and a
// request that is being answered never.
func TestH05_SlowBodiesLockNobodyOut(t *testing.T) {
	const room = 4
	entered, finish := make(chan string), make(chan struct{})
	m := hello()
	m.Handle("POST", "/slow", func(w http.ResponseWriter, r *http.Request) error {
		entered <- "slow"
		_, err := io.Copy(io.Discard, r.Body)
		return errors.Join(err, r.Body.Close())
	})
	m.Handle("GET", "/work", func(w http.ResponseWriter, r *http.Request) error {
		entered <- "work"
		<-finish
		WriteJSON(w, 200, "done")
		return nil
	})
	s := start(t, m, func(o *Options) { o.MaxConnections = room }, nil)
	open := func(text string) net.Conn {
		c, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		<-entered
		return c
	}
	working := open("GET /work HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	slow := make([]net.Conn, room-1)
	for i := range slow {
		slow[i] = open("POST /slow HTTP/1.1\r\nHost: a\r\n" + []string{"Content-Length: 1000\r\n\r\nx", "Transfer-Encoding: chunked\r\n\r\n5\r\nx"}[i%2])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(s.base + "/hello/you")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if _, err := io.Copy(io.Discard, slow[0]); err != nil && !errors.Is(err, syscall.ECONNRESET) { // it was closed
		t.Error(err)
	}
	close(finish)
	if got, err := io.ReadAll(working); err != nil || !strings.Contains(string(got), `"done"`) {
		t.Errorf("%q, %v", got, err)
	}
	for _, c := range slow[1:] { // which are open still
		c.Close()
	}
}

func TestChaosIsDeterministic(t *testing.T) {
	ask := func(seed uint64) (all []string, statuses map[int]int) {
		statuses = map[int]int{}
		s := start(t, hello(), func(o *Options) { o.Chaos = &seed }, nil)
		for range 120 {
			response, body := get(t, s.base+"/hello/you")
			statuses[response.StatusCode]++
			if after := response.Header.Get("Retry-After"); (response.StatusCode != 200) != (after != "") {
				t.Errorf("%d with Retry-After %q", response.StatusCode, after)
			}
			if response.StatusCode == 200 {
				var got map[string]any
				if err := json.Unmarshal([]byte(body), &got); err != nil || got["hello"] != "you" {
					t.Errorf("the answer lost its sense: %s", body)
				}
			}
			all = append(all, fmt.Sprint(response.StatusCode, body))
		}
		return all, statuses
	}
	first, statuses := ask(7)
	again, _ := ask(7)
	other, _ := ask(8)
	if !slices.Equal(first, again) {
		t.Error("the same seed gives other answers")
	}
	if slices.Equal(first, other) {
		t.Error("another seed gives the same answers")
	}
	if statuses[200] < 60 || statuses[503] == 0 || statuses[429] == 0 {
		t.Errorf("statuses %v", statuses)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(slices.DeleteFunc(first, func(s string) bool { return !strings.HasPrefix(s, "200") }))))) < 2 {
		t.Error("the members always stand in the same order")
	}
}

func TestChaosIsRefusedForOthers(t *testing.T) {
	seed := uint64(1)
	for address, ok := range map[string]bool{"127.0.0.1:0": true, "[::1]:0": true, "localhost:0": true, "127.9.9.9:1": true,
		"0.0.0.0:0": false, "[::]:0": false, ":0": false, "192.0.2.1:80": false, "example.com:80": false, "127.0.0.1.example.com:1": false} {
		o := DefaultOptions(address)
		o.Chaos = &seed
		if err := o.Check(); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestFlagsAndVariables(t *testing.T) {
	parse := func(env map[string]string, args ...string) (Options, error) {
		o := DefaultOptions("0.0.0.0:1")
		f := NewFlags("test", "about", Env{Getenv: func(name string) string { return env[name] }, Stdout: io.Discard})
		o.Flags(f, "KEZ_TEST")
		_, err := f.Parse(args)
		return o, err
	}
	if o, err := parse(nil); err != nil || o.Bind != "0.0.0.0:1" {
		t.Errorf("defaults: %v %v", o, err)
	}
	env := map[string]string{"KEZ_TEST_BIND": "a:1", "KEZ_TEST_MAX_CONNECTIONS": "7", "KEZ_TEST_LOG": "debug", "KEZ_TEST_CHAOS": "42"}
	o, err := parse(env, "--bind", "b:2")
	if err != nil || o.Bind != "b:2" || o.MaxConnections != 7 || o.LogLevel != slog.LevelDebug || o.Chaos == nil || *o.Chaos != 42 {
		t.Errorf("%+v %v", o, err)
	}
	for name, value := range map[string]string{"KEZ_TEST_MAX_CONNECTIONS": "0", "KEZ_TEST_LOG": "loud", "KEZ_TEST_CHAOS": "x", "KEZ_TEST_TRUSTED_PROXIES": "x"} {
		if _, err := parse(map[string]string{name: value}); !errors.Is(err, kez.CLIUsage) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	if _, err := parse(nil, "--nope"); !errors.Is(err, kez.CLIUsage) {
		t.Errorf("an unknown flag: %v", err)
	}
}

func TestAllCodesHaveHints(t *testing.T) {
	for _, code := range kez.Codes() {
		f, status := describe(kez.Errorf(code, "a sentence"))
		if f.Hint == "" || status < 400 || f.Message == "" {
			t.Errorf("%s: %+v, %d", code, f, status)
		}
		if status == 500 && f.Error != kez.HTTPInternal { // KEZ-ERR-030
			t.Errorf("%s is told as %s with 500", code, f.Error)
		}
	}
	wrapped := &Refusal{Err: kez.Errorf(kez.SigchainFork, "a fork"), Event: json.RawMessage(`{"a":1}`)}
	var b bytes.Buffer
	f, _ := describe(fmt.Errorf("within: %w", wrapped))
	if err := json.NewEncoder(&b).Encode(f); err != nil || !strings.Contains(b.String(), `"event":{"a":1}`) {
		t.Errorf("%s %v", b.String(), err)
	}
}

func TestRoutes(t *testing.T) {
	routes := hello().Routes()
	if got := slices.Sorted(maps.Keys(routes)); !slices.Equal(got, []string{"/echo", "/fail", "/hello/{name}", "/panic"}) {
		t.Errorf("routes %v", got)
	}
}
