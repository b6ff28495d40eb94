package adapter

import (
	"context"
	"strings"
	"time"

	"kez.lat/kez/impl/go/channel/all"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// verifyIdentity does what `verify id` does for one identity, in the world whose
// endpoints the request names. Without endpoints it refuses to work: a test must
// not ask the servers of this world.
func verifyIdentity(r Request) (State, error) {
	if len(r.Endpoints) == 0 {
		return nil, badInput("identity.verify needs endpoints")
	}
	text, err := r.Input.Text("identity")
	if err != nil {
		return nil, err
	}
	id, err := kez.ParseTyped(text)
	if err != nil {
		return nil, err
	}
	q, err := question(r)
	if err != nil {
		return nil, err
	}
	v := verify.Verifier{Channels: all.Registry(endpoints(r.Endpoints), version(), func() time.Time { return r.Now })}
	targets, err := v.Targets([]kez.Identity{id})
	if err != nil {
		return nil, err
	}
	return verdict(v.ID(context.Background(), targets[0], q))
}

// endpoints reads the variables that a program would find in its environment.
// Where one is absent, that channel is sent to an address at which nobody is.
func endpoints(env map[string]string) all.Endpoints {
	get := func(name, nobody string) string {
		if value := env[name]; value != "" {
			return value
		}
		return nobody
	}
	const nobody = "http://127.0.0.1:1"
	return all.Endpoints{
		DNSServer:      get("KEZ_DNS_SERVER", "127.0.0.1:1"),
		GitHubAPI:      get("KEZ_GITHUB_API_URL", nobody),
		GitHubRaw:      get("KEZ_GITHUB_RAW_URL", nobody),
		WebBase:        get("KEZ_WEB_BASE_URL", nobody),
		APBase:         get("KEZ_AP_BASE_URL", nobody),
		BlueskyAppView: get("KEZ_BLUESKY_APPVIEW_URL", nobody),
		Relays:         strings.Split(get("KEZ_NOSTR_RELAYS", "ws://127.0.0.1:1"), ","),
	}
}
