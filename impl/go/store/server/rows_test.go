package server

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/sqlite"
)

func TestH10_SameEventAThousandTimes(t *testing.T) {
	s := run(t)
	p := newPerson(t, 1)
	event := p.add("github:alice")
	statuses := parallel(t, 1000, func(int) []byte { return event }, s.base+p.path()+"/events")
	if statuses[201] != 1 || statuses[200] != 999 {
		t.Errorf("statuses %v, want one 201 and 999 200", statuses)
	}
	if got := ask(t, "GET", s.base+p.path(), nil); got.body != string(event)+"\n" {
		t.Errorf("stored %q", got.body)
	}
	if rows := countRows(t, s); rows != 1 {
		t.Errorf("%d rows", rows)
	}
}

func TestH10_TwoEventsOfOneSeq(t *testing.T) {
	s := run(t)
	p := newPerson(t, 1)
	ask(t, "POST", s.base+p.path()+"/events", p.add("github:alice")).want(t, 201, "")
	left, right := p.peek("github:left"), p.peek("github:right")
	statuses := parallel(t, 1000, func(i int) []byte { return [][]byte{left, right}[i%2] }, s.base+p.path()+"/events")
	if statuses[201] != 1 || statuses[200] != 499 || statuses[409] != 500 {
		t.Errorf("statuses %v, want one 201, 499 200, 500 409", statuses)
	}
	if rows := countRows(t, s); rows != 2 {
		t.Errorf("%d rows", rows)
	}
}

// parallel posts all at once, each over a connection of its own that is open
// before the first of them asks, and counts the statuses.
func parallel(t *testing.T, n int, body func(int) []byte, url string) map[int]int {
	t.Helper()
	var open, group sync.WaitGroup
	open.Add(n)
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		open.Done()
		open.Wait()
		return c, err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	var mu sync.Mutex
	statuses := map[int]int{}
	for i := range n {
		group.Go(func() {
			response, err := client.Post(url, "application/json", bytes.NewReader(body(i)))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
			statuses[response.StatusCode]++
		})
	}
	group.Wait()
	return statuses
}

// countRows looks into the file itself.
func countRows(t *testing.T, s *running) (n int) {
	t.Helper()
	if exit := s.stop(); exit != 0 {
		t.Fatalf("exit %d", exit)
	}
	db, err := sql.Open("sqlite", s.db)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM events").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestH02_ChunkedBodyOverTheLimit(t *testing.T) {
	s := run(t)
	p := newPerson(t, 1)
	for name, size := range map[string]int{"an event of 300 kB": 300_000, "a body of 16 MiB and a byte": kez.MaxChain + 1} {
		t.Run("H-02 "+name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			go func() {
				fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", p.path())
				chunk := []byte(strings.Repeat(" ", 100_000))
				for left := size; left > 0; left -= len(chunk) {
					if left == size {
						chunk[0] = '{'
					} else {
						chunk[0] = ' '
					}
					chunk = chunk[:min(left, len(chunk))]
					if _, err := fmt.Fprintf(conn, "%x\r\n%s\r\n", len(chunk), chunk); err != nil {
						return // it was closed
					}
				}
				_, _ = io.WriteString(conn, "0\r\n\r\n")
			}()
			in := bufio.NewReader(conn)
			response, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			answer{response.StatusCode, response.Header, string(body)}.want(t, 413, kez.InputTooLarge)
			if !response.Close {
				t.Error("the answer does not close the connection")
			}
			if _, err := in.ReadByte(); err == nil {
				t.Error("something follows the answer")
			}
		})
	}
}

func TestH03_Smuggling(t *testing.T) {
	s := run(t)
	p := newPerson(t, 1)
	event := p.add("github:alice")
	for name, head := range map[string]string{
		"length and chunks": fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked\r\n", len(event)),
		"two lengths":       fmt.Sprintf("Content-Length: %d\r\nContent-Length: %d\r\n", len(event), len(event)),
	} {
		t.Run("H-03 "+name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: a\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", p.path(), head, len(event), event)
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			answer{response.StatusCode, response.Header, string(body)}.want(t, 400, kez.HTTPBadRequest)
		})
	}
	ask(t, "GET", s.base+p.path(), nil).want(t, 404, kez.HTTPNotFound)
}

// A reader that takes its time holds nothing that others need: the chain grows
// meanwhile, and what the reader gets is the chain as it was.
func TestH05_SlowReaderHoldsNoTransaction(t *testing.T) {
	db, err := sqlite.Open(t.TempDir()+"/a.db", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := &running{base: serveLog(t, Config{Log: db})}
	p := newPerson(t, 1)
	var chain bytes.Buffer
	for i := range 800 {
		chain.Write(p.add(fmt.Sprintf("other:%s%d", strings.Repeat("a", 450), i)))
		chain.WriteByte('\n')
	}
	if chain.Len() < 10*smallBuffer {
		t.Fatalf("the chain has %d bytes, too few to fill the buffers of a connection", chain.Len())
	}
	ask(t, "POST", s.base+p.path(), chain.Bytes()).want(t, 201, "")
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetReadBuffer(smallBuffer); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", p.path())
	in := bufio.NewReaderSize(conn, 16)
	if _, err := in.Peek(1); err != nil { // it has begun, and stands still
		t.Fatal(err)
	}
	for i := range 50 {
		ask(t, "POST", s.base+p.path()+"/events", p.add(fmt.Sprintf("github:late%d", i))).want(t, 201, "")
	}
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(response.Body)
	if err != nil || !bytes.Equal(got, chain.Bytes()) {
		t.Errorf("%d bytes of %d, %v", len(got), chain.Len(), err)
	}
}

func TestH07_CompressedBody(t *testing.T) {
	s := run(t)
	p := newPerson(t, 1)
	ask(t, "POST", s.base+p.path(), p.add("github:alice"), "Content-Encoding", "gzip").want(t, 415, kez.HTTPMediaType)
	ask(t, "POST", s.base+p.path(), nil, "Content-Type", "text/plain").want(t, 415, kez.HTTPMediaType)
}

func TestH08_Routing(t *testing.T) {
	s := run(t)
	a := ask(t, "PUT", s.base+newPerson(t, 1).path(), nil)
	a.want(t, 405, kez.HTTPMethod)
	if a.header.Get("Allow") != "GET, HEAD, OPTIONS, POST" {
		t.Errorf("Allow: %s", a.header.Get("Allow"))
	}
	for path, code := range map[string]kez.Code{"/v1//sigchains/ed25519/x": kez.HTTPNotFound, "/v1/%2e%2e/export": kez.HTTPNotFound,
		"/v1/sigchains/ed25519/%00": kez.IdentityInvalid, "/v1/sigchains/ed25519/a%0d%0ab": kez.IdentityInvalid,
		"/v1/sigchains/%2e%2e/%2e%2e": kez.IdentityInvalid, "/v1/by-subject/%00": kez.IdentityInvalid} {
		status := 400
		if code == kez.HTTPNotFound {
			status = 404
		}
		ask(t, "GET", s.base+path, nil).want(t, status, code)
	}
}

func TestH14_InjectedText(t *testing.T) {
	s := run(t)
	for _, text := range []string{"%27%20OR%201=1--", "x%27%3B%20DROP%20TABLE%20events%3B--", "%22", "%25", "_", "%25_%27"} {
		for _, path := range []string{"/v1/sigchains/ed25519/" + text, "/v1/sigchains/" + text + "/x", "/v1/by-subject/" + text} {
			a := ask(t, "GET", s.base+path, nil)
			a.want(t, 400, kez.IdentityInvalid)
			if strings.Contains(strings.ToLower(a.body), "sql") || strings.Contains(a.body, "DROP") {
				t.Errorf("%s: %s", path, a.body)
			}
		}
		ask(t, "GET", s.base+"/v1/by-subject/github:alice?after="+text, nil).want(t, 400, kez.HTTPBadRequest)
	}
	// Wild cards of a database mean nothing.
	p := newPerson(t, 1)
	ask(t, "POST", s.base+p.path(), p.add("other:alice")).want(t, 201, "")
	if a := ask(t, "GET", s.base+"/v1/by-subject/other:%25", nil); !strings.Contains(a.body, `"primaries":[]`) {
		t.Errorf("%s", a.body)
	}
}

// broken is a log whose every call fails as a database does that tells too much.
type broken struct{ sigchain.Log }

var errBroken = errors.New("SQL logic error near SELECT in /var/lib/kez/kez-sig.db")

func (broken) Tip(context.Context, kez.Identity) (sigchain.Tip, error) {
	return sigchain.Tip{}, errBroken
}
func (broken) BySubject(context.Context, kez.Identity, string, int) ([]kez.Identity, string, error) {
	return nil, "", errBroken
}
func (broken) Arrivals(context.Context, int64, func(sigchain.Arrival) error) error { return errBroken }
func (broken) Check(context.Context) error                                         { return errBroken }

func TestH15_FailuresTellNothing(t *testing.T) {
	base := serveLog(t, Config{Log: broken{}})
	p := newPerson(t, 1)
	for path, status := range map[string]int{p.path(): 500, p.path() + "/head": 500, "/v1/by-subject/github:a": 500, "/v1/export": 500, "/healthz": 503, "/v1/healthz": 503} {
		a := ask(t, "GET", base+path, nil)
		code := kez.HTTPInternal
		if status == 503 { // KEZ-STORE-037
			code = kez.HTTPUnavailable
		}
		a.want(t, status, code)
		if strings.Contains(a.body, "SQL") || strings.Contains(a.body, "/var") {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	a := ask(t, "POST", base+p.path(), p.add("github:alice"))
	a.want(t, 500, kez.HTTPInternal)
	if strings.Contains(a.body, "SQL") {
		t.Error(a.body)
	}
}

func TestH16_CORS(t *testing.T) {
	s := run(t)
	p := newPerson(t, 1)
	a := ask(t, "OPTIONS", s.base+p.path()+"/events", nil, "Origin", "https://evil.test", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "x-kez-auth")
	if a.status != 204 || a.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "X-KEZ-Auth") {
		t.Errorf("%d %v", a.status, a.header)
	}
	for _, path := range []string{p.path(), "/v1/export", "/nope"} {
		a := ask(t, "GET", s.base+path, nil, "Origin", "https://evil.test")
		if a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %v", path, a.header)
		}
	}
}

func TestH19_InsidesAreNotServed(t *testing.T) {
	s := run(t)
	for _, path := range []string{"/debug/pprof", "/debug/pprof/heap", "/debug/vars", "/metrics"} {
		ask(t, "GET", s.base+path, nil).want(t, 404, kez.HTTPNotFound)
	}
}

func TestH20_HostIsNotUsed(t *testing.T) {
	s := run(t)
	p := newPerson(t, 1)
	for _, a := range []answer{
		ask(t, "POST", s.base+p.path(), p.add("github:alice"), "Host", "evil.test"),
		ask(t, "GET", s.base+p.path(), nil, "Host", "evil.test"),
		ask(t, "GET", s.base+"/nope", nil, "Host", "evil.test"),
	} {
		if strings.Contains(fmt.Sprint(a.header, a.body), "evil") {
			t.Errorf("%v %s", a.header, a.body)
		}
	}
}
