package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"kez.lat/kez/conformance/httpscript"
	"kez.lat/kez/conformance/suite"
)

// httpCommand asks servers what the scripts say.
func (env Env) httpCommand(ctx context.Context, args []string) (bool, error) {
	f := env.flags("http").targets()
	store, seed := "", ""
	f.set.StringVar(&store, "store", "", "`URL` of a store that runs; it keeps what is posted")
	f.set.StringVar(&seed, "seed", "", "`text` that the keys are made of (default a new one)")
	f.set.DurationVar(&f.timeout, "timeout", 0, "deadline of one step (default 30s)")
	f.set.BoolVar(&f.verbose, "v", false, "show the steps that pass, and the log of a server that is started")
	if err := f.parse(args); err != nil {
		return false, err
	}
	scripts, err := selectScripts(f.cases)
	if err != nil {
		return false, err
	}
	servers, err := env.stores(f, store)
	if err != nil {
		return false, err
	}
	failed := false
	for _, s := range servers {
		bad, err := env.askServer(ctx, f, s, scripts, seed)
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
	httpscript.Server
}

// stores gives the stores that the flags name.
func (env Env) stores(f *flags, url string) (all []namedServer, err error) {
	if url != "" {
		all = append(all, namedServer{url, httpscript.Server{URL: url}})
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
		s, ok := m.Server("store")
		if !ok {
			return nil, fmt.Errorf("the manifest %s names no store in servers", path)
		}
		all = append(all, namedServer{m.Name, s})
	}
	if len(all) == 0 {
		return nil, &usageError{"no server is given: --store URL, or a manifest with servers"}
	}
	return all, nil
}

// selectScripts gives the scripts of these names, or all.
func selectScripts(names []string) ([]*httpscript.Script, error) {
	all, err := httpscript.Store()
	if err != nil || len(names) == 0 {
		return all, err
	}
	var selected []*httpscript.Script
	for _, name := range names {
		i := slices.IndexFunc(all, func(s *httpscript.Script) bool {
			return s.Name == name || strings.TrimPrefix(s.Name, "store/") == name
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
