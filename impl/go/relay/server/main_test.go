package server

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/spec"
)

func env(variables map[string]string) (service.Env, *bytes.Buffer) {
	var out bytes.Buffer
	return service.Env{Context: context.Background(), Stdout: &out, Stderr: &out, Getenv: func(name string) string { return variables[name] }}, &out
}

// TestFlags [KEZ-RELAY-001] [KEZ-RELAY-010]
func TestFlags(t *testing.T) {
	var s settings
	e, _ := env(nil)
	if err := s.flags(e).None(nil); err != nil || s.check() != nil {
		t.Fatal(err, s.check())
	}
	if s.service.Bind != "0.0.0.0:6969" || s.db != "kez-chat.db" || s.name != "kez.lat" || s.sigServer != "http://localhost:7878" || s.webDir != "" ||
		!slices.Equal(s.reserved, relay.Reserved) || s.retention != 90*day {
		t.Errorf("%+v", s)
	}
	e, _ = env(map[string]string{"KEZ_CHAT_BIND": "127.0.0.1:1", "KEZ_CHAT_DB": "a.db", "KEZ_CHAT_SERVER": "a.example", "KEZ_CHAT_SIG_SERVER_URL": "https://sig.example",
		"KEZ_CHAT_WEB_DIR": "web", "KEZ_CHAT_RESERVED": "boss, chief", "KEZ_CHAT_RETENTION": "12h"})
	if err := s.flags(e).None([]string{"--db", "b.db", "--retention", "2d"}); err != nil || s.check() != nil {
		t.Fatal(err, s.check())
	}
	if s.service.Bind != "127.0.0.1:1" || s.db != "b.db" || s.name != "a.example" || s.sigServer != "https://sig.example" || s.webDir != "web" ||
		!slices.Equal(s.reserved, []string{"boss", "chief"}) || s.retention != 48*time.Hour {
		t.Errorf("%+v", s)
	}
	for _, args := range [][]string{{"--retention", "soon"}, {"--retention", "1s"}, {"--reserved", "No"}, {"--quota-messages", "-1"}, {"--max-streams", "0"}, {"more"}, {"--server", "https://kez.lat"},
		{"--server", ""}, {"--server", "KEZ.lat"}, {"--server", "kez.lat:x"}, {"--sig-server-url", "sig.kez.lat"}, {"--sig-server-url", "https://sig.kez.lat/?a"}} {
		e, _ := env(nil)
		err := s.flags(e).None(args)
		if err == nil {
			err = s.check()
		}
		if !errors.Is(err, kez.CLIUsage) {
			t.Errorf("%v: %v", args, err)
		}
	}
	w := start(t, func(c *Config, _ *service.Options) { c.Reserved = []string{"boss"} })
	w.want("reserved here", kez.HandleReserved, "POST", "/v1/register", w.registration("boss", newKey(t, 1)))
	w.want("not reserved here", "", "POST", "/v1/register", w.registration("admin", newKey(t, 1)))
}

// Flags and variables of the page are those of the program.
func TestFlagsAreThoseOfThePage(t *testing.T) {
	e, out := env(nil)
	if code := Main([]string{"-h"}, e); code != 0 {
		t.Fatal(code, out)
	}
	page, err := spec.Page("relay.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(name, "--") && !slices.Contains([]string{"--metrics-bind", "--trusted-proxies", "--max-connections", "--log", "--chaos"}, name) &&
			!strings.Contains(page, "`"+name+"`") {
			t.Errorf("the page does not have %s", name)
		}
	}
}
