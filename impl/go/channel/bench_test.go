package channel_test

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes"
	"kez.lat/kez/fakes/dnsfake"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/ap"
	"kez.lat/kez/impl/go/channel/bluesky"
	"kez.lat/kez/impl/go/channel/dns"
	"kez.lat/kez/impl/go/channel/github"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/channel/web"
	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

var benchNow = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// proof signs a claim and gives it in a form.
func proof(b *testing.B, id kez.Identity, form func([]byte) (string, error)) string {
	b.Helper()
	key, err := keys.FromSeed([32]byte{1})
	if err != nil {
		b.Fatal(err)
	}
	c, err := claim.Sign(claim.New{Subject: id, CreatedAt: "2026-01-02T03:04:05Z"}, key, benchNow)
	if err != nil {
		b.Fatal(err)
	}
	text, err := form(c.Bytes())
	if err != nil {
		b.Fatal(err)
	}
	return text
}

func shortForm(envelope []byte) (string, error) {
	s, err := encoding.ShortOf(envelope)
	if err != nil {
		return "", err
	}
	return encoding.EncodeShort(s)
}

func markdownForm(envelope []byte) (string, error) {
	text, err := encoding.FormatMarkdown(envelope)
	return string(text), err
}

// manyIdentities are n identities over the six channels, and the world that
// proves them.
func manyIdentities(b *testing.B, n int) (ids []kez.Identity, archive string) {
	b.Helper()
	var world strings.Builder
	file := func(name, text string) { fmt.Fprintf(&world, "-- %s --\n%s\n", name, text) }
	add := func(text string) kez.Identity {
		id, err := kez.ParseTyped(text)
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, id)
		return id
	}
	for i := range n {
		switch host := fmt.Sprintf("n%d.example", i); i % 6 {
		case 0:
			id := add("dns:" + host)
			file("_dns/"+host+".zone", strings.TrimSpace(encoding.FormatZone(host, proof(b, id, shortForm))))
		case 1:
			id := add(fmt.Sprintf("github:user%d", i))
			file("_github/"+id.Value()+fmt.Sprintf("/gists/%d/kez.md", i), proof(b, id, markdownForm))
		case 2:
			id := add("web:" + host)
			file("_web/"+host+"/.well-known/kez.json", proof(b, id, shortForm))
		case 3:
			id := add("bluesky:" + host)
			file("_bluesky/"+host+"/1.txt", proof(b, id, shortForm))
		case 4:
			id := add(fmt.Sprintf("ap:user%d@social.example", i))
			file(fmt.Sprintf("_ap/social.example/user%d.json", i), fmt.Sprintf(`{"summary": %q}`, proof(b, id, shortForm)))
		case 5:
			secret := fmt.Sprintf("%064x", i+1)
			raw, _ := hex.DecodeString(secret)
			key, err := keys.ParseNsec(hex.EncodeToString(raw))
			if err != nil {
				b.Fatal(err)
			}
			id := add(key.Identity().String())
			file(fmt.Sprintf("_nostr/one/%d.json", i), fmt.Sprintf(`{"secret": %q, "kind": 1, "content": %q, "created_at": 1767322000}`, secret, proof(b, id, shortForm)))
		}
	}
	return ids, world.String()
}

// slowed stands before a server and holds back whatever a client sends.
func slowed(b *testing.B, address string, by time.Duration) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				server, err := net.Dial("tcp", address)
				if err != nil {
					return
				}
				defer server.Close()
				go io.Copy(client, server)
				buffer := make([]byte, 64<<10)
				for {
					n, err := client.Read(buffer)
					if err != nil {
						return
					}
					time.Sleep(by)
					if _, err := server.Write(buffer[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}

// BenchmarkHundredIdentities verifies 100 identities over six fakes that take
// 50 ms for every answer.
func BenchmarkHundredIdentities(b *testing.B) {
	const latency = 50 * time.Millisecond
	ids, archive := manyIdentities(b, 100)
	world, err := fakes.OpenText(archive)
	if err != nil {
		b.Fatal(err)
	}
	defer world.Close()
	for _, id := range ids {
		if id.System() == "dns" {
			if err := world.DNS.SetFault("_kez."+id.Value(), dnsfake.Fault{DelayMS: int(latency / time.Millisecond)}); err != nil {
				b.Fatal(err)
			}
		}
	}
	world.GitHub.Latency(latency)
	world.Bluesky.Latency(latency)
	world.AP.Latency(latency)
	world.Web.Latency(latency)
	env := map[string]string{}
	for _, pair := range world.Env() {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	relay := "ws://" + slowed(b, strings.TrimPrefix(env["KEZ_NOSTR_RELAYS"], "ws://"), latency)
	for b.Loop() {
		// A client of its own for each run: connections are made anew.
		client := channel.NewClient("bench")
		v := &verify.Verifier{Channels: channel.NewRegistry(
			dns.Channel{Resolver: dns.Wire{Server: env["KEZ_DNS_SERVER"]}},
			github.Channel{Client: client, API: env["KEZ_GITHUB_API_URL"], Raw: env["KEZ_GITHUB_RAW_URL"]},
			web.Channel{Client: client, Base: env["KEZ_WEB_BASE_URL"]},
			nostr.Channel{Relays: []string{relay}, Version: "bench", Now: func() time.Time { return benchNow }},
			bluesky.Channel{Client: client, AppView: env["KEZ_BLUESKY_APPVIEW_URL"]},
			ap.Channel{Client: client, Base: env["KEZ_AP_BASE_URL"]})}
		targets, err := v.Targets(ids)
		if err != nil {
			b.Fatal(err)
		}
		v.All(context.Background(), targets, verify.Question{Now: benchNow}, func(i int, r *verify.Result) {
			if r.Status != kez.Valid {
				b.Fatalf("%s: %s %s %s", ids[i], r.Status, r.Code, r.Message)
			}
		})
	}
}

// BenchmarkDNS tells what a dns verification costs beyond the exchange with the
// server and the signature: run beside its two baselines.
func BenchmarkDNS(b *testing.B) {
	id, err := kez.ParseTyped("dns:a.example")
	if err != nil {
		b.Fatal(err)
	}
	world, err := fakes.OpenText("-- _dns/a.example.zone --\n" + encoding.FormatZone("a.example", proof(b, id, shortForm)))
	if err != nil {
		b.Fatal(err)
	}
	defer world.Close()
	resolver := dns.Wire{Server: world.DNS.URL()}
	b.Run("verification", func(b *testing.B) {
		v := &verify.Verifier{Channels: channel.NewRegistry(dns.Channel{Resolver: resolver})}
		targets, err := v.Targets([]kez.Identity{id})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if r := v.ID(context.Background(), targets[0], verify.Question{Now: benchNow}); r.Status != kez.Valid {
				b.Fatal(r.Message)
			}
		}
	})
	b.Run("exchange", func(b *testing.B) {
		for b.Loop() {
			if _, err := resolver.LookupTXT(context.Background(), "_kez.a.example"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("signature", func(b *testing.B) {
		public, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			b.Fatal(err)
		}
		message := make([]byte, 200)
		signature := ed25519.Sign(private, message)
		for b.Loop() {
			ed25519.Verify(public, message, signature)
		}
	})
}
