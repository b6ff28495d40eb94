package conformance

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/conformance/clibridge"
	"kez.lat/kez/conformance/suite"
)

// builtinName is the name of the implementation that needs no manifest.
const builtinName = "go"

//go:embed expect/go.txt
var builtinExpected string

// target is an implementation, and the flags that name it on a command line.
type target struct {
	*suite.Target
	flags    string
	manifest *suite.Manifest // nil for the built-in one
}

// targets gives the implementations named by flags, else by the environment,
// else the built-in one.
func (env Env) targets(impls, manifests []string) ([]target, error) {
	if len(impls)+len(manifests) == 0 {
		impls = split(env.Getenv("KEZ_IMPL"))
		manifests = filepath.SplitList(env.Getenv("KEZ_MANIFEST"))
		if names := env.Getenv("KEZ_IMPL"); names != "" && len(impls) == 0 {
			return nil, fmt.Errorf("KEZ_IMPL=%q names no implementation", names)
		}
	}
	if len(impls)+len(manifests) == 0 {
		impls = []string{builtinName}
	}
	var all []target
	for _, name := range impls {
		t, err := env.named(name)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	for _, path := range manifests {
		t, err := env.fromManifest(path)
		if err != nil {
			return nil, err
		}
		t.flags = "--manifest " + quote(path)
		all = append(all, t)
	}
	return all, unique(all)
}

func unique(all []target) error {
	seen := map[string]bool{}
	for _, t := range all {
		if seen[t.Name] {
			return fmt.Errorf("two implementations are named %q", t.Name)
		}
		seen[t.Name] = true
	}
	return nil
}

// named gives the built-in implementation or that of conformance/impls/NAME.json.
func (env Env) named(name string) (target, error) {
	if name == builtinName && env.Builtin != nil {
		expected, err := suite.ParseReasons(strings.NewReader(builtinExpected))
		if err != nil {
			return target{}, fmt.Errorf("expect/go.txt: %w", err)
		}
		open := suite.Process(adapter.Command{Args: env.Builtin, Env: []string{"GOMAXPROCS=2"}})
		return target{&suite.Target{Name: name, Open: open, Expected: expected}, "--impl " + name, nil}, nil
	}
	folder, err := implsFolder()
	if err != nil {
		return target{}, err
	}
	path := filepath.Join(folder, name+".json")
	if _, err := os.Stat(path); err != nil || strings.ContainsAny(name, `/\`) {
		return target{}, fmt.Errorf("there is no implementation %q; conformance/impls has %s", name, strings.Join(implNames(folder), ", "))
	}
	t, err := env.fromManifest(path)
	t.flags = "--impl " + quote(name)
	return t, err
}

// fromManifest gives the implementation of a manifest.
func (env Env) fromManifest(path string) (target, error) {
	m, err := suite.ReadManifest(path)
	if err != nil {
		return target{}, err
	}
	if m.Bridge == "" && len(m.Adapter) == 0 {
		return target{}, fmt.Errorf("the manifest %s has servers alone, which kez-conformance http asks", path)
	}
	t, err := m.Target(env.ignoreExpected)
	if err != nil {
		return target{}, fmt.Errorf("the manifest %s: %w", path, err)
	}
	if m.Bridge == "cli" {
		t.Open = clibridge.Open(m.Command())
	}
	return target{t, "", m}, nil
}

// implsFolder finds conformance/impls in the module around the current folder.
func implsFolder() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module kez.lat/kez\n") {
			return filepath.Join(dir, "conformance", "impls"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("conformance/impls is not found above the current folder; give --manifest PATH")
		}
		dir = parent
	}
}

// implNames lists the names of the manifests in a folder.
func implNames(folder string) []string {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		panic(err) // the pattern is fixed
	}
	var names []string
	for _, p := range paths {
		names = append(names, strings.TrimSuffix(filepath.Base(p), ".json"))
	}
	slices.Sort(names)
	return names
}
