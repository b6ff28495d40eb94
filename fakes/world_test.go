package fakes

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

const secret = "0000000000000000000000000000000000000000000000000000000000000003"

const small = `
-- _dns/a.test.zone --
_kez.a.test. 3600 IN TXT "one"
-- _nostr/one/note.json --
{"secret": "` + secret + `", "kind": 1, "content": "hello"}
-- _nostr/two/faults.json --
{"closed": "rate-limited: no"}
-- _web/a.test/.well-known/kez.json --
{}
-- script.txt --
whatever else is there
`

func open(t *testing.T, archive string) *World {
	t.Helper()
	w, err := OpenText(archive)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func env(w *World) map[string]string {
	out := map[string]string{}
	for _, line := range w.Env() {
		name, value, _ := strings.Cut(line, "=")
		out[name] = value
	}
	return out
}

// txt asks the world's resolver.
func txt(t *testing.T, w *World, name string) (rcode int, texts []string) {
	t.Helper()
	answer, err := dns.Exchange(new(dns.Msg).SetQuestion(name, dns.TypeTXT), env(w)["KEZ_DNS_SERVER"])
	if err != nil {
		t.Fatal(err)
	}
	for _, rr := range answer.Answer {
		texts = append(texts, strings.Join(rr.(*dns.TXT).Txt, ""))
	}
	return answer.Rcode, texts
}

func get(t *testing.T, url string) int {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

func TestWorld(t *testing.T) {
	w := open(t, small)
	vars := env(w)
	var names []string
	for _, line := range w.Env() {
		name, _, _ := strings.Cut(line, "=")
		names = append(names, name)
	}
	want := []string{
		"KEZ_AP_BASE_URL", "KEZ_BLUESKY_APPVIEW_URL", "KEZ_DNS_SERVER", "KEZ_GITHUB_API_URL",
		"KEZ_GITHUB_RAW_URL", "KEZ_NOSTR_RELAYS", "KEZ_SIG_SERVER", "KEZ_WEB_BASE_URL",
	}
	if !slices.Equal(names, want) {
		t.Errorf("variables %v, want %v", names, want)
	}
	if vars["KEZ_NOSTR_RELAYS"] != w.Relay("one").URL()+","+w.Relay("two").URL() {
		t.Errorf("relays %s", vars["KEZ_NOSTR_RELAYS"])
	}
	if _, texts := txt(t, w, "_kez.a.test."); !slices.Equal(texts, []string{"one"}) {
		t.Errorf("texts %v", texts)
	}
	if status := get(t, vars["KEZ_WEB_BASE_URL"]+"/a.test/.well-known/kez.json"); status != 200 {
		t.Errorf("web: %d", status)
	}
	if unknown := w.Unknown(); len(unknown) != 0 {
		t.Errorf("unknown: %v", unknown)
	}
	txt(t, w, "_kez.b.test.")
	get(t, vars["KEZ_WEB_BASE_URL"]+"/b.test/")
	if got := strings.Join(w.Unknown(), "\n"); !strings.HasPrefix(got, "dns udp TXT _kez.b.test.\nweb GET b.test/") {
		t.Errorf("unknown:\n%s", got)
	}
	if history := w.History(); len(history) != 4 || history[2] != "web GET a.test/.well-known/kez.json" {
		t.Errorf("history:\n%s", strings.Join(history, "\n"))
	}
	w.ClearHistory()
	if len(w.History())+len(w.Unknown()) != 0 {
		t.Error("the history outlives ClearHistory")
	}
}

func TestFolderAndReload(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("_dns/a.test.zone", "")
	w, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	if rcode, _ := txt(t, w, "_kez.a.test."); rcode != dns.RcodeNameError {
		t.Errorf("rcode %d", rcode)
	}
	if names := w.RelayNames(); !slices.Equal(names, []string{"empty"}) {
		t.Errorf("relays %v", names)
	}
	before := env(w)
	write("_dns/a.test.zone", `_kez TXT "now"`)
	write("_nostr/one/note.json", `{"secret": "`+secret+`", "kind": 1, "content": "hello"}`)
	if err := w.Reload(); err != nil {
		t.Fatal(err)
	}
	if _, texts := txt(t, w, "_kez.a.test."); !slices.Equal(texts, []string{"now"}) {
		t.Errorf("texts %v", texts)
	}
	after := env(w)
	if names := w.RelayNames(); !slices.Equal(names, []string{"one"}) || after["KEZ_DNS_SERVER"] != before["KEZ_DNS_SERVER"] {
		t.Errorf("relays %v, environment %v", names, after)
	}
	one := w.Relay("one").URL()
	if err := os.RemoveAll(filepath.Join(dir, "_dns")); err != nil {
		t.Fatal(err)
	}
	if err := w.Reload(); err != nil {
		t.Fatal(err)
	}
	if rcode, _ := txt(t, w, "_kez.a.test."); rcode != dns.RcodeRefused || w.Relay("one").URL() != one {
		t.Errorf("after the folder was removed: rcode %d", rcode)
	}
	if got := len(w.History()); got != 3 {
		t.Errorf("%d lines of history, want all 3", got)
	}
}

func TestWorldsThatAreRefused(t *testing.T) {
	for want, archive := range map[string]string{
		"_gihub is no part of a world":     "-- _gihub/alice/x --\n",
		"_dns is no part of a world":       "-- _dns --\n",
		"_dns: dnsfake: x is no file":      "-- _dns/x --\n",
		"_nostr/x.json is no folder":       "-- _nostr/x.json --\n{}\n",
		"_nostr/one: nostrfake: a.json":    "-- _nostr/one/a.json --\n{}\n",
		"_nostr/one: nostrfake: b is no":   "-- _nostr/one/b/a.json --\n{}\n",
		"_web: webfake: x.json is no file": "-- _web/x.json --\n{}\n",
	} {
		w, err := OpenText(archive)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", archive, err, want)
		}
		if err == nil {
			_ = w.Close()
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a world that is not there was opened")
	}
}

// TestNothingOfTheImplementation keeps the fakes apart from what they test.
func TestNothingOfTheImplementation(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || filepath.Base(path) == "world_test.go" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, forbidden := range []string{"kez.lat/kez/impl", "kez.lat/kez/vectors"} {
			if strings.Contains(string(text), `"`+forbidden) {
				t.Errorf("%s imports %s", path, forbidden)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
