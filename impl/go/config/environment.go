package config

import (
	"strconv"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// CheckEnvironment refuses a variable that is no legal value, whichever command
// runs. It opens no file.
func CheckEnvironment(getenv func(string) string) error {
	return defaults().readEnvironment(getenv)
}

// readEnvironment takes all variables, and refuses one that is no legal value
// even where the command at hand has no use for it.
func (s *Settings) readEnvironment(getenv func(string) string) error {
	for _, variable := range []struct {
		name   string
		target *Value[string]
		check  func(string) (string, error)
	}{
		{"KEZ_CHAT_SERVER", &s.ChatServer, checkHTTP},
		{"KEZ_NOW", &s.Now, checkTime},
		{"KEZ_DNS_SERVER", &s.DNSServer, checkHostPort},
		{"KEZ_GITHUB_API_URL", &s.GitHubAPI, checkHTTP},
		{"KEZ_GITHUB_RAW_URL", &s.GitHubRaw, checkHTTP},
		{"KEZ_BLUESKY_APPVIEW_URL", &s.BlueskyAppView, checkHTTP},
		{"KEZ_AP_BASE_URL", &s.APBase, checkHTTP},
		{"KEZ_WEB_BASE_URL", &s.WebBase, checkHTTP},
		{"KEZ_PASSPHRASE_FILE", &s.PassphraseFile, anything},
		{"NO_COLOR", &s.NoColor, anything},
	} {
		text := getenv(variable.name)
		if text == "" {
			continue
		}
		value, err := variable.check(text)
		if err != nil {
			return refuse("environment variable "+variable.name, err)
		}
		*variable.target = Value[string]{value, "environment " + variable.name}
	}
	for _, variable := range []struct {
		name   string
		target *Value[[]string]
		check  func([]string) ([]string, error)
	}{
		{"KEZ_SIG_SERVER", &s.Stores, checkStores},
		{"KEZ_NOSTR_RELAYS", &s.Relays, checkRelays},
	} {
		text := getenv(variable.name)
		if text == "" {
			continue
		}
		value, err := variable.check(strings.Split(text, ","))
		if err != nil {
			return refuse("environment variable "+variable.name, err)
		}
		*variable.target = Value[[]string]{value, "environment " + variable.name}
	}
	for name, target := range map[string]*Hidden{"GITHUB_TOKEN": &s.GitHubToken, "KEZ_SECRET": &s.Secret} {
		if text := getenv(name); text != "" {
			*target = hide(text, "environment "+name)
		}
	}
	return nil
}

// readFlag takes one flag of the command line.
func (s *Settings) readFlag(flag Flag) (err error) {
	source := "flag " + flag.Name
	last := ""
	if len(flag.Values) > 0 {
		last = flag.Values[len(flag.Values)-1]
	}
	switch flag.Setting {
	case "default_key":
		s.DefaultKey = Value[string]{last, source}
	case "stores":
		s.Stores.Source = source
		s.Stores.Value, err = checkStores(flag.Values)
	case "relays":
		s.Relays.Source = source
		s.Relays.Value, err = checkRelays(flag.Values)
	case "chat_server":
		s.ChatServer.Source = source
		s.ChatServer.Value, err = checkHTTP(last)
	case "keyring":
		s.Keyring.Source = source
		s.Keyring.Value, err = strconv.ParseBool(last)
	default:
		return kez.Errorf(kez.CLIUsage, "there is no setting %q for the flag %s", flag.Setting, flag.Name)
	}
	if err != nil {
		return refuse("flag "+flag.Name, err)
	}
	return nil
}

func refuse(where string, err error) error {
	return kez.Errorf(kez.CLIUsage, "the %s %w", where, err).
		WithHint("correct it, or unset it to use the default")
}
