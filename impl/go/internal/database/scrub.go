package database

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Pace is called by a scrub, between its transactions, with the bytes it has read
// since; it may wait, and its error ends the scrub.
type Pace func(ctx context.Context, bytes int) error

// AtOnce is the pace that never waits.
func AtOnce(context.Context, int) error { return nil }

// A scrub reads and checks everything that is stored (KEZ-STORE-040). It reads
// slowly enough to leave the disk to those who ask.
const (
	FirstScrub    = time.Minute // after the start
	ScrubInterval = 24 * time.Hour
	ScrubRate     = 16 << 20 // bytes a second at most
)

// Scrubs runs a scrub soon after the start and each day, until wait, which waits
// or ends with the context, gives an error. The scrub itself logs and remembers
// what it finds.
func Scrubs(ctx context.Context, scrub func(context.Context, Pace) error, wait func(context.Context, time.Duration) error) {
	pace := func(ctx context.Context, bytes int) error {
		return wait(ctx, time.Duration(bytes)*time.Second/ScrubRate)
	}
	for pause := FirstScrub; wait(ctx, pause) == nil; pause = ScrubInterval {
		_ = scrub(ctx, pace)
	}
}

// Sleep waits, or ends with the context.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Damage remembers the last damage found, until a whole scrub finds none. The
// zero value remembers none.
type Damage struct {
	mu  sync.Mutex
	err error
}

// Found remembers damage.
func (d *Damage) Found(err error) {
	d.mu.Lock()
	d.err = err
	d.mu.Unlock()
}

// Noted remembers an error that tells of damage, and gives it on.
func (d *Damage) Noted(err error) error {
	if errors.Is(err, ErrDamaged) {
		d.Found(err)
	}
	return err
}

// Err is what is remembered.
func (d *Damage) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// Scrubbed runs a scrub and forgets what was found before it, once it has found
// nothing. What a reader met meanwhile stays: the scrub may have passed it before.
func (d *Damage) Scrubbed(scrub func() error) error {
	before := d.Err()
	if err := scrub(); err != nil {
		return err
	}
	d.mu.Lock()
	if d.err == before {
		d.err = nil
	}
	d.mu.Unlock()
	return nil
}
