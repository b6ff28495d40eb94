package servertest

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// Compare measures requests per second with one commit for all who wait, and with
// one for each request, which is the same program with --commit-batch 1. Both
// sides run in turn, on the real binary as a process of its own. rate measures a
// server with so many requests of each connection.
func (p Program) Compare(b *testing.B, grouped, single int, prepare func(*exec.Cmd), rate func(url string, requests int) (perSecond float64, err error)) {
	b.Helper()
	binary := p.Built(b)
	both := func(cmd *exec.Cmd) {
		binary(cmd)
		if prepare != nil {
			prepare(cmd)
		}
	}
	measure := func(requests int, args ...string) float64 {
		r := p.Start(b, both, filepath.Join(b.TempDir(), p.Name+".db"), args...)
		defer r.Stop(b)
		figure, err := rate(r.URL, requests)
		if err != nil {
			b.Fatal(err)
		}
		return figure
	}
	var together, alone, ratios []float64
	for b.Loop() {
		alone = append(alone, measure(single, "--commit-batch", "1"))
		together = append(together, measure(grouped))
		ratios = append(ratios, together[len(together)-1]/alone[len(alone)-1])
	}
	b.ReportMetric(Middle(together), "grouped/s")
	b.ReportMetric(Middle(alone), "single/s")
	b.ReportMetric(Middle(ratios), "ratio")
}

// Middle is the median.
func Middle(figures []float64) float64 {
	slices.Sort(figures)
	return figures[len(figures)/2]
}
