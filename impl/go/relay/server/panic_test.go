package server

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/relay"
)

// broken is a mailbox that panics once something was stored.
type broken struct {
	relay.Mailbox
	full bool
}

func (b *broken) Last(ctx context.Context) (int64, error) { b.full = true; return b.Mailbox.Last(ctx) }

func (b *broken) Page(ctx context.Context, handle string, since int64, limit int, maxBytes int64, each func(*relay.Row)) error {
	if b.full {
		panic("a bug")
	}
	return b.Mailbox.Page(ctx, handle, since, limit, maxBytes, each)
}

// TestAPanicEndsOneStream: the relay goes on, the stream is cut off, and the log
// says why.
func TestAPanicEndsOneStream(t *testing.T) {
	w := start(t, func(c *Config, _ *service.Options) { c.Mailbox = &broken{Mailbox: c.Mailbox} })
	alice := newKey(t, 1)
	w.register("alice", alice)
	e := w.stream("alice", alice)
	for {
		if _, err := e.read(); err != nil {
			if errors.Is(err, errEnded) {
				t.Error("the stream looks as if it was whole")
			}
			break
		}
	}
	w.want("healthz", "", "GET", "/v1/healthz", "")
	if log := string(w.log.Bytes()); !strings.Contains(log, "a bug") {
		t.Errorf("the log is %s", log)
	}
}
