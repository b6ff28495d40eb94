package verify

import (
	"context"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Clock is the time a watch lives by.
type Clock interface {
	Now() time.Time
	// Wait returns after d, or earlier with the error of ctx.
	Wait(ctx context.Context, d time.Duration) error
}

// Watch verifies identities again and again and tells only what changed.
type Watch struct {
	Verifier *Verifier
	Clock    Clock
	// Interval is the time between two looks at one identity. One that cannot be
	// looked at is tried after twice the time, up to 16 intervals.
	Interval time.Duration
	// Rounds ends the watch after so many looks at each identity; 0 is no end.
	Rounds int
}

// maxBackoff is in intervals.
const maxBackoff = 16

// Change is news about one identity.
type Change struct {
	At      time.Time  `json:"at"`
	Subject string     `json:"subject"`
	Before  kez.Status `json:"before"` // "" at the first look
	Status  kez.Status `json:"status"`
	Code    kez.Code   `json:"code"`
	Primary string     `json:"primary"`
	Message string     `json:"message"`
	// StaleSince is the time of the last look that saw something, where this one
	// could not look: what was said before may no longer hold.
	StaleSince string `json:"stale_since"`
}

// watched is what is known of one identity.
type watched struct {
	target Target
	last   *Result // the last that saw something
	seenAt time.Time
	stale  bool
	back   bool // a rollback was told since
	wait   time.Duration
	due    time.Time
	looks  int
}

// Run watches until ctx ends or the rounds are over.
func (w *Watch) Run(ctx context.Context, targets []Target, q Question, report func(Change)) error {
	state := make([]*watched, len(targets))
	for i, t := range targets {
		state[i] = &watched{target: t, due: w.Clock.Now(), wait: w.Interval}
	}
	for {
		next := w.round(ctx, state, q, report)
		if next.IsZero() || ctx.Err() != nil {
			return ctx.Err()
		}
		if err := w.Clock.Wait(ctx, next.Sub(w.Clock.Now())); err != nil {
			return err
		}
	}
}

// round looks at everything that is due and gives the time of the next look,
// zero where there is none.
func (w *Watch) round(ctx context.Context, state []*watched, q Question, report func(Change)) (next time.Time) {
	now := w.Clock.Now()
	var due []*watched
	var targets []Target
	for _, s := range state {
		if !s.due.After(now) && (w.Rounds == 0 || s.looks < w.Rounds) {
			due, targets = append(due, s), append(targets, s.target)
		}
	}
	q.Now = now
	w.Verifier.All(ctx, targets, q, func(i int, r *Result) {
		if ctx.Err() == nil { // a look that was broken off says nothing
			due[i].look(now, w.Interval, r, report)
		}
	})
	for _, s := range state {
		if (w.Rounds == 0 || s.looks < w.Rounds) && (next.IsZero() || s.due.Before(next)) {
			next = s.due
		}
	}
	return next
}

// look takes one result in and reports it where it is news.
func (s *watched) look(now time.Time, interval time.Duration, r *Result, report func(Change)) {
	s.looks++
	change := Change{At: now, Subject: s.target.ID.String(), Status: r.Status, Code: r.Code, Primary: r.Primary, Message: r.Message}
	if s.last != nil {
		change.Before = s.last.Status
	}
	if r.Status == kez.Unreachable {
		if s.last != nil {
			change.StaleSince = kez.FormatTime(s.seenAt)
		}
		// A source that takes events back is more than one that does not answer.
		back := r.Code == kez.SigchainRollback
		if !s.stale || back && !s.back {
			report(change)
		}
		s.stale, s.back = true, s.back || back
		s.wait = min(2*s.wait, maxBackoff*interval)
	} else {
		news := s.last == nil || s.stale || s.last.Status != r.Status || s.last.Code != r.Code || s.last.Primary != r.Primary
		if news {
			report(change)
		}
		s.last, s.seenAt, s.stale, s.back, s.wait = r, now, false, false, interval
	}
	s.due = now.Add(s.wait)
}
