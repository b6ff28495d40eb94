package cli

import (
	"net/http"
	"strings"
	"time"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/ap"
	"kez.lat/kez/impl/go/channel/bluesky"
	"kez.lat/kez/impl/go/channel/dns"
	"kez.lat/kez/impl/go/channel/github"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/channel/web"
	"kez.lat/kez/impl/go/config"
)

// channelsOf wires the six channels with what the user configured.
func channelsOf(s *config.Settings, doh string, now time.Time) channel.Registry {
	client := channel.NewClient(Version)
	return channel.NewRegistry(
		dns.Channel{Resolver: resolver(s, doh)},
		github.Channel{Client: client, API: override(s.GitHubAPI), Raw: s.GitHubRaw.Value, Token: s.GitHubToken.Reveal()},
		web.Channel{Client: client, Base: s.WebBase.Value},
		nostr.Channel{Relays: s.Relays.Value, Version: Version, Now: func() time.Time { return now }},
		bluesky.Channel{Client: client, AppView: override(s.BlueskyAppView)},
		ap.Channel{Client: client, Base: s.APBase.Value},
	)
}

// override gives the root that stands in for the usual one, "" for none.
func override(v config.Value[string]) string {
	if v.Source == config.Default {
		return ""
	}
	return v.Value
}

// resolver is DoH where it was asked for, else the configured server, else what
// the system uses.
func resolver(s *config.Settings, doh string) dns.Resolver {
	switch {
	case doh != "":
		return dns.HTTPS{URL: doh, Client: &http.Client{Timeout: channel.Deadline}}
	case s.DNSServer.Value != "":
		return dns.Wire{Server: s.DNSServer.Value}
	}
	return dns.System{}
}

// validDoH takes the https URL of a DoH server, or http for one on this machine.
func validDoH(text string) bool {
	return strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://127.0.0.1:") || strings.HasPrefix(text, "http://localhost:")
}
