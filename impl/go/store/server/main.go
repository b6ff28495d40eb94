package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/store/load"
	"kez.lat/kez/impl/go/store/sqlite"
)

const program = "kez-sig-server"

const about = `kez-sig-server keeps sigchains and hands them out.

  kez-sig-server [flags]                     serve
  kez-sig-server mirror --from URL [flags]   serve, and follow another store
  kez-sig-server backup [--db PATH] TO       copy the database, also of a running store
  kez-sig-server health [URL]                ask a store whether it is well
  kez-sig-server load [flags]                measure a store

It starts without any flag. SIGTERM and SIGINT end it once it has answered what
it was asked.`

// Env is what the program knows of the process around it.
type Env = service.Env

// System is the environment of the real process.
func System() Env { return service.System() }

// Main runs the program and gives its exit code.
func Main(args []string, env Env) int {
	p := &service.Program{Name: program}
	p.Commands = map[string]service.Command{"": p.Command(serve), "mirror": p.Command(mirrorCommand), "backup": p.Command(backup),
		"health": p.Command(health), "load": load.Main}
	return p.Main(args, env)
}

// settings are what the flags of a serving store say.
type settings struct {
	service   service.Options
	db        string
	maxSize   int64
	newChains int
	batch     int
}

// defaultDB is where a store keeps its chains.
const defaultDB = "kez-sig.db"

func (s *settings) flags(about string, env service.Env) *service.Flags {
	s.service = service.DefaultOptions("0.0.0.0:7878")
	s.db, s.maxSize, s.newChains, s.batch = defaultDB, 10<<30, 600, 256
	f := service.NewFlags(program, about, env)
	s.service.Flags(f, "KEZ_SIG")
	f.String(&s.db, "db", "KEZ_SIG_DB", "`file` of the database")
	f.Size(&s.maxSize, "max-size", "KEZ_SIG_MAX_SIZE", "most `bytes` of the database, such as 500MB or 10GiB; 0 is no limit")
	f.Int(&s.newChains, "new-chains", "KEZ_SIG_NEW_CHAINS", "new `chains` that one client address may begin in an hour; 0 is no limit", 0)
	f.Int(&s.batch, "commit-batch", "KEZ_SIG_COMMIT_BATCH", "`requests` that share one sync of the disk at most; 1 gives each its own", 1)
	return f
}

func serve(args []string, env service.Env) error {
	var s settings
	if err := s.flags(about, env).None(args); err != nil {
		return err
	}
	return s.run(env, func(ctx context.Context, _ *sqlite.Store, log *slog.Logger) {})
}

// run opens the database and serves until the context ends; beside runs along.
func (s *settings) run(env service.Env, beside func(context.Context, *sqlite.Store, *slog.Logger)) (err error) {
	if err := s.service.Check(); err != nil {
		return err
	}
	log := service.NewLog(env.Stderr, s.service.LogLevel)
	db, err := s.open(log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ctx, cancel := context.WithCancel(env.Context)
	running := make(chan struct{}, 2)
	go func() { beside(ctx, db, log); running <- struct{}{} }()
	go func() { database.Scrubs(ctx, db.Scrub, database.Sleep); running <- struct{}{} }()
	defer func() { cancel(); <-running; <-running }()
	server := &service.Server{Name: program, Options: s.service, Stdout: env.Stdout, Log: log,
		Handler: New(Config{Log: db, Now: time.Now, Proxies: s.service.Proxies, NewChains: s.newChains})}
	return server.Run(ctx)
}

func (s *settings) open(log *slog.Logger) (*sqlite.Store, error) {
	return sqlite.Open(s.db, sqlite.Options{Options: database.Options{Batch: s.batch, MaxBytes: s.maxSize, Logger: log}})
}
