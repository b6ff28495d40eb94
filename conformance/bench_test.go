package conformance_test

import (
	"context"
	"os"
	"testing"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/vectors"
)

// BenchmarkCases asks one adapter process cases without signatures, one after
// the other, and reports how many it answers in a second.
func BenchmarkCases(b *testing.B) {
	all, err := vectors.All()
	if err != nil {
		b.Fatal(err)
	}
	cases, err := suite.Select(all, suite.Filter{Ops: []string{"identity.parse", "json.canonicalize"}})
	if err != nil {
		b.Fatal(err)
	}
	target := &suite.Target{Name: "go", Open: suite.Process(adapter.Command{Args: []string{os.Args[0], hidden}})}
	b.ResetTimer()
	ran := 0
	for b.Loop() {
		report, err := suite.Run(context.Background(), target, all, cases, suite.Options{Workers: 1})
		if err != nil {
			b.Fatal(err)
		}
		ran += len(report.Results)
	}
	b.ReportMetric(float64(ran)/b.Elapsed().Seconds(), "cases/s")
}
