package cli

import (
	"bytes"
	"testing"
	"time"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/config"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// Readers take the newest event over all relays, so an older chain on one relay
// would take back what another has. [KEZ-CLI-085, KEZ-CHAN-080]
func TestRelayWithMoreStopsTheOthers(t *testing.T) {
	k, err := keys.ParseNsec("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	subject, err := kez.ParseSigned("web:alice.example")
	if err != nil {
		t.Fatal(err)
	}
	after := func(base *publication, op sigchain.Op) *publication {
		state, err := sigchain.VerifyBytes(base.lines)
		if len(base.lines) == 0 {
			state, err = &sigchain.State{}, nil
		}
		if err != nil {
			t.Fatal(err)
		}
		line, err := sigchain.Sign(state, sigchain.Change{Op: op, Subject: subject}, k, now)
		if err == nil {
			err = sigchain.NewVerifier(state).Append(line)
		}
		if err != nil {
			t.Fatal(err)
		}
		return &publication{state: state, lines: append(append(bytes.Clone(base.lines), line...), '\n'), now: now}
	}
	first := after(&publication{}, sigchain.Add)
	longer := after(first, sigchain.Revoke)
	for name, older := range map[kez.Code]*publication{
		kez.SigchainRollback: first,
		kez.SigchainFork:     after(first, sigchain.Add),
	} {
		var urls []string
		for range 2 {
			r, err := nostrfake.Start()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { r.Close() })
			urls = append(urls, r.URL())
		}
		a := &app{env: Env{Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}}
		relays := func(urls ...string) *config.Settings {
			return &config.Settings{Relays: config.Value[[]string]{Value: urls}}
		}
		if got := a.toRelays(t.Context(), longer, k, relays(urls[1])); got[0].State != targetStored {
			t.Fatalf("%+v", got)
		}
		for i, got := range a.toRelays(t.Context(), older, k, relays(urls...)) {
			if got.State != targetFailed || got.Code != name || got.Target != urls[i] || got.Hint == "" {
				t.Errorf("%s: %+v", name, got)
			}
		}
		seen := chains.Sources{Nostr: nostr.Channel{Relays: urls, Now: func() time.Time { return now }}}
		c, err := seen.For(k.Identity(), kez.Identity{})[0].Get(t.Context())
		if err != nil || c.State.Head != longer.state.Head {
			t.Errorf("%s: readers see another chain, %v", name, err)
		}
		for i, got := range a.toRelays(t.Context(), longer, k, relays(urls...)) {
			if want := []string{targetStored, targetSame}[i]; got.State != want {
				t.Errorf("%s, pulled: %+v", name, got)
			}
		}
	}
}
