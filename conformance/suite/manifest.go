package suite

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/conformance/httpscript"
	"kez.lat/kez/spec"
)

// Manifest is all that a third party writes: how to start an implementation,
// and what is known about it. Paths count from the manifest's folder.
type Manifest struct {
	Name  string `json:"name"`
	About string `json:"about,omitempty"`
	// Build are commands that make the programs; the suite does not run them.
	Build [][]string `json:"build,omitempty"`
	// Adapter is the command that speaks the protocol.
	Adapter []string `json:"adapter,omitempty"`
	// Mode is "stream" (one process for all requests, the default) or "oneshot".
	Mode string `json:"mode,omitempty"`
	// Bridge "cli" drives the program of CLI instead of an adapter.
	Bridge string   `json:"bridge,omitempty"`
	CLI    []string `json:"cli,omitempty"`
	// Servers are the servers of the implementation by their kind; there is
	// "store".
	Servers map[string]httpscript.Server `json:"servers,omitempty"`

	Dir              string            `json:"dir,omitempty"`
	Env              map[string]string `json:"env,omitempty"`
	TimeoutSeconds   float64           `json:"timeout_seconds,omitempty"`
	Codes            map[string]string `json:"codes,omitempty"`
	ExpectedFailures string            `json:"expected_failures,omitempty"`
	Disabled         map[string]string `json:"disabled,omitempty"`

	folder string
}

// ReadManifest reads and checks a manifest.
func ReadManifest(path string) (*Manifest, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no manifest %s", path)
	}
	if err != nil {
		return nil, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	if err := adapter.Strict(data); err != nil {
		return nil, fmt.Errorf("the manifest %s: %w", path, err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	m := &Manifest{folder: folder}
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("the manifest %s: %w", path, err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("the manifest %s: %w", path, err)
	}
	return m, nil
}

func (m *Manifest) check() error {
	switch {
	case m.Name == "":
		return errors.New("it has no name")
	case m.Bridge != "" && m.Bridge != "cli":
		return fmt.Errorf("bridge %q is not known; there is only \"cli\"", m.Bridge)
	case m.Bridge == "cli" && len(m.CLI) == 0:
		return errors.New("bridge \"cli\" needs the command in cli")
	case m.Bridge == "" && len(m.Adapter) == 0 && len(m.Servers) == 0:
		return errors.New("it has neither an adapter nor a bridge")
	case m.Bridge != "" && len(m.Adapter) > 0:
		return errors.New("it has an adapter and a bridge, and one of them is wanted")
	case m.Mode != "" && m.Mode != "stream" && m.Mode != "oneshot":
		return fmt.Errorf("mode %q is not known; there are \"stream\" and \"oneshot\"", m.Mode)
	case m.TimeoutSeconds < 0:
		return errors.New("timeout_seconds is negative")
	}
	for _, kind := range slices.Sorted(maps.Keys(m.Servers)) {
		switch s := m.Servers[kind]; {
		case kind != "store" && kind != "relay":
			return fmt.Errorf("servers has %q, and there are only \"store\" and \"relay\"", kind)
		case s.URL == "" && len(s.Command) == 0:
			return fmt.Errorf("the server %q has neither a url nor a command", kind)
		}
	}
	known := map[string]bool{}
	for _, c := range spec.Codes() {
		known[c.Code] = true
	}
	for _, theirs := range slices.Sorted(maps.Keys(m.Codes)) {
		if !known[m.Codes[theirs]] {
			return fmt.Errorf("codes maps %q to %q, which is not in the registry", theirs, m.Codes[theirs])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.Disabled)) {
		if m.Disabled[id] == "" {
			return fmt.Errorf("the disabled case %s has no reason", id)
		}
	}
	return nil
}

// Command gives how to start the adapter, or the program of a bridge.
func (m *Manifest) Command() adapter.Command {
	args := m.Adapter
	if m.Bridge != "" {
		args = m.CLI
	}
	return adapter.Command{Args: args, Dir: m.path(m.Dir), Env: m.environment()}
}

func (m *Manifest) environment() (env []string) {
	for _, name := range slices.Sorted(maps.Keys(m.Env)) {
		env = append(env, name+"="+m.Env[name])
	}
	return env
}

// Server gives a server by its kind, and false where the manifest has none.
func (m *Manifest) Server(kind string) (httpscript.Server, bool) {
	s, ok := m.Servers[kind]
	s.Dir, s.Env = m.path(m.Dir), m.environment()
	return s, ok
}

// Target gives the target of a manifest, without its Open where it is a bridge,
// and without its expected failures where those are not wanted.
func (m *Manifest) Target(ignoreExpected bool) (*Target, error) {
	t := &Target{Name: m.Name, Codes: m.Codes, Disabled: m.Disabled,
		Timeout: time.Duration(m.TimeoutSeconds * float64(time.Second))}
	if m.ExpectedFailures != "" && !ignoreExpected {
		var err error
		if t.Expected, err = ReadReasons(m.path(m.ExpectedFailures)); err != nil {
			return nil, err
		}
	}
	switch {
	case m.Bridge != "":
	case m.Mode == "oneshot":
		t.Open = OneShot(m.Command())
	default:
		t.Open = Process(m.Command())
	}
	return t, nil
}

// ExpectedPath is where the expected failures stand, "" for nowhere.
func (m *Manifest) ExpectedPath() string {
	if m.ExpectedFailures == "" {
		return ""
	}
	return m.path(m.ExpectedFailures)
}

// path resolves a path of the manifest.
func (m *Manifest) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(m.folder, filepath.FromSlash(p))
}
