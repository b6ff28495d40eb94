package fakes

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"kez.lat/kez/fakes/apfake"
	"kez.lat/kez/fakes/blueskyfake"
	"kez.lat/kez/fakes/dnsfake"
	"kez.lat/kez/fakes/githubfake"
	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/fakes/storefake"
	"kez.lat/kez/fakes/webfake"
)

// World is a running world.
type World struct {
	DNS     *dnsfake.Server
	GitHub  *githubfake.Server
	Bluesky *blueskyfake.Server
	AP      *apfake.Server
	Web     *webfake.Server

	source source
	fakes  []named // in the order of history, without the relays and stores

	mu     sync.Mutex
	relays map[string]*nostrfake.Relay
	stores map[string]*storefake.Server
}

// fake is what all of them have in common.
type fake interface {
	Load(fs.FS) error
	Close() error
	Unknown() []string
	ClearHistory()
}

// service is a fake with an address of its own and a history of its own kind.
type service[T fmt.Stringer] interface {
	fake
	Env() map[string]string
	History() []T
}

// named is a fake and where its data and history go by.
type named struct {
	fake
	name    string
	env     func() map[string]string
	history func() []string
}

// lines turns a history of any kind into lines.
func lines[T fmt.Stringer](history func() []T) func() []string {
	return func() []string {
		var out []string
		for _, entry := range history() {
			out = append(out, entry.String())
		}
		return out
	}
}

// add starts a fake and makes it part of the world.
func add[S service[T], T fmt.Stringer](w *World, name string, start func() (S, error)) (S, error) {
	s, err := start()
	if err == nil {
		w.fakes = append(w.fakes, named{s, name, s.Env, lines(s.History)})
	}
	return s, err
}

// start starts the fakes, all of them or none.
func start(from source) (*World, error) {
	w := &World{source: from, relays: map[string]*nostrfake.Relay{}, stores: map[string]*storefake.Server{}}
	var errs [5]error
	w.DNS, errs[0] = add(w, "dns", dnsfake.Start)
	w.GitHub, errs[1] = add(w, "github", githubfake.Start)
	w.Bluesky, errs[2] = add(w, "bluesky", blueskyfake.Start)
	w.AP, errs[3] = add(w, "ap", apfake.Start)
	w.Web, errs[4] = add(w, "web", webfake.Start)
	err := errors.Join(errs[:]...)
	if err == nil {
		err = w.Reload()
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// Env gives the variables that make a kez ask this world, as NAME=value, sorted
// by name.
func (w *World) Env() []string {
	env := map[string]string{}
	for _, f := range w.fakes {
		maps.Copy(env, f.env())
	}
	var urls []string
	for _, name := range w.RelayNames() {
		urls = append(urls, w.Relay(name).URL())
	}
	env["KEZ_NOSTR_RELAYS"] = strings.Join(urls, ",")
	env["KEZ_SIG_SERVER"] = "none"
	if names := w.StoreNames(); len(names) > 0 {
		urls = nil
		for _, name := range names {
			urls = append(urls, w.Store(name).URL())
		}
		env["KEZ_SIG_SERVER"] = strings.Join(urls, ",")
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out
}

// RelayNames lists the relays by their folders, sorted.
func (w *World) RelayNames() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(maps.Keys(w.relays))
}

// Relay gives the relay of a folder, nil where there is none.
func (w *World) Relay(name string) *nostrfake.Relay {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.relays[name]
}

// StoreNames lists the stores by their folders, sorted.
func (w *World) StoreNames() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(maps.Keys(w.stores))
}

// Store gives the store of a folder, nil where there is none.
func (w *World) Store(name string) *storefake.Server {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stores[name]
}

// all gives every fake, the relays and the stores after the others.
func (w *World) all() []named {
	all := slices.Clone(w.fakes)
	for _, name := range w.RelayNames() {
		relay := w.Relay(name)
		all = append(all, named{fake: relay, name: "nostr/" + name, history: lines(relay.History)})
	}
	for _, name := range w.StoreNames() {
		store := w.Store(name)
		all = append(all, named{fake: store, name: "store/" + name, history: lines(store.History)})
	}
	return all
}

// History lists what was asked: fake by fake, within each in the order it came.
func (w *World) History() []string {
	var out []string
	for _, f := range w.all() {
		for _, line := range f.history() {
			out = append(out, f.name+" "+line)
		}
	}
	return out
}

// Unknown lists what was asked and neither data nor faults answer. A test that
// ends with such a line has not tested what it says.
func (w *World) Unknown() []string {
	var out []string
	for _, f := range w.all() {
		for _, line := range f.Unknown() {
			out = append(out, f.name+" "+line)
		}
	}
	return out
}

// ClearHistory forgets what was asked.
func (w *World) ClearHistory() {
	for _, f := range w.all() {
		f.ClearHistory()
	}
}

// Close stops all fakes.
func (w *World) Close() error {
	var failed error
	for _, f := range w.all() {
		failed = errors.Join(failed, f.Close())
	}
	return failed
}
