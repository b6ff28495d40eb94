package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// BenchmarkColdVerifyFile runs `kez verify file` as a whole process beside an
// empty Go program, in turn, and reports the ratio of their median times. Both
// are built without cgo, as kez is released.
func BenchmarkColdVerifyFile(b *testing.B) {
	dir := b.TempDir()
	empty := filepath.Join(dir, "empty.go")
	write(b, empty, []byte("package main\n\nfunc main() {}\n"))
	emptyBin, kezBin := build(b, empty, dir, "empty"), build(b, ".", dir, "kez")
	for _, system := range []string{kez.SystemEd25519, kez.SystemNostr} {
		proof := filepath.Join(dir, system+".json")
		write(b, proof, proofOf(b, system))
		b.Run(system, func(b *testing.B) {
			var ours, theirs []time.Duration
			for b.Loop() {
				theirs = append(theirs, run(b, emptyBin))
				ours = append(ours, run(b, kezBin, "verify", "file", proof))
			}
			a, e := median(ours), median(theirs)
			b.ReportMetric(a.Seconds()*1e3, "kez-ms")
			b.ReportMetric(e.Seconds()*1e3, "empty-ms")
			b.ReportMetric(float64(a)/float64(e), "ratio")
		})
	}
}

func proofOf(b *testing.B, system string) []byte {
	key, err := keys.Generate(system, nil)
	if err != nil {
		b.Fatal(err)
	}
	subject, err := kez.ParseSigned("github:alice")
	if err != nil {
		b.Fatal(err)
	}
	c, err := claim.Sign(claim.New{Subject: subject, CreatedAt: "2026-01-02T03:04:05Z"}, key, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	return c.Bytes()
}

func write(b *testing.B, path string, data []byte) {
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.Fatal(err)
	}
}

func build(b *testing.B, what, dir, name string) string {
	bin := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-o", bin, what)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return bin
}

func run(b *testing.B, bin string, args ...string) time.Duration {
	start := time.Now()
	if err := exec.Command(bin, args...).Run(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
