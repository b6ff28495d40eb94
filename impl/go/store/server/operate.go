package server

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/store/sqlite"
)

const aboutBackup = `kez-sig-server backup [--db PATH] TO

Copies the database of a store, which may be running, to a new file. The copy
holds everything that was answered with 201 before; to restore it, stop the
store, put the copy in the place of its database, remove PATH-wal and PATH-shm,
and start the store.`

func backup(args []string, env service.Env) error {
	db := defaultDB
	f := service.NewFlags(program+" backup", aboutBackup, env)
	f.String(&db, "db", "KEZ_SIG_DB", "`file` of the database")
	rest, err := f.Parse(args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return kez.Errorf(kez.CLIUsage, "one file to copy to is wanted").WithHint("write for example kez-sig-server backup kez-sig-copy.db")
	}
	if err := sqlite.Backup(env.Context, db, rest[0]); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.Stdout, "copied %s to %s\n", db, rest[0])
	return err
}

const aboutHealth = `kez-sig-server health [URL]

Asks a store whether it is well, by default the one that --bind names on this
machine. It is for containers that hold no other program.`

// healthTime bounds the question.
const healthTime = 5 * time.Second

func health(args []string, env service.Env) error {
	bind := "0.0.0.0:7878"
	f := service.NewFlags(program+" health", aboutHealth, env)
	f.String(&bind, "bind", "KEZ_SIG_BIND", "`address` that the store listens on")
	rest, err := f.Parse(args)
	if err != nil {
		return err
	}
	if len(rest) > 1 {
		return none(rest[1:], nil)
	}
	url := localURL(bind)
	if len(rest) == 1 {
		url = rest[0]
	}
	ctx, cancel := context.WithTimeout(env.Context, healthTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return kez.Errorf(kez.CLIUsage, "the address is no URL").WithHint("write for example http://127.0.0.1:7878")
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return kez.Errorf(kez.HTTPUnavailable, "the store does not answer: %w", err).WithHint("see whether it runs, and its log")
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return kez.Errorf(kez.HTTPUnavailable, "the store answers %d", answer.StatusCode).WithHint("its log says what is wrong")
	}
	_, err = fmt.Fprintln(env.Stdout, "ok")
	return err
}

// localURL is how an address to listen on is reached from this machine.
func localURL(bind string) string {
	host, port, err := net.SplitHostPort(bind)
	if err != nil {
		return "http://" + bind
	}
	if addr, err := netip.ParseAddr(host); host == "" || err == nil && addr.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
