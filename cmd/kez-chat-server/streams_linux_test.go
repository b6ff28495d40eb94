package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"kez.lat/kez/impl/go/relay/load"
)

// TestManyStreams keeps streams open while messages come at a steady rate:
// nothing is lost, nothing doubled, and the relay's memory is bounded. A poll
// every 5 s would deliver after 2.5 s in the mean.
func TestManyStreams(t *testing.T) {
	plan := load.StreamPlan{Streams: 300, Rate: 100, Messages: 1000, Size: 1000}
	if os.Getenv("KEZ_SOAK") == "1" {
		plan.Streams, plan.Rate, plan.Messages = 1000, 300, 18_000
	}
	const most = 300 << 20
	p := program.Start(t, nil, filepath.Join(t.TempDir(), "kez-chat.db"))
	plan.Server = p.URL
	got, err := load.Streams(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	peak := p.Memory(t, "VmHWM")
	t.Logf("%d streams, %d messages/s: %d sent, %d lost, %d doubled; mean %v, p99 %v, longest %v; relay at most %d MB",
		plan.Streams, plan.Rate, got.Sent, got.Lost, got.Doubled, got.Mean, got.P99, got.Longest, peak>>20)
	if got.Lost != 0 || got.Doubled != 0 || got.Sent != plan.Messages {
		t.Errorf("%d of %d messages were lost, %d doubled", got.Lost, plan.Messages, got.Doubled)
	}
	if peak > most {
		t.Errorf("the relay took %d bytes, and should take at most %d", peak, int64(most))
	}
	p.Stop(t)
}
