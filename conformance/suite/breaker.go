package suite

import (
	"fmt"
	"sync"
)

// DefaultGiveUp is how many deadlines in a row end a run. An adapter that hangs
// at everything would else cost a deadline a case, which is hours.
const DefaultGiveUp = 5

// breaker ends a run of an adapter that hangs. All workers share one.
type breaker struct {
	most int // 0 or less never ends it

	mu    sync.Mutex
	inRow int
}

// tell counts a request that was not answered in time, and starts anew at any
// other.
func (b *breaker) tell(late bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.most > 0 && b.inRow >= b.most: // it stays open
	case late:
		b.inRow++
	default:
		b.inRow = 0
	}
}

func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.most > 0 && b.inRow >= b.most
}

// String says why the run ended.
func (b *breaker) String() string {
	return fmt.Sprintf("the adapter did not answer %d requests in a row in time", b.most)
}
