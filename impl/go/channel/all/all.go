// Package all wires the six channels and the sources of chains, so that every
// program of this module has the same ones.
package all

import (
	"net/http"
	"time"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/ap"
	"kez.lat/kez/impl/go/channel/bluesky"
	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/channel/dns"
	"kez.lat/kez/impl/go/channel/github"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/channel/web"
	"kez.lat/kez/impl/go/store"
)

// Endpoints are where the channels look, as the user configured it. An empty
// member stands for the usual place; relays have none.
type Endpoints struct {
	DNSServer      string   // host:port
	DoH            string   // URL of a DoH server, before DNSServer
	GitHubAPI      string   // in the place of https://api.github.com
	GitHubRaw      string   // base for the raw hosts
	GitHubToken    string   // for the API alone
	WebBase        string   // base for all sites
	APBase         string   // base for all ActivityPub servers
	BlueskyAppView string   // in the place of the public AppView
	Relays         []string // ws or wss URLs
	Stores         []string // http or https URLs of sigchain stores
}

// Registry gives the channels. version is that of the program and now its
// clock, by which events of the future are told.
func Registry(e Endpoints, version string, now func() time.Time) channel.Registry {
	client := channel.NewClient(version)
	return channel.NewRegistry(
		dns.Channel{Resolver: e.resolver(version)},
		github.Channel{Client: client, API: e.GitHubAPI, Raw: e.GitHubRaw, Token: e.GitHubToken},
		web.Channel{Client: client, Base: e.WebBase},
		nostr.Channel{Relays: e.Relays, Version: version, Now: now},
		bluesky.Channel{Client: client, AppView: e.BlueskyAppView},
		ap.Channel{Client: client, Base: e.APBase},
	)
}

// Chains gives the sources of chains.
func Chains(e Endpoints, version string, now func() time.Time) (*chains.Sources, error) {
	s := &chains.Sources{
		Web:   web.Channel{Client: channel.NewClient(version), Base: e.WebBase},
		DNS:   dns.Channel{Resolver: e.resolver(version)},
		Nostr: nostr.Channel{Relays: e.Relays, Version: version, Now: now},
	}
	for _, base := range e.Stores {
		c, err := store.New(base, version)
		if err != nil {
			return nil, err
		}
		s.Stores = append(s.Stores, c)
	}
	return s, nil
}

// resolver is DoH where it was asked for, else the configured server, else what
// the system uses.
func (e Endpoints) resolver(version string) dns.Resolver {
	switch {
	case e.DoH != "":
		return dns.HTTPS{URL: e.DoH, Version: version, Client: &http.Client{Timeout: channel.Deadline}}
	case e.DNSServer != "":
		return dns.Wire{Server: e.DNSServer}
	}
	return dns.System{}
}
