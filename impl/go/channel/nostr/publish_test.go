package nostr_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

var published = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func nostrKey(t *testing.T) *keys.Private {
	t.Helper()
	k, err := keys.ParseNsec("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func clock() time.Time { return published }

// A chain that was published is found, and a later event replaces an earlier one
// even where the clock has not moved. [KEZ-CHAN-080]
func TestPublishAndFind(t *testing.T) {
	r, k := relay(t, nostrfake.Faults{}), nostrKey(t)
	c := nostr.Channel{Relays: []string{r.URL()}, Version: "test", Now: clock}
	found, err := c.Chain(t.Context(), k.Identity())
	if err != nil || found != nil {
		t.Fatalf("%+v, %v", found, err)
	}
	for _, bundle := range []string{"kez:zc1:first", "kez:zc1:second"} {
		event, err := nostr.SignChain(k, bundle, published, found)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a duplicate is no failure
			if err := c.Publish(t.Context(), r.URL(), event); err != nil {
				t.Fatal(err)
			}
		}
		if found, err = c.Chain(t.Context(), k.Identity()); err != nil || found == nil || found.Content != bundle || found.Relay != r.URL() {
			t.Fatalf("%+v, %v", found, err)
		}
	}
	if !found.At.Equal(published.Add(time.Second)) {
		t.Errorf("the second event has the time %s", found.At)
	}
	if unknown := r.Unknown(); len(unknown) > 0 {
		t.Errorf("unknown: %v", unknown)
	}
}

// What the author deleted is no chain, and only the author deletes.
func TestChainDeleted(t *testing.T) {
	r, k := relay(t, nostrfake.Faults{KeepDeleted: true}), nostrKey(t)
	c := nostr.Channel{Relays: []string{r.URL()}, Now: clock}
	event, err := nostr.SignChain(k, "kez:zc1:gone", published, nil)
	if err == nil {
		err = c.Publish(t.Context(), r.URL(), event)
	}
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct{ ID, PubKey string }
	if err := json.Unmarshal(event, &parsed); err != nil {
		t.Fatal(err)
	}
	address := "30078:" + parsed.PubKey + ":kez-sigchain"
	for _, deletion := range []struct {
		secret, a string
		gone      bool
	}{
		{strings.Repeat("11", 32), address, false},
		{k.SecretText(), "30078:" + parsed.PubKey + ":kez", false},
		{k.SecretText(), address, true},
	} {
		raw, err := nostrfake.Sign(deletion.secret, 5, [][]string{{"a", deletion.a}}, "", published.Unix())
		if err == nil {
			err = r.AddEvent(raw)
		}
		if err != nil {
			t.Fatal(err)
		}
		if found, err := c.Chain(t.Context(), k.Identity()); err != nil || (found == nil) != deletion.gone {
			t.Errorf("%s: %+v, %v", deletion.a, found, err)
		}
	}
}

// Whatever a relay does instead of an OK is told, in bounded time.
func TestPublishRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		faults nostrfake.Faults
		code   kez.Code
		say    string
	}{
		"blocked":      {nostrfake.Faults{Reject: "blocked: not here"}, kez.ChannelUnreachable, "does not take"},
		"rate limited": {nostrfake.Faults{Reject: "rate-limited: slow down"}, kez.ChannelRateLimited, "fewer"},
		"login":        {nostrfake.Faults{Reject: "auth-required: who are you"}, kez.ChannelUnreachable, "login"},
		"silent":       {nostrfake.Faults{Hang: true}, kez.ChannelUnreachable, "in time"},
		"no upgrade":   {nostrfake.Faults{Status: 503}, kez.ChannelUnreachable, "503"},
		"web page":     {nostrfake.Faults{Status: 200}, kez.ChannelBadContent, "relay"},
		"limited":      {nostrfake.Faults{Status: 429}, kez.ChannelRateLimited, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, k := relay(t, tt.faults), nostrKey(t)
			c := nostr.Channel{Relays: []string{r.URL()}, Deadline: 400 * time.Millisecond}
			event, err := nostr.SignChain(k, "kez:zc1:x", published, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = c.Publish(t.Context(), r.URL(), event)
			if kez.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.say) {
				t.Errorf("%q: %v", kez.CodeOf(err), err)
			}
		})
	}
	c := nostr.Channel{Deadline: time.Minute}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Publish(ctx, "ws://127.0.0.1:1", []byte(`{"id":"x"}`)); kez.CodeOf(err) != kez.ChannelUnreachable {
		t.Errorf("%v", err)
	}
}

// A bundle that no reader takes from a relay is not sent.
func TestSignChainTooLarge(t *testing.T) {
	_, err := nostr.SignChain(nostrKey(t), strings.Repeat("x", nostr.MaxMessage), published, nil)
	if kez.CodeOf(err) != kez.ChannelTooLarge {
		t.Errorf("%v", err)
	}
	if _, err := (nostr.Channel{}).Chain(t.Context(), nostrKey(t).Identity()); kez.CodeOf(err) != kez.ChannelUnreachable {
		t.Errorf("no relays: %v", err)
	}
}
