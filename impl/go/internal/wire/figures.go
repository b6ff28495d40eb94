package wire

import (
	"slices"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Figures are what came of a plan.
type Figures struct {
	Requests int           `json:"requests"`
	Bytes    int64         `json:"bytes"` // of what was sent, or read
	Elapsed  time.Duration `json:"elapsed_ns"`
	Median   time.Duration `json:"median_ns"`
	P99      time.Duration `json:"p99_ns"`
	Longest  time.Duration `json:"longest_ns"`
}

// PerSecond is the rate of requests.
func (f Figures) PerSecond() float64 { return float64(f.Requests) / f.Elapsed.Seconds() }

// Count fills in the figures of single requests.
func (f *Figures) Count(took []time.Duration) {
	if f.Requests = len(took); len(took) == 0 {
		return
	}
	slices.Sort(took)
	f.Median, f.P99, f.Longest = took[len(took)/2], took[len(took)*99/100], took[len(took)-1]
}

// NoAnswer is the error of a connection that failed.
func NoAnswer(err error) error {
	return kez.Errorf(kez.ChannelUnreachable, "the server does not answer: %w", err).WithHint("start it first and give its address with --server")
}
