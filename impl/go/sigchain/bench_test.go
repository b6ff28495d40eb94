package sigchain_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/strictjson"
)

const benchEvents = 1000

// benchChain makes a chain of n events over few enough subjects to be typical.
func benchChain(b testing.TB, n int) []byte {
	key := seedKey(b, 1)
	changes := make([]sigchain.Change, n)
	for i := range changes {
		changes[i] = add(b, fmt.Sprintf("github:user%d", i%100))
	}
	return build(b, key, changes...)
}

var (
	fullOnce sync.Once
	full     []byte
)

// fullChain is a chain of as many events as there may be, made once.
func fullChain(t testing.TB) []byte {
	fullOnce.Do(func() { full = benchChain(t, sigchain.MaxEvents) })
	return full
}

// BenchmarkBareVerify is the baseline: the library's own verification of the
// same signatures over the same bytes, one after the other.
func BenchmarkBareVerify(b *testing.B) {
	type signed struct{ message, sig []byte }
	var all []signed
	for line := range bytes.Lines(benchChain(b, benchEvents)) {
		doc, err := strictjson.Read(bytes.TrimSpace(line), 1<<16)
		if err != nil {
			b.Fatal(err)
		}
		sig, _ := hex.DecodeString(doc.Root().Member("signature").Member("sig").Text())
		all = append(all, signed{doc.Root().Member("payload").Raw(), sig})
	}
	public, _ := seedKey(b, 1).Identity().PublicKey()
	for b.Loop() {
		for _, s := range all {
			if !ed25519.Verify(public[:], s.message, s.sig) {
				b.Fatal("refused")
			}
		}
	}
}

func benchVerify(b *testing.B, chain []byte, procs int) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	for b.Loop() {
		if _, err := sigchain.VerifyBytes(chain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyCanonicalOneCore(b *testing.B) { benchVerify(b, benchChain(b, benchEvents), 1) }
func BenchmarkVerifyCanonicalTwoCores(b *testing.B) {
	benchVerify(b, benchChain(b, benchEvents), 2)
}

func BenchmarkVerifySpacedOneCore(b *testing.B) {
	chain := bytes.ReplaceAll(benchChain(b, benchEvents), []byte(`,"`), []byte(`, "`))
	benchVerify(b, chain, 1)
}

// BenchmarkStreamMemory verifies a chain of 10,000 events from a stream and
// reports the largest heap seen while it does.
func BenchmarkStreamMemory(b *testing.B) {
	chain := fullChain(b)
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	peak := uint64(0)
	for b.Loop() {
		events := 0
		_, err := sigchain.Verify(bytes.NewReader(chain), sigchain.Options{Each: func(sigchain.Event, []byte) error {
			if events++; events%500 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse+m.StackInuse-before.HeapInuse)
			}
			return nil
		}})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
}
