package chains_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/dnsfake"
	"kez.lat/kez/fakes/nostrfake"
	"kez.lat/kez/fakes/webfake"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/channel/dns"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/channel/web"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store"
)

func id(t *testing.T, text string) kez.Identity {
	t.Helper()
	i, err := kez.ParseSigned(text)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func key(t *testing.T) *keys.Private {
	t.Helper()
	k, err := keys.FromSeed([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// one gives a chain of one event, in lines and as a bundle.
func one(t *testing.T, k *keys.Private) (lines []byte, bundle string) {
	t.Helper()
	line, err := sigchain.Sign(sigchain.NewState(k.Identity()), sigchain.Change{Op: sigchain.Add, Subject: id(t, "github:a")}, k, time.Unix(1780000000, 0))
	if err != nil {
		t.Fatal(err)
	}
	lines = append(line, '\n')
	if bundle, err = encoding.EncodeBundle(lines); err != nil {
		t.Fatal(err)
	}
	return lines, bundle
}

// TestSources: which sources there are follows from the primary and the subject.
// [KEZ-CHAN-073 to 075]
func TestSources(t *testing.T) {
	c, err := store.New("https://sig.test", "test")
	if err != nil {
		t.Fatal(err)
	}
	s := &chains.Sources{Stores: []*store.Client{c}, Nostr: nostr.Channel{Relays: []string{"wss://a.test", "wss://b.test"}}}
	nora := id(t, "nostr:npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg")
	alice := key(t).Identity()
	at := "https://sig.test/v1/sigchains/"
	for _, tt := range []struct {
		primary, subject kez.Identity
		want             string
	}{
		{alice, id(t, "github:a"), at + "ed25519/" + alice.Value()},
		{alice, kez.Identity{}, at + "ed25519/" + alice.Value()},
		{nora, id(t, "github:a"), at + "nostr/" + nora.Value() + " wss://a.test,wss://b.test"},
		{alice, nora, at + "ed25519/" + alice.Value()},
		{alice, id(t, "web:a.test"), at + "ed25519/" + alice.Value() + " https://a.test/.well-known/kez-sigchain.jsonl"},
		{alice, id(t, "dns:a.test"), at + "ed25519/" + alice.Value() + " dns:_kez-sigchain.a.test"},
	} {
		var names []string
		for _, source := range s.For(tt.primary, tt.subject) {
			names = append(names, source.Name)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%s of %s: %s, want %s", tt.subject, tt.primary, got, tt.want)
		}
	}
}

// TestRecordLeadsNowhere: a URL out of a TXT record reaches no address of the
// user's own network, and nothing that is no public https URL.
// [KEZ-CHAN-024 to 026, 078]
func TestRecordLeadsNowhere(t *testing.T) {
	hit := false
	inner := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hit = true }))
	defer inner.Close()
	_, port, err := net.SplitHostPort(inner.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	names, err := dnsfake.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer names.Close()
	s := &chains.Sources{Web: web.Channel{Client: channel.NewClient("test")}, DNS: dns.Channel{Resolver: dns.Wire{Server: names.URL()}}}
	for _, url := range []string{
		"https://127.0.0.1:" + port + "/", "https://localhost:" + port + "/", "https://[::1]:" + port + "/", "https://169.254.169.254/latest",
		"http://localhost:" + port + "/", "https://user:secret@localhost:" + port + "/", "https:///x", "https:localhost",
	} {
		names.AddTXT("_kez-sigchain.a.test", 300, url)
		chain, err := get(t, s, "dns:a.test")
		if kez.CodeOf(err) != kez.ChannelBadContent || chain != nil {
			t.Errorf("%s: %q, %v", url, kez.CodeOf(err), err)
		}
		names.Remove("_kez-sigchain.a.test")
	}
	if hit {
		t.Error("this machine was contacted")
	}
}

func get(t *testing.T, s *chains.Sources, subject string) (*store.Chain, error) {
	t.Helper()
	for _, source := range s.For(key(t).Identity(), id(t, subject)) {
		if source.OfSubject {
			return source.Get(t.Context())
		}
	}
	t.Fatalf("%s has no source", subject)
	return nil, nil
}

// TestWebSource: what a site may answer. [KEZ-CHAN-075 to 077, 081]
func TestWebSource(t *testing.T) {
	k := key(t)
	lines, bundle := one(t, k)
	for name, tt := range map[string]struct {
		put    func(*webfake.Server, string)
		length int
		code   kez.Code
	}{
		"the chain": {func(s *webfake.Server, at string) { s.Put("a.test", at, "", lines) }, 1, ""},
		"nothing":   {func(s *webfake.Server, at string) { s.AddHost("a.test") }, 0, ""},
		"empty":     {func(s *webfake.Server, at string) { s.Put("a.test", at, "", nil) }, 0, ""},
		"html":      {func(s *webfake.Server, at string) { s.Put("a.test", at, "text/html", lines) }, 0, kez.ChannelBadContent},
		"a bundle":  {func(s *webfake.Server, at string) { s.Put("a.test", at, "", []byte(bundle)) }, 0, kez.JSONSyntax},
		"elsewhere": {func(s *webfake.Server, at string) {
			s.Redirect("a.test", at, "https://b.test/chain.jsonl")
			s.Put("b.test", "/chain.jsonl", "", lines)
		}, 0, kez.ChannelOwnerMismatch},
		"within the site": {func(s *webfake.Server, at string) {
			s.Redirect("a.test", at, "/chain.jsonl")
			s.Put("a.test", "/chain.jsonl", "", lines)
		}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			site, err := webfake.Start()
			if err != nil {
				t.Fatal(err)
			}
			defer site.Close()
			tt.put(site, "/.well-known/kez-sigchain.jsonl")
			s := &chains.Sources{Web: web.Channel{Client: channel.NewClient("test"), Base: site.URL()}}
			chain, err := get(t, s, "web:a.test")
			if kez.CodeOf(err) != tt.code || err == nil && chain.State.Length != tt.length {
				t.Errorf("%+v, %v", chain, err)
			}
		})
	}
}

// TestRelaySource: one relay that cannot be looked at keeps the others' nothing
// from being the empty chain. [KEZ-CHAN-080]
func TestRelaySource(t *testing.T) {
	k, err := keys.ParseNsec("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5")
	if err != nil {
		t.Fatal(err)
	}
	_, bundle := one(t, k)
	var relays []*nostrfake.Relay
	s := &chains.Sources{Nostr: nostr.Channel{Deadline: 5 * time.Second}}
	for range 2 {
		r, err := nostrfake.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		relays, s.Nostr.Relays = append(relays, r), append(s.Nostr.Relays, r.URL())
	}
	ask := func() (*store.Chain, error) {
		return s.For(k.Identity(), kez.Identity{})[0].Get(context.Background())
	}
	if chain, err := ask(); err != nil || chain.State.Length != 0 {
		t.Errorf("nothing anywhere: %+v, %v", chain, err)
	}
	if err := relays[1].SetFaults(nostrfake.Faults{Status: 503}); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(); kez.CodeOf(err) != kez.ChannelUnreachable {
		t.Errorf("one fails, the other has nothing: %v", err)
	}
	event, err := nostr.SignChain(k, bundle, time.Now(), nil)
	if err == nil {
		err = relays[0].AddEvent(event)
	}
	if err != nil {
		t.Fatal(err)
	}
	if chain, err := ask(); err != nil || chain.State.Length != 1 {
		t.Errorf("one fails, the other has it: %+v, %v", chain, err)
	}
	if _, err := chains.Bundle("kez:z1:AAAA", k.Identity()); err == nil {
		t.Error("a claim was taken for a chain")
	}
	if chain, err := chains.Bundle(" \n", k.Identity()); err != nil || chain.State.Length != 0 {
		t.Errorf("an empty content: %+v, %v", chain, err)
	}
}
