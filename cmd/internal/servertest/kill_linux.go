package servertest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"testing"
)

// Ledger is what the clients of a server know of one database: what they sent,
// and what of it was confirmed.
type Ledger interface {
	// KillAfter lets all clients write until so many answers came, and kills the
	// server in that moment, whatever else is under way.
	KillAfter(t *testing.T, answers int)
	// Check starts the server again and holds what it has against the ledger.
	Check(t *testing.T, when string)
	Confirmed() int
}

// Kills kills a server at random moments, twenty times for each database that
// begin makes, and checks its ledger after each: 20 times in all, or 500 with
// KEZ_SOAK=1. It gives how many kills there were and how much was confirmed.
func Kills(t *testing.T, random *rand.Rand, begin func() Ledger) (cycles, total int) {
	t.Helper()
	const perDatabase = 20
	cycles = perDatabase
	if os.Getenv("KEZ_SOAK") == "1" {
		cycles = 500
	}
	for cycle := 0; cycle < cycles; cycle += perDatabase {
		l := begin()
		for i := range perDatabase {
			l.KillAfter(t, 1+random.IntN(300))
			l.Check(t, fmt.Sprintf("cycle %d", cycle+i))
			if t.Failed() {
				t.FailNow()
			}
		}
		total += l.Confirmed()
	}
	return cycles, total
}

// After gives a function of which the call number n, of many at once, runs f.
func After(n int, f func()) func() {
	left := atomic.Int64{}
	left.Store(int64(n))
	return func() {
		if left.Add(-1) == 0 {
			f()
		}
	}
}
