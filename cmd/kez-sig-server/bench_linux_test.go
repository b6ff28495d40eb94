package main_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/load"
	"kez.lat/kez/impl/go/strictjson"
)

// The benchmarks run both sides of a ratio in turn, in one run, on the real
// binary as a process of its own, and give medians. Run them with
// -benchtime 5x or the like: each round takes a second or two.

// compare measures appends per second with one commit for all who wait, and with
// one for each request, which is the same program with --commit-batch 1.
func compare(b *testing.B, connections, grouped, single int, prepare func(*exec.Cmd)) {
	binary := built(b)
	both := func(cmd *exec.Cmd) {
		binary(cmd)
		if prepare != nil {
			prepare(cmd)
		}
	}
	rate := func(events int, args ...string) float64 {
		p, ready := launch(b, both, filepath.Join(b.TempDir(), "kez-sig.db"), args...)
		if !ready {
			b.Fatalf("the store did not start: %s", p.stderr)
		}
		defer p.stop(b)
		figures, err := load.Appends(context.Background(), load.Plan{Server: p.url, Connections: connections, Events: events})
		if err != nil {
			b.Fatal(err)
		}
		return figures.PerSecond()
	}
	var together, alone, ratios []float64
	for b.Loop() {
		alone = append(alone, rate(single, "--commit-batch", "1"))
		together = append(together, rate(grouped))
		ratios = append(ratios, together[len(together)-1]/alone[len(alone)-1])
	}
	b.ReportMetric(middle(together), "grouped/s")
	b.ReportMetric(middle(alone), "single/s")
	b.ReportMetric(middle(ratios), "ratio")
}

func middle(figures []float64) float64 {
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// BenchmarkAppends32 uses the disk as it is.
func BenchmarkAppends32(b *testing.B) { compare(b, 32, 300, 150, nil) }

// BenchmarkAppends128Slow delays every sync by 2 ms, as disks of the cloud do:
// strace holds the thread when fsync or fdatasync has returned. Other system
// calls run untouched, which the seccomp filter sees to.
func BenchmarkAppends128Slow(b *testing.B) {
	requireStrace(b)
	compare(b, 128, 100, 8, underStrace("--seccomp-bpf", "-f", "-qq", "-o", "/dev/null", "-e", "signal=none",
		"-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_exit=2000"))
}

// served puts a full chain into a running store.
func served(b *testing.B) (url string, chain []byte) {
	b.Helper()
	made, err := load.Chain(sigchain.MaxEvents)
	if err != nil {
		b.Fatal(err)
	}
	p, ready := launch(b, built(b), filepath.Join(b.TempDir(), "kez-sig.db"))
	if !ready {
		b.Fatalf("the store did not start: %s", p.stderr)
	}
	chain = append(bytes.Join(made.Lines, []byte("\n")), '\n')
	url = p.url + "/v1/sigchains/" + made.Primary.System() + "/" + made.Primary.Value()
	wantPost(b, url, chain, 201)
	return url, chain
}

// BenchmarkFetch10000 fetches a chain of 10,000 events over HTTP, verifies it,
// fetches and verifies it in a stream, and verifies the bare signatures with the
// standard library. This process, the client, has one core; the store is a
// process beside it.
func BenchmarkFetch10000(b *testing.B) {
	url, chain := served(b)
	bare := signatures(b, chain)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var fetch, verify, whole, base []float64
	for b.Loop() {
		base = append(base, took(func() error { return bare.verify() }, b))
		fetch = append(fetch, took(func() error {
			return fetched(url, func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err })
		}, b))
		verify = append(verify, took(func() error { _, err := sigchain.VerifyBytes(chain); return err }, b))
		whole = append(whole, took(func() error {
			return fetched(url, func(r io.Reader) error { _, err := sigchain.Verify(r, sigchain.Options{}); return err })
		}, b))
	}
	b.ReportMetric(middle(fetch), "get-ms")
	b.ReportMetric(middle(verify), "verify-ms")
	b.ReportMetric(middle(whole), "get+verify-ms")
	b.ReportMetric(middle(base), "bare-ms")
	b.ReportMetric(middle(verify)/middle(fetch), "verify/get")
	b.ReportMetric(middle(whole)/middle(base), "get+verify/bare")
}

func took(f func() error, b *testing.B) float64 {
	start := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start).Seconds() * 1e3
}

func fetched(url string, read func(io.Reader) error) error {
	a, err := client.Get(url)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", a.StatusCode)
	}
	return read(a.Body)
}

// bareSignatures are what the standard library has to do for a chain at least.
type bareSignatures struct {
	public     ed25519.PublicKey
	messages   [][]byte
	signatures [][]byte
}

func signatures(b *testing.B, chain []byte) bareSignatures {
	b.Helper()
	var s bareSignatures
	for line := range bytes.Lines(chain) {
		doc, err := strictjson.Read(bytes.TrimSpace(line), len(line))
		if err != nil {
			b.Fatal(err)
		}
		var sig, key []byte
		signature := doc.Root().Member("signature")
		if _, err := fmt.Sscanf(signature.Member("sig").Text()+" "+signature.Member("key").Text(), "%x ed25519:%x", &sig, &key); err != nil {
			b.Fatal(err)
		}
		s.public, s.messages, s.signatures = key, append(s.messages, bytes.Clone(doc.Root().Member("payload").Raw())), append(s.signatures, sig)
	}
	return s
}

func (s bareSignatures) verify() error {
	for i, message := range s.messages {
		if !ed25519.Verify(s.public, message, s.signatures[i]) {
			return fmt.Errorf("signature %d", i)
		}
	}
	return nil
}
