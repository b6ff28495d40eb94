package main_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"kez.lat/kez/cmd/internal/servertest"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/load"
	"kez.lat/kez/impl/go/strictjson"
)

// The benchmarks run both sides of a ratio in turn, in one run, on the real
// binary as a process of its own, and give medians. Run them with
// -benchtime 5x or the like: each round takes a second or two.

// compare measures appends.
func compare(b *testing.B, connections, grouped, single int, prepare func(*exec.Cmd)) {
	program.Compare(b, grouped, single, prepare, func(url string, events int) (float64, error) {
		figures, err := load.Appends(b.Context(), load.Plan{Server: url, Connections: connections, Events: events})
		return figures.PerSecond(), err
	})
}

// BenchmarkAppends32 uses the disk as it is.
func BenchmarkAppends32(b *testing.B) { compare(b, 32, 300, 150, nil) }

// BenchmarkAppends128Slow delays every sync by 2 ms, as disks of the cloud do.
func BenchmarkAppends128Slow(b *testing.B) {
	servertest.RequireStrace(b)
	compare(b, 128, 100, 8, servertest.SlowSyncs())
}

// served puts a full chain into a running store.
func served(b *testing.B) (url string, chain []byte) {
	b.Helper()
	made, err := load.Chain(sigchain.MaxEvents)
	if err != nil {
		b.Fatal(err)
	}
	p := program.Start(b, program.Built(b), filepath.Join(b.TempDir(), "kez-sig.db"))
	chain = append(bytes.Join(made.Lines, []byte("\n")), '\n')
	url = p.URL + "/v1/sigchains/" + made.Primary.System() + "/" + made.Primary.Value()
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
	b.ReportMetric(servertest.Middle(fetch), "get-ms")
	b.ReportMetric(servertest.Middle(verify), "verify-ms")
	b.ReportMetric(servertest.Middle(whole), "get+verify-ms")
	b.ReportMetric(servertest.Middle(base), "bare-ms")
	b.ReportMetric(servertest.Middle(verify)/servertest.Middle(fetch), "verify/get")
	b.ReportMetric(servertest.Middle(whole)/servertest.Middle(base), "get+verify/bare")
}

func took(f func() error, b *testing.B) float64 {
	start := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start).Seconds() * 1e3
}

func fetched(url string, read func(io.Reader) error) error {
	a, err := servertest.Client.Get(url)
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
