package service

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"
)

// metrics are counters in the text format of Prometheus.
type metrics struct {
	mu       sync.Mutex
	inFlight int
	requests map[requestLabels]int64
	buckets  [len(latencies) + 1]int64
	sum      time.Duration
	shedder  *shedder
	gauges   []Gauge
}

// Gauge is a figure of a program's own in its metrics.
type Gauge struct {
	Name, Help string
	Value      func() int
}

type requestLabels struct {
	method, route string
	status        int
}

// latencies are the upper bounds of the histogram, in seconds.
var latencies = [...]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func newMetrics(s *shedder) *metrics {
	return &metrics{requests: map[requestLabels]int64{}, shedder: s}
}

func (m *metrics) begin() {
	m.mu.Lock()
	m.inFlight++
	m.mu.Unlock()
}

func (m *metrics) end(method, route string, status int, took time.Duration) {
	i, _ := slices.BinarySearch(latencies[:], took.Seconds())
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight--
	m.requests[requestLabels{methodName(method), route, status}]++
	m.buckets[i]++
	m.sum += took
}

// methodName bounds the number of labels.
func methodName(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH":
		return method
	}
	return "other"
}

func (m *metrics) text() []byte {
	var b bytes.Buffer
	family := func(name, kind, help string) { fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %[1]s %[3]s\n", name, help, kind) }
	m.mu.Lock()
	family("http_requests_in_flight", "gauge", "Requests being answered.")
	fmt.Fprintf(&b, "http_requests_in_flight %d\n", m.inFlight)
	family("http_requests_total", "counter", "Requests answered; status 0 is an answer that was cut off.")
	all := make([]requestLabels, 0, len(m.requests))
	for labels := range m.requests {
		all = append(all, labels)
	}
	slices.SortFunc(all, func(a, b requestLabels) int {
		return cmp.Or(cmp.Compare(a.route, b.route), cmp.Compare(a.method, b.method), cmp.Compare(a.status, b.status))
	})
	for _, l := range all {
		fmt.Fprintf(&b, "http_requests_total{method=%q,route=%q,status=\"%d\"} %d\n", l.method, l.route, l.status, m.requests[l])
	}
	family("http_request_duration_seconds", "histogram", "Time from the head of a request to the end of its answer.")
	count := int64(0)
	for i, bound := range latencies {
		count += m.buckets[i]
		fmt.Fprintf(&b, "http_request_duration_seconds_bucket{le=\"%g\"} %d\n", bound, count)
	}
	count += m.buckets[len(latencies)]
	fmt.Fprintf(&b, "http_request_duration_seconds_bucket{le=\"+Inf\"} %d\nhttp_request_duration_seconds_sum %g\nhttp_request_duration_seconds_count %[1]d\n",
		count, m.sum.Seconds())
	m.mu.Unlock()

	open, shed := m.shedder.count()
	family("http_connections", "gauge", "Open connections.")
	fmt.Fprintf(&b, "http_connections %d\n", open)
	family("http_connections_shed_total", "counter", "Connections closed to make room for others.")
	fmt.Fprintf(&b, "http_connections_shed_total %d\n", shed)
	for _, g := range m.gauges {
		family(g.Name, "gauge", g.Help)
		fmt.Fprintf(&b, "%s %d\n", g.Name, g.Value())
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	family("go_goroutines", "gauge", "Goroutines.")
	fmt.Fprintf(&b, "go_goroutines %d\n", runtime.NumGoroutine())
	family("go_memory_heap_bytes", "gauge", "Memory of the heap in use.")
	fmt.Fprintf(&b, "go_memory_heap_bytes %d\n", memory.HeapInuse)
	return b.Bytes()
}

// handler serves the metrics alone, on an address of their own (row H-19).
func (m *metrics) handler() http.Handler {
	mux := NewMux()
	mux.Handle(http.MethodGet, "/metrics", func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Write(m.text()) // a peer that is gone is seen by net/http
		return nil
	})
	return mux
}
