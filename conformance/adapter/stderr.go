package adapter

import (
	"strings"
	"sync"
)

// tailSize is how much of standard error is kept for messages.
const tailSize = 4 << 10

// stderrTail keeps the end of what a process writes to standard error, and
// calls full once one request has written more than MaxStderr. It never blocks
// the process.
type stderrTail struct {
	full func()

	mu    sync.Mutex
	tail  []byte
	count int
}

func (s *stderrTail) Write(p []byte) (int, error) {
	s.mu.Lock()
	before := s.count
	s.count += len(p)
	over := before <= MaxStderr && s.count > MaxStderr
	s.tail = append(s.tail, p...)
	if cut := len(s.tail) - tailSize; cut > 0 {
		s.tail = append(s.tail[:0], s.tail[cut:]...)
	}
	s.mu.Unlock()
	if over && s.full != nil {
		s.full()
	}
	return len(p), nil
}

// next starts the count of another request.
func (s *stderrTail) next() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count = 0
}

func (s *stderrTail) flooded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count > MaxStderr
}

// text gives the end of standard error, trimmed.
func (s *stderrTail) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.ToValidUTF8(strings.TrimSpace(string(s.tail)), "�")
}
