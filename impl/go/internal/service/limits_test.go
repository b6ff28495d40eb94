package service

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := NewLimiter(2, time.Minute, func() time.Time { return now })
	a, b := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::/64")
	for i, want := range []time.Duration{0, 0, time.Minute} {
		if got := l.Take(a); got != want {
			t.Errorf("take %d: wait %v, want %v", i, got, want)
		}
	}
	if got := l.Wait(a); got != time.Minute {
		t.Errorf("wait %v", got)
	}
	if got := l.Take(b); got != 0 {
		t.Errorf("another address waits %v", got)
	}
	now = now.Add(45 * time.Second)
	if got := l.Take(a); got != 15*time.Second {
		t.Errorf("wait %v, want 15s", got)
	}
	now = now.Add(15 * time.Second)
	if got := l.Take(a); got != 0 {
		t.Errorf("wait %v, want none", got)
	}
	now = now.Add(-time.Hour) // a clock that goes back gives and takes nothing
	if got := l.Take(a); got != time.Minute {
		t.Errorf("wait %v, want a minute", got)
	}
	for range 3 { // never more than the burst
		l.Give(b)
	}
	for i, want := range []time.Duration{0, 0, time.Minute} {
		if got := l.Take(b); got != want {
			t.Errorf("take %d after tokens came back: wait %v, want %v", i, got, want)
		}
	}
	unlimited := NewLimiter(0, time.Minute, func() time.Time { return now })
	for range 1000 {
		if unlimited.Take(a) > 0 {
			t.Fatal("no limit, and it limits")
		}
	}
}

// However many addresses come, the memory is bounded.
func TestLimiterForgets(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := NewLimiter(1, time.Minute, func() time.Time { return now })
	l.room = 100
	address := func(i int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32)
	}
	for i := range 10_000 {
		if wait := l.Take(address(i)); wait > 0 {
			t.Fatalf("the first request of %v waits", address(i))
		}
		if wait := l.Wait(address(1_000_000 + i)); wait > 0 {
			t.Fatal("an address that was never seen waits")
		}
	}
	if len(l.buckets) != 100 || l.recent.Len() != 100 {
		t.Errorf("%d and %d are held", len(l.buckets), l.recent.Len())
	}
	if l.Wait(address(9_999)) == 0 {
		t.Error("the newest is forgotten")
	}
}

func TestClient(t *testing.T) {
	trusted, err := ParseProxies("10.0.0.0/8, 2001:db8:ffff::1")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		remote    string
		forwarded []string
		want      string
	}{
		{"192.0.2.7:1234", nil, "192.0.2.7/32"},
		{"192.0.2.7:1234", []string{"198.51.100.1"}, "192.0.2.7/32"}, // no proxy of ours
		{"10.1.2.3:1234", []string{"198.51.100.1"}, "198.51.100.1/32"},
		{"10.1.2.3:1234", []string{"6.6.6.6, 198.51.100.1"}, "198.51.100.1/32"}, // what the client wrote itself
		{"10.1.2.3:1234", []string{"6.6.6.6", "198.51.100.1, 10.9.9.9"}, "198.51.100.1/32"},
		{"10.1.2.3:1234", []string{"nonsense, 10.9.9.9"}, "10.9.9.9/32"},
		{"10.1.2.3:1234", nil, "10.1.2.3/32"},
		{"[::ffff:10.1.2.3]:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1/32"},
		{"[2001:db8:1:2:3:4:5:6]:1", nil, "2001:db8:1:2::/64"},
		{"[2001:db8:ffff::1]:1", []string{"2001:db8:1:2:9::1"}, "2001:db8:1:2::/64"},
		{"[fe80::1%eth0]:1", nil, "fe80::/64"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := trusted.Client(r).String(); got != c.want {
			t.Errorf("%s forwarded %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
	if _, err := ParseProxies("10.0.0.0/99"); err == nil {
		t.Error("a network that is none is taken")
	}
}

func TestCount(t *testing.T) {
	for query, want := range map[string]int64{"": 0, "n=0": 0, "n=7": 7, "n=99999999999999999999": 1<<63 - 1, "m=1": 0,
		"n=": -1, "n=07": -1, "n=-1": -1, "n=%2B1": -1, "n=1&n=1": -1, "n=1.0": -1, "n=1;m=2": -1, "n=%zz": -1, "n=٣": -1} {
		r := httptest.NewRequest("GET", "/?"+query, nil)
		got, err := Count(r, "n")
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("?%s: %d (%v), want %d", query, got, err, want)
		}
	}
}

func TestH07_MediaType(t *testing.T) {
	for _, c := range []struct {
		header http.Header
		ok     bool
	}{
		{http.Header{}, true},
		{http.Header{"Content-Type": {"application/json"}}, true},
		{http.Header{"Content-Type": {"Application/JSON; charset=UTF-8"}}, true},
		{http.Header{"Content-Type": {"application/json; charset=latin1"}}, false},
		{http.Header{"Content-Type": {"text/json"}}, false},
		{http.Header{"Content-Type": {"application/json", "application/json"}}, false},
		{http.Header{"Content-Type": {"application/json;;"}}, false},
		{http.Header{"Content-Encoding": {"gzip"}}, false},
		{http.Header{"Content-Encoding": {"identity"}}, false},
		{http.Header{"Content-Encoding": {""}}, false},
	} {
		if _, err := MediaType(&http.Request{Header: c.header}, "application/json"); (err == nil) != c.ok {
			t.Errorf("%v: %v", c.header, err)
		}
	}
}

func TestAccepts(t *testing.T) {
	for header, want := range map[string]bool{"": false, "gzip": true, "br, GZIP ; q=0.5": true, "gzip;q=0": false, "gzip;q=0.000": false,
		"*": true, "*;q=0": false, "*, gzip;q=0": false, "identity": false, "gzip;q=x": false, "xgzip": false} {
		if got := Accepts(&http.Request{Header: http.Header{"Accept-Encoding": {header}}}, "gzip"); got != want {
			t.Errorf("%q: %t", header, got)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "17": 17, "10GiB": 10 << 30, "500 MB": 500e6, "1kB": 1000, "2KiB": 2048, "9B": 9,
		"": -1, "-1": -1, "1.5GiB": -1, "GiB": -1, "1PB": -1, "99999999999TiB": -1} {
		got, err := ParseSize(text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
		if want >= 0 {
			if back, err := ParseSize(FormatSize(want)); err != nil || back != want {
				t.Errorf("%d is written %s", want, FormatSize(want))
			}
		}
	}
}

// All bodies together have a bound, and give back what they took.
func TestBudget(t *testing.T) {
	b := NewBudget(1 << 20)
	read := func(size int) (func(), error) {
		r := httptest.NewRequest("POST", "/", &zeros{size})
		r.ContentLength = -1
		_, release, err := b.Body(httptest.NewRecorder(), r, 16<<20)
		return release, err
	}
	first, err := read(400_000)
	if err != nil {
		t.Fatal(err)
	}
	second, err := read(800_000)
	if err == nil {
		t.Error("more is held than the budget")
	}
	second()
	first()
	third, err := read(800_000)
	if err != nil {
		t.Errorf("what was given back is not there: %v", err)
	}
	third()
	if left := b.left.Load(); left != 1<<20 {
		t.Errorf("%d bytes are left of %d", left, 1<<20)
	}
}

type zeros struct{ n int }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := min(len(p), z.n)
	z.n -= n
	return n, nil
}
