package adapter

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kez.lat/kez/impl/go/channel/all"
	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/sigchain/chainfile"
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
	where := endpoints(r.Endpoints)
	now := func() time.Time { return r.Now }
	v := verify.Verifier{Channels: all.Registry(where, version(), now)}
	if v.Sources, err = all.Chains(where, version(), now); err != nil {
		return nil, err
	}
	kept, err := r.Input.List("kept")
	if err != nil {
		return nil, err
	}
	if len(kept) > 0 {
		files, remove, err := keep(kept)
		if err != nil {
			return nil, err
		}
		defer remove()
		v.Kept = files
	}
	targets, err := v.Targets([]kez.Identity{id})
	if err != nil {
		return nil, err
	}
	return verdict(v.ID(context.Background(), targets[0], q))
}

// keep puts chains where they are kept, for one question.
func keep(chains [][]byte) (*chainfile.Files, func(), error) {
	folder, err := os.MkdirTemp("", "kez-adapter-")
	if err != nil {
		return nil, nil, badInput("there is no folder for kept chains: %v", err)
	}
	remove := func() { _ = os.RemoveAll(folder) }
	h, err := home.Open(filepath.Join(folder, "home"))
	files := chainfile.In(h)
	for _, lines := range chains {
		var state *sigchain.State
		if err == nil {
			state, err = sigchain.VerifyBytes(lines)
		}
		if err == nil {
			_, err = files.Keep(state, lines)
		}
	}
	if err != nil {
		remove()
		return nil, nil, badInput("a chain cannot be kept: %v", err)
	}
	return &files, remove, nil
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
	var stores []string
	if text := env["KEZ_SIG_SERVER"]; text != "" && text != "none" {
		stores = strings.Split(text, ",")
	}
	return all.Endpoints{
		Stores:         stores,
		DNSServer:      get("KEZ_DNS_SERVER", "127.0.0.1:1"),
		GitHubAPI:      get("KEZ_GITHUB_API_URL", nobody),
		GitHubRaw:      get("KEZ_GITHUB_RAW_URL", nobody),
		WebBase:        get("KEZ_WEB_BASE_URL", nobody),
		APBase:         get("KEZ_AP_BASE_URL", nobody),
		BlueskyAppView: get("KEZ_BLUESKY_APPVIEW_URL", nobody),
		Relays:         strings.Split(get("KEZ_NOSTR_RELAYS", "ws://127.0.0.1:1"), ","),
	}
}
