package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/kez"
)

// load runs Load on a fresh home with a file and an environment.
func load(t *testing.T, file string, env map[string]string, flags ...Flag) (*Settings, *home.Home, error) {
	t.Helper()
	h, err := home.Open(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	if file != "" {
		if err := h.Write(FileName, []byte(file), kez.CLIFile); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Load(h, func(name string) string { return env[name] }, flags...)
	return s, h, err
}

func TestDefaults(t *testing.T) {
	s, h, err := load(t, "", map[string]string{"KEZ_SIG_SERVER": "", "KEZ_NOW": ""})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Stores.Value, []string{"https://sig.kez.lat"}) || s.ChatServer.Value != "https://kez.lat" || len(s.Relays.Value) != 3 {
		t.Errorf("%+v", s)
	}
	for _, item := range s.Items() {
		if item.Source != Default {
			t.Errorf("%+v", item)
		}
	}
	if _, err := os.Stat(h.Path()); err == nil {
		t.Error("loading made the folder")
	}
}

func TestPrecedence(t *testing.T) {
	file := "stores = [\"https://file.test/\"]\nchat_server = \"http://127.0.0.1:6969\"\ndefault_key = \"alice\"\nkeyring = true\nrelays = []\n"
	env := map[string]string{"KEZ_SIG_SERVER": "https://one.test, https://two.test/base/", "KEZ_NOSTR_RELAYS": "ws://localhost:7777"}
	s, h, err := load(t, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	source := "file " + h.Path("config.toml")
	if got := fmt.Sprint(s.Stores, s.ChatServer, s.DefaultKey, s.Keyring, s.Relays); got != fmt.Sprintf(
		"{[https://file.test] %[1]s} {http://127.0.0.1:6969 %[1]s} {alice %[1]s} {true %[1]s} {[] %[1]s}", source) {
		t.Error(got)
	}
	s, _, err = load(t, file, env)
	if err != nil || fmt.Sprint(s.Stores, s.Relays) != "{[https://one.test https://two.test/base] environment KEZ_SIG_SERVER} {[ws://localhost:7777] environment KEZ_NOSTR_RELAYS}" {
		t.Errorf("%v, %v", s, err)
	}
	s, _, err = load(t, file, env, Flag{"stores", "--server", []string{"none"}}, Flag{"relays", "--relay", []string{"wss://a.test", "wss://b.test"}},
		Flag{"default_key", "--key", []string{"bob"}}, Flag{"keyring", "--keyring", []string{"false"}}, Flag{"chat_server", "--server", []string{"https://c.test"}})
	if err != nil || fmt.Sprint(s.Stores, s.Relays, s.DefaultKey, s.Keyring, s.ChatServer) !=
		"{[] flag --server} {[wss://a.test wss://b.test] flag --relay} {bob flag --key} {false flag --keyring} {https://c.test flag --server}" {
		t.Errorf("%v, %v", s, err)
	}
}

func TestNoStore(t *testing.T) {
	for _, test := range []struct {
		file string
		env  map[string]string
	}{{"stores = []", nil}, {"stores = [\"none\"]", nil}, {"", map[string]string{"KEZ_SIG_SERVER": "none"}}} {
		s, _, err := load(t, test.file, test.env)
		if err != nil || len(s.Stores.Value) != 0 || s.Stores.Source == Default {
			t.Errorf("%v: %v, %v", test, s, err)
		}
	}
}

func TestFileErrorsNameTheLine(t *testing.T) {
	for file, want := range map[string]string{
		"keyring = true\n\nstore = []":                       "line 3: store is no setting",
		"Stores = []":                                        "line 1: Stores is no setting",
		"# x\n[servers]\nstores = []":                        "line 2: servers is no setting",
		"\nkeyring = \"yes\"":                                "line 2: keyring is not true or false",
		"stores = \"https://a.test\"":                        "line 1: stores is no list of texts in quotes",
		"stores = [1]":                                       "line 1: stores is no list of texts in quotes",
		"keyring = false\nchat_server = 7":                   "line 2: chat_server is no text in quotes",
		"chat_server = \"ftp://a.test\"":                     "line 1: chat_server is no address of the form https://host",
		"relays = [\"wss://a.test\", \"https://hunter2.t\"]": "line 1: relays entry 2 is no address of the form wss://host",
		"keyring = true\nkeyring = true":                     "line 2: ",
		"keyring = \nx":                                      "line 1: ",
		"\xff":                                               "line 1: ",
	} {
		_, h, err := load(t, file, nil)
		e, ok := errors.AsType[*kez.Error](err)
		if !ok || e.Code != kez.CLIUsage || !strings.HasPrefix(e.Message, h.Path("config.toml")+", "+want) || e.Hint == "" {
			t.Errorf("%q: %v, want %s", file, err, want)
		}
		if ok && strings.Contains(e.Message+e.Hint, "hunter2") {
			t.Errorf("%q: the value is shown", file)
		}
	}
}

func TestVariablesRefused(t *testing.T) {
	for name, values := range map[string][]string{
		"KEZ_SIG_SERVER":          {"sig.kez.lat", "https://", "https://a.test,", "https://a.test,none", "ftp://a.test", "https://u:hunter2@a.test", "https://a.test?x", "https://a.test#", "https://a.test:0", "https://a.test:70000", "https://a test", "https://a\n.test", "//a.test", "https:a.test"},
		"KEZ_NOSTR_RELAYS":        {"https://a.test", "none", ","},
		"KEZ_CHAT_SERVER":         {"a.test", "wss://a.test", "https://a.test,https://b.test:x"},
		"KEZ_DNS_SERVER":          {"127.0.0.1", "127.0.0.1:", ":53", "127.0.0.1:dns", "::1:53"},
		"KEZ_NOW":                 {"yesterday", "2026-06-01", "2026-06-01t00:00:00z"},
		"KEZ_GITHUB_API_URL":      {"x"},
		"KEZ_GITHUB_RAW_URL":      {"x"},
		"KEZ_BLUESKY_APPVIEW_URL": {"x"},
		"KEZ_AP_BASE_URL":         {"x"},
		"KEZ_WEB_BASE_URL":        {"x"},
	} {
		for _, value := range values {
			_, _, err := load(t, "", map[string]string{name: value})
			if !errors.Is(err, kez.CLIUsage) || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s=%q: %v", name, value, err)
			}
		}
	}
	for name, value := range map[string]string{"KEZ_DNS_SERVER": "[::1]:53", "KEZ_NOW": "2026-06-01T00:00:00Z", "KEZ_AP_BASE_URL": "http://127.0.0.1:1/ap",
		"KEZ_SIG_SERVER": "http://[::1]:7878"} {
		if _, _, err := load(t, "", map[string]string{name: value}); err != nil {
			t.Errorf("%s=%q: %v", name, value, err)
		}
	}
}

func TestFlagsRefused(t *testing.T) {
	for _, flag := range []Flag{{"stores", "--server", []string{"x"}}, {"keyring", "--keyring", []string{"maybe"}}, {"colour", "--colour", nil}, {"chat_server", "--server", nil}} {
		if _, _, err := load(t, "", nil, flag); !errors.Is(err, kez.CLIUsage) || !strings.Contains(err.Error(), flag.Name) {
			t.Errorf("%v: %v", flag, err)
		}
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	s, _, err := load(t, "", map[string]string{"GITHUB_TOKEN": "ghp_hunter2", "KEZ_SECRET": "nsec1hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprint(s.Items())
	if strings.Contains(shown, "hunter2") || !strings.Contains(shown, "{GITHUB_TOKEN set environment GITHUB_TOKEN}") {
		t.Error(shown)
	}
	if s.GitHubToken.Reveal() != "ghp_hunter2" || s.Secret.Reveal() != "nsec1hunter2" || (Hidden{}).IsSet() {
		t.Error("a secret is lost")
	}
	if text, err := json.Marshal(s); err != nil || strings.Contains(string(text), "hunter2") {
		t.Errorf("%s, %v", text, err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%t"} {
		if text := fmt.Sprintf(verb, s) + fmt.Sprintf(verb, *s); strings.Contains(text, "hunter2") {
			t.Errorf("%s shows a secret", verb)
		}
	}
}

func TestFileOpenToOthersForWriting(t *testing.T) {
	_, h, err := load(t, "keyring = true", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(h.Path(FileName), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(h, func(string) string { return "" }); !errors.Is(err, kez.CLIFile) {
		t.Errorf("%v", err)
	}
}
