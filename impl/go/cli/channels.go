package cli

import (
	"strings"
	"time"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/all"
	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/config"
)

// channelsOf wires the channels with what the user configured.
func channelsOf(s *config.Settings, doh string, now func() time.Time) channel.Registry {
	return all.Registry(endpoints(s, doh), Version, now)
}

// sourcesOf wires the sources of chains likewise.
func sourcesOf(s *config.Settings, doh string, now func() time.Time) (*chains.Sources, error) {
	return all.Chains(endpoints(s, doh), Version, now)
}

func endpoints(s *config.Settings, doh string) all.Endpoints {
	return all.Endpoints{
		DNSServer: s.DNSServer.Value, DoH: doh,
		GitHubAPI: override(s.GitHubAPI), GitHubRaw: s.GitHubRaw.Value, GitHubToken: s.GitHubToken.Reveal(),
		WebBase: s.WebBase.Value, APBase: s.APBase.Value, BlueskyAppView: override(s.BlueskyAppView),
		Relays: s.Relays.Value, Stores: s.Stores.Value,
	}
}

// override gives the root that stands in for the usual one, "" for none.
func override(v config.Value[string]) string {
	if v.Source == config.Default {
		return ""
	}
	return v.Value
}

// validDoH takes the https URL of a DoH server, or http for one on this machine.
func validDoH(text string) bool {
	return strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://127.0.0.1:") || strings.HasPrefix(text, "http://localhost:")
}
