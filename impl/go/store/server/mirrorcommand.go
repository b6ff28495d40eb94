package server

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store"
	"kez.lat/kez/impl/go/store/sqlite"
)

const aboutMirror = `kez-sig-server mirror --from URL [flags]

Serves a store as without the command, and copies into it what other stores
have. Every event is verified; a chain that is wrong, or contradicts what is
stored here, is left out and named in the log. It goes on where it stopped.`

// mirrorInterval is the pause between two looks at another store.
const mirrorInterval = 10 * time.Second

func mirrorCommand(args []string, env service.Env) error {
	var s settings
	from, interval, once := "", mirrorInterval, false
	f := s.flags(aboutMirror, env)
	f.String(&from, "from", "KEZ_SIG_MIRROR_FROM", "`URL` of the store to follow; several with commas")
	f.Func("interval", "KEZ_SIG_MIRROR_INTERVAL", "`time` between two looks", interval.String(), func(text string) (err error) {
		if interval, err = time.ParseDuration(text); err == nil && interval <= 0 {
			err = errors.New("it is not above 0")
		}
		return err
	})
	f.Bool(&once, "once", "", "copy what is there now, and end without serving")
	if err := f.None(args); err != nil {
		return err
	}
	var clients []*store.Client
	for url := range strings.SplitSeq(from, ",") {
		client, err := store.New(strings.TrimSpace(url), service.Version())
		if err != nil {
			return kez.Errorf(kez.CLIUsage, "--from: %w", err).WithHint("write for example --from https://sig.kez.lat")
		}
		clients = append(clients, client)
	}
	mirrors := func(log sigchain.Log, logger *slog.Logger) (all []*mirror) {
		for _, c := range clients {
			all = append(all, &mirror{from: c, log: log, logger: logger, wait: database.Sleep, cursors: cursorOf(s.db, c.Base())})
		}
		return all
	}
	if once {
		return s.copyOnce(env, mirrors)
	}
	return s.run(env, func(ctx context.Context, db *sqlite.Store, logger *slog.Logger) {
		var group sync.WaitGroup
		for _, m := range mirrors(db, logger) {
			group.Go(func() { m.follow(ctx, interval) })
		}
		group.Wait()
	})
}

func (s *settings) copyOnce(env service.Env, mirrors func(sigchain.Log, *slog.Logger) []*mirror) error {
	logger := service.NewLog(env.Stderr, s.service.LogLevel)
	db, err := s.open(logger)
	if err != nil {
		return err
	}
	for _, m := range mirrors(db, logger) {
		err = errors.Join(err, m.catchUp(env.Context))
	}
	return errors.Join(err, db.Close())
}
