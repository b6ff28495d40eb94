package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/impl/go/relay/load"
	"kez.lat/kez/impl/go/relay/sqlite"
)

const program = "kez-chat-server"

const about = `kez-chat-server gives handles to keys and keeps sealed messages.

  kez-chat-server [flags]                   serve
  kez-chat-server backup [--db PATH] TO     copy the database, also of a running relay
  kez-chat-server health [URL]              ask a relay whether it is well
  kez-chat-server load [flags]              measure a relay

It starts without any flag. SIGTERM and SIGINT end it once it has answered what
it was asked; streams are ended then.`

// Env is what the program knows of the process around it.
type Env = service.Env

// System is the environment of the real process.
func System() Env { return service.System() }

// Main runs the program and gives its exit code.
func Main(args []string, env Env) int {
	p := &service.Program{Name: program}
	p.Commands = map[string]service.Command{"": p.Command(serve), "backup": p.Command(backup), "health": p.Command(health), "load": p.Command(load.Run)}
	return p.Main(args, env)
}

// settings are what the flags say.
type settings struct {
	service                     service.Options
	db, name, sigServer, webDir string
	reserved                    []string
	maxSize                     int64
	batch                       int
	newHandles, sends, receives int
	quotaMessages, maxStreams   int
	quotaBytes                  int64
	retention                   time.Duration
	newEpoch                    bool
}

// Defaults of the program (spec/relay.md).
const (
	defaultDB   = "kez-chat.db"
	defaultBind = "0.0.0.0:6969"
)

func (s *settings) flags(env service.Env) *service.Flags {
	*s = settings{service: service.DefaultOptions(defaultBind), db: defaultDB, name: "kez.lat", sigServer: "http://localhost:7878",
		reserved: relay.Reserved, maxSize: 10 << 30, batch: 256, newHandles: 60, sends: 600, receives: 600,
		quotaMessages: 10_000, quotaBytes: 256 << 20, retention: 90 * day, maxStreams: 2000}
	f := service.NewFlags(program, about, env)
	s.service.Flags(f, "KEZ_CHAT")
	f.String(&s.db, "db", "KEZ_CHAT_DB", "`file` of the database")
	f.String(&s.name, "server", "KEZ_CHAT_SERVER", "`name` of this relay, which registrations are signed for")
	f.String(&s.sigServer, "sig-server-url", "KEZ_CHAT_SIG_SERVER_URL", "`URL` of the sigchain store that lookups point to")
	f.String(&s.webDir, "web-dir", "KEZ_CHAT_WEB_DIR", "`folder` of pages to serve; empty serves one page of the program's own")
	f.Func("reserved", "KEZ_CHAT_RESERVED", "`handles` that nobody gets, with commas between them, instead of those of the specification", "", func(text string) error {
		s.reserved = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
		for _, handle := range s.reserved {
			if err := relay.CheckHandle(handle); err != nil {
				return err
			}
		}
		return nil
	})
	f.Func("retention", "KEZ_CHAT_RETENTION", "`time` that messages are kept, such as 90d or 12h; 0 keeps them for ever", "90d", func(text string) (err error) {
		s.retention, err = parseTime(text)
		return err
	})
	f.Int(&s.quotaMessages, "quota-messages", "KEZ_CHAT_QUOTA_MESSAGES", "most `messages` of a mailbox; 0 is no limit", 0)
	f.Size(&s.quotaBytes, "quota-bytes", "KEZ_CHAT_QUOTA_BYTES", "most `bytes` of a mailbox; 0 is no limit")
	f.Size(&s.maxSize, "max-size", "KEZ_CHAT_MAX_SIZE", "most `bytes` of the database, such as 500MB or 10GiB; 0 is no limit")
	f.Int(&s.newHandles, "new-handles", "KEZ_CHAT_NEW_HANDLES", "new `handles` that one client address may register in an hour; 0 is no limit", 0)
	f.Int(&s.sends, "sends", "KEZ_CHAT_SENDS", "`messages` that one client address may send in a minute; 0 is no limit", 0)
	f.Int(&s.receives, "receives", "KEZ_CHAT_RECEIVES", "`messages` that one mailbox takes in a minute; 0 is no limit", 0)
	f.Int(&s.maxStreams, "max-streams", "KEZ_CHAT_MAX_STREAMS", "most open `streams`", 1)
	f.Int(&s.batch, "commit-batch", "KEZ_CHAT_COMMIT_BATCH", "most `requests` that share one sync of the disk; 1 gives each its own", 1)
	f.Bool(&s.newEpoch, "new-epoch", "", "tell clients to read again, after an image of the whole disk was restored")
	return f
}

// day is the unit that the durations of Go lack.
const day = 24 * time.Hour

// parseTime reads a time such as 90d or 12h; 0 is none.
func parseTime(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 36500 {
			return 0, errors.New("it is no number of days")
		}
		return time.Duration(n) * day, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Minute {
		return 0, errors.New("it is no time of at least a minute")
	}
	return d, nil
}

// check refuses what answers would be built of wrongly.
func (s *settings) check() error {
	name := s.name
	if host, port, ok := strings.Cut(name, ":"); ok {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			host = ""
		}
		name = host
	}
	legal := name != "" && len(name) <= 253 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
	if !legal {
		return kez.Errorf(kez.CLIUsage, "--server %s is no name of a relay", kez.Quote(s.name)).
			WithHint("write the host in lower case, such as kez.lat; in the environment of the relay KEZ_CHAT_SERVER is its name, not a URL")
	}
	u, err := url.Parse(s.sigServer)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return kez.Errorf(kez.CLIUsage, "--sig-server-url %s is no URL", kez.Quote(s.sigServer)).WithHint("write for example https://sig.kez.lat")
	}
	return nil
}

func serve(args []string, env service.Env) (err error) {
	var s settings
	if err := s.flags(env).None(args); err != nil {
		return err
	}
	if err := s.service.Check(); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	site := EmbeddedSite()
	if s.webDir != "" {
		if site, err = DirSite(s.webDir); err != nil {
			return err
		}
	}
	log := service.NewLog(env.Stderr, s.service.LogLevel)
	db, err := sqlite.Open(s.db, sqlite.Options{Options: database.Options{MaxBytes: s.maxSize, Batch: s.batch, Logger: log}, NewEpoch: s.newEpoch})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ctx, cancel := context.WithCancel(env.Context)
	running := make(chan struct{}, 2)
	go func() { expire(ctx, db, s.retention, log, time.Now, database.Sleep); running <- struct{}{} }()
	go func() { database.Scrubs(ctx, db.Scrub, database.Sleep); running <- struct{}{} }()
	defer func() { cancel(); <-running; <-running }()
	handler := New(Config{
		Directory: db, Mailbox: db, Now: time.Now, After: time.After, Stopping: ctx.Done(), Log: log, Proxies: s.service.Proxies,
		Name: s.name, SigServer: s.sigServer, Reserved: slices.Clone(s.reserved), Site: site,
		NewHandles: s.newHandles, Sends: s.sends, Receives: s.receives, MaxStreams: s.maxStreams,
		Quota: relay.Quota{Messages: int64(s.quotaMessages), Bytes: s.quotaBytes}})
	server := &service.Server{Name: program, Options: s.service, Stdout: env.Stdout, Log: log, Handler: handler, Gauges: handler.Gauges()}
	// Streams end where the server fails, too.
	defer func() { cancel(); handler.Wait(s.service.StopDeadline) }()
	return server.Run(ctx)
}

// expireInterval is how often messages past the retention are removed.
const expireInterval = time.Hour

// expire removes messages past the retention, at the start and then as often as
// it says, until wait gives an error.
func expire(ctx context.Context, mailbox relay.Mailbox, retention time.Duration, log *slog.Logger, now func() time.Time, wait func(context.Context, time.Duration) error) {
	for ok := retention > 0; ok; ok = wait(ctx, expireInterval) == nil {
		removed, err := mailbox.Expire(ctx, now().Add(-retention))
		if err != nil && ctx.Err() == nil {
			log.Error("old messages cannot be removed", "reason", err.Error())
		}
		if removed > 0 {
			log.Info("old messages were removed", "messages", removed)
		}
	}
}

const aboutBackup = `kez-chat-server backup [--db PATH] TO

Copies the database of a relay, which may be running, to a new file. The copy
holds everything that was answered with 201 before. To restore it, stop the
relay, put the copy in the place of its database, remove PATH-wal and PATH-shm,
and start the relay; clients are told to read again.`

func backup(args []string, env service.Env) error {
	db := defaultDB
	f := service.NewFlags(program+" backup", aboutBackup, env)
	f.String(&db, "db", "KEZ_CHAT_DB", "`file` of the database")
	rest, err := f.Parse(args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return kez.Errorf(kez.CLIUsage, "one file to copy to is wanted").WithHint("write for example kez-chat-server backup kez-chat-copy.db")
	}
	if err := sqlite.Backup(env.Context, db, rest[0]); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.Stdout, "copied %s to %s\n", db, rest[0])
	return err
}

const aboutHealth = `kez-chat-server health [URL]

Asks a relay whether it is well, by default the one that --bind names on this
machine. It is for containers that hold no other program.`

func health(args []string, env service.Env) error {
	bind := defaultBind
	f := service.NewFlags(program+" health", aboutHealth, env)
	f.String(&bind, "bind", "KEZ_CHAT_BIND", "`address` that the relay listens on")
	rest, err := f.Parse(args)
	if err != nil {
		return err
	}
	if err := service.AskHealth(env.Context, rest, bind, "/v1/healthz"); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Stdout, "ok")
	return err
}
