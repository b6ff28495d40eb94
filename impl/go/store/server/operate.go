package server

import (
	"fmt"

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

func health(args []string, env service.Env) error {
	bind := "0.0.0.0:7878"
	f := service.NewFlags(program+" health", aboutHealth, env)
	f.String(&bind, "bind", "KEZ_SIG_BIND", "`address` that the store listens on")
	rest, err := f.Parse(args)
	if err != nil {
		return err
	}
	if err := service.AskHealth(env.Context, rest, bind, "/healthz"); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Stdout, "ok")
	return err
}
