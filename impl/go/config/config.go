// Package config gathers what the user set, and says of each value where it
// came from.
//
// # Precedence
//
// A flag wins over the environment, the environment over config.toml in
// KEZ_HOME, the file over the default. An empty variable is not set.
//
// # Strictness
//
// A key that the file format does not have, a value of another type and an
// address that is none are errors that name the line or the variable: a typo
// must not silently leave the default in force.
package config

import (
	"strconv"
	"strings"

	"kez.lat/kez/impl/go/home"
)

// Value is one setting with its source, such as `flag --server`,
// `environment KEZ_SIG_SERVER`, `file /home/a/.kez/config.toml` or `default`.
type Value[T any] struct {
	Value  T
	Source string
}

// Default is the source of a value that nobody set.
const Default = "default"

// Settings is everything that is set outside a command's own arguments.
type Settings struct {
	Home       Value[string]
	DefaultKey Value[string]
	// Stores are the sigchain stores; none is a legal choice.
	Stores     Value[[]string]
	Relays     Value[[]string]
	ChatServer Value[string]
	Keyring    Value[bool]

	// Environment alone.
	Now            Value[string]
	DNSServer      Value[string]
	GitHubAPI      Value[string]
	GitHubRaw      Value[string]
	BlueskyAppView Value[string]
	APBase         Value[string]
	WebBase        Value[string]
	PassphraseFile Value[string]
	NoColor        Value[string]

	GitHubToken Hidden
	Secret      Hidden
}

func defaults() *Settings {
	s := &Settings{
		Stores:         Value[[]string]{[]string{"https://sig.kez.lat"}, Default},
		Relays:         Value[[]string]{[]string{"wss://relay.damus.io", "wss://nos.lol", "wss://relay.primal.net"}, Default},
		ChatServer:     Value[string]{"https://kez.lat", Default},
		Keyring:        Value[bool]{false, Default},
		GitHubAPI:      Value[string]{"https://api.github.com", Default},
		BlueskyAppView: Value[string]{"https://public.api.bsky.app", Default},
	}
	for _, empty := range []*Value[string]{&s.DefaultKey, &s.Now, &s.DNSServer, &s.GitHubRaw, &s.APBase, &s.WebBase,
		&s.PassphraseFile, &s.NoColor} {
		empty.Source = Default
	}
	s.GitHubToken.Source, s.Secret.Source = Default, Default
	return s
}

// Flag is a setting given on the command line: the setting's name in the file,
// the flag as typed, and its values.
type Flag struct {
	Setting string
	Name    string
	Values  []string
}

// Load gathers the settings of a home, without opening anything but its
// config.toml.
func Load(h *home.Home, getenv func(string) string, flags ...Flag) (*Settings, error) {
	s := defaults()
	s.Home = Value[string]{h.Path(), Default}
	if getenv("KEZ_HOME") != "" {
		s.Home.Source = "environment KEZ_HOME"
	}
	if err := s.readFile(h); err != nil {
		return nil, err
	}
	if err := s.readEnvironment(getenv); err != nil {
		return nil, err
	}
	for _, flag := range flags {
		if err := s.readFlag(flag); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Item is one line of `config show`.
type Item struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

// Items lists all settings in a fixed order; of secrets it says only whether
// they are set.
func (s *Settings) Items() []Item {
	text := func(name string, v Value[string]) Item { return Item{name, v.Value, v.Source} }
	list := func(name string, v Value[[]string]) Item {
		value := strings.Join(v.Value, ",")
		if value == "" {
			value = none
		}
		return Item{name, value, v.Source}
	}
	secret := func(name string, v Hidden) Item { return Item{name, v.String(), v.Source} }
	return []Item{
		text("home", s.Home),
		text("default_key", s.DefaultKey),
		list("stores", s.Stores),
		list("relays", s.Relays),
		text("chat_server", s.ChatServer),
		{"keyring", strconv.FormatBool(s.Keyring.Value), s.Keyring.Source},
		text("KEZ_NOW", s.Now),
		text("KEZ_DNS_SERVER", s.DNSServer),
		text("KEZ_GITHUB_API_URL", s.GitHubAPI),
		text("KEZ_GITHUB_RAW_URL", s.GitHubRaw),
		text("KEZ_BLUESKY_APPVIEW_URL", s.BlueskyAppView),
		text("KEZ_AP_BASE_URL", s.APBase),
		text("KEZ_WEB_BASE_URL", s.WebBase),
		text("KEZ_PASSPHRASE_FILE", s.PassphraseFile),
		text("NO_COLOR", s.NoColor),
		secret("GITHUB_TOKEN", s.GitHubToken),
		secret("KEZ_SECRET", s.Secret),
	}
}
