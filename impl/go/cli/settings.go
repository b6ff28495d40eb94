package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/config"
)

// settings gathers flags, environment, config.toml and defaults.
func (a *app) settings(flags ...config.Flag) (*config.Settings, error) {
	h, err := a.home()
	if err != nil {
		return nil, err
	}
	return config.Load(h, a.env.Getenv, flags...)
}

// setting makes a flag that was given win over a setting of that name.
func setting(name, flag string, given *list) []config.Flag {
	if len(given.values) == 0 {
		return nil
	}
	return []config.Flag{{Setting: name, Name: flag, Values: given.values}}
}

func (a *app) configCommand() *cobra.Command {
	return group("config", "Show the settings",
		`Settings come from a flag, the environment, config.toml in KEZ_HOME, or a default,
in this order. config.toml knows default_key, stores, relays, chat_server and
keyring.`,
		a.configShow())
}

func (a *app) configShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show",
		Short:   "Show every setting and where it came from",
		Example: `  kez config show`,
		Args:    exactly(0),
		RunE: func(*cobra.Command, []string) error {
			settings, err := a.settings()
			if err != nil {
				return err
			}
			items := settings.Items()
			if a.json {
				a.printJSON(struct {
					Settings []config.Item `json:"settings"`
				}{items})
				return nil
			}
			for _, item := range items {
				value := item.Value
				if value == "" {
					value = "-"
				}
				a.print(plain(fmt.Sprintf("%-24s %s  (%s)", item.Name, value, item.Source)) + "\n")
			}
			return nil
		},
	}
}
