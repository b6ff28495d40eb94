package cli

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// maxInterval keeps back-off far from the end of time.
const maxInterval = 365 * 24 * time.Hour

func (a *app) watchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "watch FILE",
		Short: "Verify identities again and again, and tell what changes",
		Long: `Verify the identities of FILE, one a line, on an interval, and print a line only when
something changes. What cannot be looked at is tried less and less often, and its
line says since when the last verdict is stale.`,
		Example: `  kez watch friends.txt --interval 1h
  kez watch --rounds 1 friends.txt`,
		Args: exactly(1),
	}
	f := addLookFlags(cmd)
	interval := stringFlag(cmd, "interval", "DURATION", "15m", "the time between two looks")
	rounds := stringFlag(cmd, "rounds", "N", "0", "end after so many looks at each identity, 0 for never")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		every, err := time.ParseDuration(interval.value)
		if err != nil || every < time.Second || every > maxInterval {
			return usage("--interval is no duration between 1s and a year, such as 15m")
		}
		n, err := strconv.Atoi(rounds.value)
		if err != nil || n < 0 {
			return usage("--rounds is no number from 0 on")
		}
		v, q, targets, err := a.targets(cmd, f, nil, &once{value: args[0], given: true})
		if err != nil {
			return err
		}
		ctx, stop := untilEnded()
		defer stop()
		w := verify.Watch{Verifier: v, Clock: a.clock(), Interval: every, Rounds: n}
		err = w.Run(ctx, targets, q, func(c verify.Change) {
			a.exit = worse(a.exit, c.Status.Exit())
			a.showChange(c)
			a.savePins(v)
		})
		if ctx.Err() != nil {
			return nil // ended by the person
		}
		return err
	}
	return cmd
}

func (a *app) showChange(c verify.Change) {
	if a.json {
		a.printJSON(c)
		return
	}
	rest := c.Subject
	if c.Before != "" {
		rest += " (was " + string(c.Before) + ")"
	}
	if c.StaleSince != "" {
		rest += " stale since " + c.StaleSince
	}
	if c.Code != "" {
		rest += ": " + string(c.Code) + ", " + c.Message
	}
	a.print(kez.FormatTime(c.At) + "  " + a.verdict(c.Status) + "  " + plain(rest) + "\n")
}

// clock is the clock of the process, or KEZ_NOW and the waits since.
func (a *app) clock() verify.Clock { return &processClock{env: a.env, started: a.env.Now()} }

type processClock struct {
	env     Env
	started time.Time
}

func (c *processClock) Now() time.Time {
	at, err := c.env.now()
	if err != nil || c.env.Getenv("KEZ_NOW") == "" {
		return c.env.Now()
	}
	return at.Add(c.env.Now().Sub(c.started))
}

func (c *processClock) Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
