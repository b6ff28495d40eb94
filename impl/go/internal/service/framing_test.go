package service

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

var framings = []struct {
	name, text string
	heads      int
	broken     int
}{
	{"no body", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1, 0},
	{"two requests", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 2, 0},
	{"a length", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET /GET / HTTP/1.1\r\n\r\n", 2, 0},
	{"chunks", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\n\r\n\r\r\n0\r\nT: 1\r\n\r\nGET / HTTP/1.1\r\n\r\n", 2, 0},
	{"chunks and a length", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 1, 1},
	{"a length and chunks", "POST / HTTP/1.1\r\ncontent-length: 5\r\nTRANSFER-ENCODING: Chunked\r\n\r\n0\r\n\r\n", 1, 1},
	{"the second is wrong", "GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 2, 2},
	{"a list of lengths", "POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\na", 1, 1},
	{"a sign", "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\na", 1, 1},
	{"another coding", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 1, 1},
	{"two codings", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1, 1},
	{"a folded length", "POST / HTTP/1.1\r\nContent-Length: 1\r\n 0\r\n\r\na", 1, 1},
	{"a folded other header", "GET / HTTP/1.1\r\nX: 1\r\n Content-Length: 9\r\n\r\nGET / HTTP/1.1\r\n\r\n", 2, 0},
	{"chunks of HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1, 1},
	{"bare line feeds", "POST / HTTP/1.1\nContent-Length: 1\n\naGET / HTTP/1.1\n\n", 2, 0},
	{"a space before the colon", "POST / HTTP/1.1\r\nContent-Length : 1\r\nContent-Length: 1\r\n\r\na", 1, 1},
	{"a chunk that is no number", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nGET / HTTP/1.1\r\n\r\n", 1, 0},
	{"a length that is too long to read", "POST / HTTP/1.1\r\nContent-Length: " + strings.Repeat("0", 600) + "1\r\n\r\na", 1, 0},
	{"a very long header", "GET / HTTP/1.1\r\nX: " + strings.Repeat("Content-Length: 9", 500) + "\r\n\r\nGET / HTTP/1.1\r\n\r\n", 2, 0},
}

// The bytes may come in any pieces.
func TestFraming(t *testing.T) {
	for _, c := range framings {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 7, 100, len(c.text)} {
				var f framing
				for rest := c.text; rest != ""; {
					n := min(size, len(rest))
					f.feed([]byte(rest[:n]))
					rest = rest[n:]
				}
				if f.heads != c.heads || f.broken != c.broken {
					t.Fatalf("in pieces of %d: %d heads, broken %d; want %d, %d", size, f.heads, f.broken, c.heads, c.broken)
				}
			}
		})
	}
}

func FuzzFraming(f *testing.F) {
	for _, c := range framings {
		f.Add([]byte(c.text), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		var whole, pieces framing
		whole.feed(text)
		if cut = max(1, cut%(len(text)+1)); len(text) > 0 {
			pieces.feed(text[:min(cut, len(text))])
			pieces.feed(text[min(cut, len(text)):])
		}
		if whole.heads != pieces.heads || whole.broken != pieces.broken || whole.state != pieces.state {
			t.Fatalf("whole %+v, in pieces %+v", whole, pieces)
		}
		if cap(whole.line) > 4*maxLine {
			t.Fatalf("%d bytes are held", cap(whole.line))
		}
	})
}

// What net/http answers and what is counted beside it are the same requests,
// over one connection, pipelined.
func TestFramingAgreesWithNetHTTP(t *testing.T) {
	s := start(t, hello(), nil, nil)
	var text strings.Builder
	const rounds = 50
	for i := range rounds {
		fmt.Fprintf(&text, "GET /hello/n%d HTTP/1.1\r\nHost: a\r\n\r\n", i)
		fmt.Fprintf(&text, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", i*100, strings.Repeat("x", i*100))
		fmt.Fprintf(&text, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n%x\r\n%s\r\n0\r\n\r\n", i+1, strings.Repeat("y", i+1))
		text.WriteString("POST /hello/unread HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
	}
	text.WriteString("GET /hello/last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	got := raw(t, s.addr, text.String())
	if n := strings.Count(got, "HTTP/1.1 200 OK"); n != 3*rounds+1 {
		t.Errorf("%d answers 200, want %d", n, 3*rounds+1)
	}
	if n := strings.Count(got, "HTTP/1.1 405"); n != rounds {
		t.Errorf("%d answers 405, want %d", n, rounds)
	}
	if !strings.Contains(got, `{"hello":"last"}`) {
		t.Error("the last request was not answered")
	}
}

// What net/http refuses by itself comes as an error object too, and repeats
// nothing of what was sent.
func TestH15_ErrorsOfTheHTTPLayer(t *testing.T) {
	s := start(t, hello(), nil, nil)
	for name, c := range map[string]struct{ text, status string }{
		"no HTTP":            {"SECRET\r\n\r\n", "HTTP/1.1 400 "},
		"no host":            {"GET /hello/SECRET HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
		"a bad header":       {"GET / HTTP/1.1\r\nHost: a\r\nSECRET\r\n\r\n", "HTTP/1.1 400 "},
		"a bad path":         {"GET /%zzSECRET HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 "},
		"a very long head":   {"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("SECRET", 10000) + "\r\n\r\n", "HTTP/1.1 431 "},
		"an unknown coding":  {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: SECRET\r\n\r\n", "HTTP/1.1 400 "},
		"an unknown version": {"GET / HTTP/3.7\r\nHost: a\r\n\r\n", "HTTP/1.1 505 "},
		"an expectation":     {"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: SECRET\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 417 "},
	} {
		t.Run(name, func(t *testing.T) {
			got := raw(t, s.addr, c.text)
			if !strings.HasPrefix(got, c.status) || strings.Contains(got, "SECRET") ||
				!strings.Contains(got, "\r\nContent-Type: application/json\r\n") || !strings.Contains(got, "\r\nX-Content-Type-Options: nosniff\r\n") ||
				!strings.Contains(got, `{"error":"http.bad_request","message":"`) || !strings.Contains(got, `","hint":"`) {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestH03_Smuggling(t *testing.T) {
	reached := 0
	m := hello()
	m.Handle("POST", "/reached", func(http.ResponseWriter, *http.Request) error { reached++; return nil })
	s := start(t, m, nil, nil)
	for name, head := range map[string]string{
		"length and chunks": "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
		"chunks and length": "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
		"two lengths":       "Content-Length: 6\r\nContent-Length: 5\r\n",
		"two equal lengths": "Content-Length: 6\r\nContent-Length: 6\r\n",
		"an obscure coding": "Content-Length: 6\r\nTransfer-Encoding: xchunked\r\n",
		"a hidden coding":   "Content-Length: 6\r\nTransfer-Encoding:\tchunked\r\n",
	} {
		t.Run("H-03 "+name, func(t *testing.T) {
			got := raw(t, s.addr, "GET /hello/first HTTP/1.1\r\nHost: a\r\n\r\nPOST /reached HTTP/1.1\r\nHost: a\r\n"+head+
				"\r\n0\r\n\r\nGPOST /reached HTTP/1.1\r\nHost: a\r\n\r\n")
			if strings.Count(got, "HTTP/1.1 ") != 2 || !strings.Contains(got, "HTTP/1.1 200") || !strings.Contains(got, "HTTP/1.1 400") ||
				!strings.Contains(got, `"error":"http.bad_request"`) || !strings.Contains(got, "Connection: close") {
				t.Errorf("got %s", got)
			}
		})
	}
	if reached > 0 {
		t.Errorf("%d such requests reached the handler", reached)
	}
}
