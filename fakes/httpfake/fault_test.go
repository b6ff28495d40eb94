package httpfake_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"kez.lat/kez/fakes/httpfake"
)

func TestFaults(t *testing.T) {
	tests := []struct {
		name  string
		fault httpfake.Fault
		json  string // the same as an entry of faults.json, without "on"
		code  int
		body  string
		check func(http.Header) bool
	}{
		{"status", httpfake.Status(429).Header("Retry-After", "60"), `"status": 429, "headers": {"Retry-After": "60"}`,
			429, "", func(h http.Header) bool { return h.Get("Retry-After") == "60" }},
		{"json", httpfake.Status(403).JSON(`{"a":1}`), `"status": 403, "json": {"a":1}`,
			403, `{"a":1}`, func(h http.Header) bool { return h.Get("Content-Type") == "application/json; charset=utf-8" }},
		{"redirect", httpfake.Redirect("http://127.0.0.1/").Code(301), `"redirect": "http://127.0.0.1/", "status": 301`,
			301, "", func(h http.Header) bool { return h.Get("Location") == "http://127.0.0.1/" }},
		{"type", httpfake.Pass().Type("text/html").Body("<p>"), `"type": "text/html", "body": "<p>"`,
			200, "<p>", func(h http.Header) bool { return h.Get("Content-Type") == "text/html" }},
		{"no type", httpfake.Pass().Type(""), `"headers": {"Content-Type": ""}`,
			200, `{"host":"a.test","path":"/known"}`, func(h http.Header) bool { return len(h["Content-Type"]) == 0 }},
		{"merge", httpfake.Pass().Merge(`{"path":null,"more":{"x":null,"n":1.50}}`), `"merge": {"path":null,"more":{"x":null,"n":1.50}}`,
			200, `{"host":"a.test","more":{"n":1.50}}` + "\n", nil},
		{"other code", httpfake.Pass().Code(203), `"status": 203, "body": "{\"host\":\"a.test\",\"path\":\"/known\"}"`,
			203, `{"host":"a.test","path":"/known"}`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server, base := start(t)
			fromFile, err := httpfake.ParseFaults([]byte(`[{"on": "/known", ` + test.json + `}]`))
			if err != nil {
				t.Fatal(err)
			}
			for _, set := range []func(){
				func() { server.Fault("/known", test.fault) },
				func() { server.SetFaults(fromFile) },
			} {
				set()
				answer, body := get(t, base+"/a.test/known")
				if answer.StatusCode != test.code || body != test.body || test.check != nil && !test.check(answer.Header) {
					t.Errorf("%d %q %v", answer.StatusCode, body, answer.Header)
				}
				server.ClearFaults()
				if answer, _ := get(t, base+"/a.test/known"); answer.StatusCode != 200 {
					t.Errorf("%d after the faults were cleared", answer.StatusCode)
				}
			}
		})
	}
}

func TestBrokenConnections(t *testing.T) {
	for name, fault := range map[string]httpfake.Fault{
		"drop": httpfake.Drop(), "truncate": httpfake.Pass().Truncate(5), "truncate past the end": httpfake.Pass().Truncate(5000),
	} {
		server, base := start(t)
		server.Fault("a.test/**", fault)
		answer, err := client.Get(base + "/a.test/known")
		if name == "drop" {
			if !errors.Is(err, io.EOF) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(`{"host":"a.test","path":"/known"}`, string(body)) {
			t.Errorf("%s: %q, %v", name, body, err)
		}
		answer.Body.Close()
	}
}

func TestHangsEndWithTheServer(t *testing.T) {
	server, base := start(t)
	server.Fault("/known", httpfake.Hang())
	done := make(chan error)
	go func() {
		_, err := client.Get(base + "/a.test/known")
		done <- err
	}()
	for server.Count("/known") == 0 {
		select {
		case err := <-done:
			t.Fatal(err)
		default:
		}
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil {
		t.Error("a request that hung was answered")
	}
}

func TestStallSendsTheStart(t *testing.T) {
	server, base := start(t)
	server.Fault("/known", httpfake.Pass().Stall(6))
	ctx, cancel := context.WithCancel(t.Context())
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, base+"/a.test/known", nil)
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	start := make([]byte, 6)
	if _, err := io.ReadFull(answer.Body, start); err != nil || string(start) != `{"host` {
		t.Errorf("%q, %v", start, err)
	}
	cancel()
	if _, err := answer.Body.Read(start); !errors.Is(err, context.Canceled) {
		t.Errorf("more came: %v", err)
	}
}

func TestHold(t *testing.T) {
	server, base := start(t)
	release := make(chan struct{})
	close(release)
	server.Fault("/known", httpfake.Pass().Hold(release))
	if answer, _ := get(t, base+"/a.test/known"); answer.StatusCode != 200 {
		t.Errorf("%d after the release", answer.StatusCode)
	}
}

func TestEndless(t *testing.T) {
	server, base := start(t)
	server.Fault("/known", httpfake.Endless().Body("start"))
	answer, err := client.Get(base + "/a.test/known")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	reader := bufio.NewReader(answer.Body)
	if start, _ := reader.Peek(6); string(start) != "start " || answer.ContentLength != -1 {
		t.Errorf("%q, length %d", start, answer.ContentLength)
	}
	if n, err := io.CopyN(io.Discard, reader, 3<<20); err != nil {
		t.Errorf("it ended after %d bytes: %v", n, err)
	}
}

func TestGzipBomb(t *testing.T) {
	server, base := start(t)
	const size = 64 << 20
	server.Fault("/known", httpfake.GzipBomb(size-1).Type("application/json"))
	answer, err := client.Get(base + "/a.test/known")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	counted := &counter{r: answer.Body}
	unpacked, err := gzip.NewReader(counted)
	if err != nil {
		t.Fatal(err)
	}
	unpacked.Multistream(false) // some readers take the first member alone
	if n, err := io.Copy(io.Discard, unpacked); n != size || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	if counted.n > size/500 {
		t.Errorf("%d bytes for %d", counted.n, size)
	}
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestTimesAndOrder(t *testing.T) {
	server, base := start(t)
	server.Fault("/known", httpfake.Status(500))
	server.Fault("/**", httpfake.Status(502).After(1).Times(2))
	for i, want := range []int{500, 502, 502, 500} {
		if answer, _ := get(t, base+"/a.test/known"); answer.StatusCode != want {
			t.Errorf("request %d gives %d, want %d", i+1, answer.StatusCode, want)
		}
	}
}

func TestAFaultMakesItsRouteKnown(t *testing.T) {
	server, base := start(t)
	server.Fault("/other", httpfake.Status(200))
	if get(t, base+"/a.test/other"); len(server.Unknown()) != 0 {
		t.Errorf("unknown: %q", server.Unknown())
	}
	server.Fault("/known", httpfake.Pass().Body("no JSON").Merge(`{}`))
	if answer, _ := get(t, base+"/a.test/known"); answer.StatusCode != 501 || len(server.Unknown()) != 1 {
		t.Errorf("%d for a merge into what is no JSON", answer.StatusCode)
	}
}

func TestFaultsFileRefused(t *testing.T) {
	for _, text := range []string{
		`{}`, `[{"on": "a.test"}]`, `[{"on": "/x"}]`, `[{"on": "https://a.test/", "status": 500}]`, `[{"on": "/", "status": 99}]`,
		`[{"on": "/x", "hang": true, "drop": true}]`, `[{"on": "/x", "stats": 500}]`, `[{"on": "get /x", "status": 500}]`, `[] []`,
		`[{"on": "/x", "times": 1}]`,
	} {
		if _, err := httpfake.ParseFaults([]byte(text)); err == nil || !strings.Contains(err.Error(), "faults.json") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
