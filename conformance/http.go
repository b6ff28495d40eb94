package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"kez.lat/kez/conformance/httpscript"
	"kez.lat/kez/conformance/suite"
)

// httpCommand asks servers what the scripts say.
func (env Env) httpCommand(ctx context.Context, args []string) (bool, error) {
	f := env.flags("http").targets()
	store, relay, seed := "", "", ""
	f.set.StringVar(&store, "store", "", "`URL` of a store that runs; it keeps what is posted")
	f.set.StringVar(&relay, "relay", "", "`URL` of a chat relay that runs; it keeps what is posted")
	f.set.StringVar(&seed, "seed", "", "`text` that the keys are made of (default a new one)")
	f.set.DurationVar(&f.timeout, "timeout", 0, "deadline of one step (default 30s)")
	f.set.BoolVar(&f.verbose, "v", false, "show the steps that pass, and the log of a server that is started")
	if err := f.parse(args); err != nil {
		return false, err
	}
	servers, err := env.servers(f, store, relay)
	if err != nil {
		return false, err
	}
	scripts := map[string][]*httpscript.Script{}
	for _, s := range servers {
		if scripts[s.kind], err = selectScripts(s.kind, f.cases); err != nil {
			return false, err
		}
	}
	failed := false
	for _, s := range servers {
		bad, err := env.askServer(ctx, f, s, scripts[s.kind], seed)
		if err != nil {
			return false, fmt.Errorf("%s: %w", s.name, err)
		}
		failed = failed || bad
	}
	return failed, nil
}

// namedServer is a server with what a report calls it.
type namedServer struct {
	name string
	kind string // store or relay
	httpscript.Server
}

// kinds are the servers that there are scripts for.
var kinds = map[string]func() ([]*httpscript.Script, error){"store": httpscript.Store, "relay": httpscript.Relay}

// servers gives the servers that the flags name.
func (env Env) servers(f *flags, store, relay string) (all []namedServer, err error) {
	if store != "" {
		all = append(all, namedServer{store, "store", httpscript.Server{URL: store}})
	}
	if relay != "" {
		all = append(all, namedServer{relay, "relay", httpscript.Server{URL: relay}})
	}
	paths := slices.Clone(f.manifests)
	for _, name := range f.impls {
		folder, err := implsFolder()
		if err != nil {
			return nil, err
		}
		paths = append(paths, filepath.Join(folder, name+".json"))
	}
	for _, path := range paths {
		m, err := suite.ReadManifest(path)
		if err != nil {
			return nil, err
		}
		if len(m.Servers) == 0 {
			return nil, fmt.Errorf("the manifest %s names no store and no relay in servers", path)
		}
		for _, kind := range slices.Sorted(maps.Keys(m.Servers)) {
			s, _ := m.Server(kind)
			all = append(all, namedServer{m.Name + " " + kind, kind, s})
		}
	}
	if len(all) == 0 {
		return nil, &usageError{"no server is given: --store URL, --relay URL, or a manifest with servers"}
	}
	return all, nil
}

// selectScripts gives the scripts of these names, or all, for a kind of server.
func selectScripts(kind string, names []string) ([]*httpscript.Script, error) {
	all, err := kinds[kind]()
	if err != nil || len(names) == 0 {
		return all, err
	}
	var selected []*httpscript.Script
	for _, name := range names {
		i := slices.IndexFunc(all, func(s *httpscript.Script) bool {
			return s.Name == name || strings.TrimPrefix(s.Name, kind+"/") == name
		})
		if i < 0 {
			return nil, &usageError{fmt.Sprintf("there is no script %q", name)}
		}
		selected = append(selected, all[i])
	}
	return selected, nil
}

// askServer runs the scripts against one server and prints what it did.
func (env Env) askServer(ctx context.Context, f *flags, s namedServer, scripts []*httpscript.Script, seed string) (failed bool, err error) {
	log := io.Discard
	if f.verbose {
		log = env.Stderr
	}
	base, stop, err := s.Start(ctx, log)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	r, err := httpscript.Run(ctx, scripts, httpscript.Options{Base: base, Seed: seed, Timeout: f.timeout,
		Progress: func(r httpscript.Result) {
			if f.verbose || r.Outcome == httpscript.Fail {
				fmt.Fprintln(env.Stdout, r)
			}
		}})
	if err != nil {
		return false, err
	}
	fmt.Fprintf(env.Stdout, "%s: %d steps: pass %d  fail %d  not run %d; seed %s\n", s.name, len(r.Results),
		r.Count(httpscript.Pass), r.Count(httpscript.Fail), r.Count(httpscript.NotRun), r.Seed)
	return r.Count(httpscript.Pass) < len(r.Results), nil
}
