package suite

import (
	"context"
	"errors"
	"time"

	"kez.lat/kez/conformance/adapter"
)

// Hello is what an implementation says about itself.
type Hello = adapter.Hello

// Session answers requests one after the other. After an error it is closed
// and another one opened.
type Session interface {
	Run(ctx context.Context, r adapter.Request) (adapter.Answer, error)
	// Seq is the number of the last request.
	Seq() int
	// Close ends the session and gives the numbers of the requests that were
	// answered more than once, or had something written after the answer. A
	// session may have a method Noise(seq int) string that words the latter.
	Close() []int
}

// ErrInexpressible is the error of a session that has no way to ask a question
// of an operation that it answers otherwise. The session stays usable.
var ErrInexpressible = errors.New("cannot be asked")

// Target is an implementation under test.
type Target struct {
	Name string
	Open func(ctx context.Context) (Session, Hello, error)
	// Codes maps the implementation's own codes to those of the registry.
	Codes map[string]string
	// Expected are the failures that are known, with their reasons.
	Expected Reasons
	// Disabled are the cases that are not run, with their reasons.
	Disabled Reasons
	// Timeout is the deadline of one case; 0 stands for DefaultTimeout.
	Timeout time.Duration
}

// DefaultTimeout is the deadline of one case. It is generous because the
// largest chain has 10,000 signatures.
const DefaultTimeout = 10 * time.Second

// Process gives the Open of a target with one long-lived process.
func Process(c adapter.Command) func(context.Context) (Session, Hello, error) {
	return func(ctx context.Context) (Session, Hello, error) {
		p, err := adapter.Start(ctx, c)
		if err != nil {
			return nil, Hello{}, err
		}
		return p, p.Hello, nil
	}
}

// OneShot gives the Open of a target with one process a request.
func OneShot(c adapter.Command) func(context.Context) (Session, Hello, error) {
	return func(ctx context.Context) (Session, Hello, error) {
		s, err := adapter.StartOneShot(ctx, c)
		if err != nil {
			return nil, Hello{}, err
		}
		return s, s.Hello, nil
	}
}

func (t *Target) timeout() time.Duration {
	if t.Timeout > 0 {
		return t.Timeout
	}
	return DefaultTimeout
}
