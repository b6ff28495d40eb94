package sqlite_test

import (
	"context"
	"io"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/load"
	"kez.lat/kez/impl/go/store/sqlite"
)

func benchStore(b *testing.B, batch int) *sqlite.Store {
	b.Helper()
	options := quiet()
	options.Batch = batch
	s, err := sqlite.Open(filepath.Join(b.TempDir(), "kez-sig.db"), options)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func signed(b *testing.B, n int) load.SignedChain {
	b.Helper()
	chain, err := load.Chain(n)
	if err != nil {
		b.Fatal(err)
	}
	return chain
}

// benchAppend appends single events to 32 chains at once.
func benchAppend(b *testing.B, batch int) {
	const writers = 32
	s := benchStore(b, batch)
	each := b.N/writers + 1
	chains := make([]load.SignedChain, writers)
	for i := range chains {
		chains[i] = signed(b, min(each, sigchain.MaxEvents))
	}
	b.ResetTimer()
	var wait sync.WaitGroup
	for _, chain := range chains {
		wait.Go(func() {
			for _, line := range chain.Lines {
				if _, err := sigchain.AppendTo(context.Background(), s, chain.Primary, line, sigchain.AppendOptions{}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
}

func BenchmarkAppendGrouped(b *testing.B) { benchAppend(b, 0) }
func BenchmarkAppendSingle(b *testing.B)  { benchAppend(b, 1) }

// BenchmarkReadChain reads a chain of 10,000 events, on one core as its
// counterpart BenchmarkVerifyChain verifies it.
func BenchmarkReadChain(b *testing.B) {
	s, chain := benchStore(b, 0), signed(b, sigchain.MaxEvents)
	body := join(chain.Lines)
	if _, err := sigchain.AppendTo(context.Background(), s, chain.Primary, body, sigchain.AppendOptions{}); err != nil {
		b.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		tip, err := s.Tip(context.Background(), chain.Primary)
		if err != nil {
			b.Fatal(err)
		}
		err = s.Lines(context.Background(), tip, 0, func(line []byte) error {
			_, err := io.Discard.Write(line)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyChain(b *testing.B) {
	body := join(signed(b, sigchain.MaxEvents).Lines)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := sigchain.VerifyBytes(body); err != nil {
			b.Fatal(err)
		}
	}
}

func join(lines [][]byte) []byte {
	var out []byte
	for _, line := range lines {
		out = append(append(out, line...), '\n')
	}
	return out
}
