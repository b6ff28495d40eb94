package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// TestRegistration [KEZ-RELAY-016] … [KEZ-RELAY-025] [KEZ-RELAY-070]
func TestRegistration(t *testing.T) {
	w := start(t, nil)
	alice, bob := newKey(t, 1), newKey(t, 2)
	posted := "\n " + w.registration("alice", alice) + " "
	first := w.want("new", "", "POST", "/v1/register", posted)
	if first.status != http.StatusCreated || !strings.HasSuffix(string(first.body), `,"proofs":[],"registration":`+posted+"}\n") {
		t.Errorf("%d %s", first.status, first.body)
	}
	var lookup relay.Lookup
	if err := json.Unmarshal(first.body, &lookup); err != nil || lookup.Handle != "alice" || lookup.Server != serverName || lookup.Primary != alice.Identity().String() ||
		lookup.RegisteredAt != "2026-01-02T03:04:05Z" || lookup.SigchainURL != "http://sig.test/v1/sigchains/ed25519/"+alice.Identity().Value() {
		t.Errorf("%+v %v", lookup, err)
	}
	w.pass(10 * time.Second)
	if again := w.want("again", "", "POST", "/v1/register", w.registration("alice", alice)); again.status != http.StatusOK || string(again.body) != string(first.body) {
		t.Errorf("%d %s", again.status, again.body)
	}
	for _, path := range []string{"/v1/u/alice", "/v1/by-primary/" + alice.Identity().String(), "/v1/by-primary/" + url.PathEscape(alice.Identity().String())} {
		if a := w.want(path, "", "GET", path, ""); string(a.body) != string(first.body) {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	for _, c := range []struct {
		row  string
		want kez.Code
		body string
	}{
		{"another key", kez.HandleTaken, w.registration("alice", bob)},
		{"a second handle", kez.HandlePrimaryTaken, w.registration("alice2", alice)},
		{"R-16 admin", kez.HandleReserved, w.registration("admin", bob)},
		{"reserved before taken primary", kez.HandleReserved, w.registration("admin", alice)},
		{"a flipped signature", kez.SignatureInvalid, strings.Replace(w.registration("bobby", bob), `"handle":"bobby"`, `"handle":"bobbi"`, 1)},
		{"nothing", kez.InputEmpty, ""},
		{"a member more", kez.JSONUnknownMember, strings.Replace(w.registration("bobby", bob), `{"kez"`, `{"x":1,"kez"`, 1)},
	} {
		w.want(c.row, c.want, "POST", "/v1/register", c.body)
	}
	for _, c := range []struct {
		row, server string
		at          time.Time
		want        kez.Code
	}{
		{"R-15 5 min 1 s old", serverName, w.time().Add(-5*time.Minute - time.Second), kez.HandleStale},
		{"R-15 5 min 1 s ahead", serverName, w.time().Add(5*time.Minute + time.Second), kez.HandleStale},
		{"R-15 for another server", "kez.lat", w.time(), kez.HandleWrongServer},
		{"5 min old", serverName, w.time().Add(-5 * time.Minute), ""},
	} {
		r, err := relay.SignRegistration("bobby", c.server, bob, c.at)
		if err != nil {
			t.Fatal(err)
		}
		w.want(c.row, c.want, "POST", "/v1/register", string(r.Text))
	}
	w.want("R-15 a claim", kez.EnvelopeTypeMismatch, "POST", "/v1/register",
		strings.NewReplacer("kez.chat.handle_registration", "kez.claim").Replace(w.registration("carol", newKey(t, 3))))
	w.want("unknown handle", kez.HandleUnknown, "GET", "/v1/u/nobody", "")
	w.want("unknown primary", kez.HandleUnknown, "GET", "/v1/by-primary/"+newKey(t, 9).Identity().String(), "")
	w.want("no primary", kez.IdentityInvalid, "GET", "/v1/by-primary/nobody", "")
}

// TestR16_HomographsAreNoHandles [KEZ-RELAY-008], also row H-14
func TestR16_HomographsAreNoHandles(t *testing.T) {
	w := start(t, nil)
	for _, handle := range []string{"аlice", "alice\u200b", "ALICE", "al", strings.Repeat("a", 33), "-alice", ".well-known", "v1", "al'ce", "a%25b", "a_%", "1;DROP TABLE messages--", "alice\x00"} {
		for _, path := range []string{"/v1/u/", "/v1/inbox/"} {
			a := w.want("R-16 "+handle, kez.HandleInvalid, "GET", path+url.PathEscape(handle), "")
			if strings.Contains(strings.ToUpper(string(a.body)), "SELECT") || strings.Contains(string(a.body), "sqlite") {
				t.Errorf("H-14 %s", a.body)
			}
		}
		to, err := json.Marshal(handle)
		if err != nil {
			t.Fatal(err)
		}
		w.want("R-16 "+handle, kez.HandleInvalid, "POST", "/v1/messages", fmt.Sprintf(`{"to":%s,"envelope":{}}`, to))
	}
	w.want("R-16 .well-known as it is", kez.HandleInvalid, "GET", "/v1/u/.well-known", "")
}

// TestR13_TwoAtOnce: of two registrations of one handle exactly one wins, a
// thousand times. [KEZ-RELAY-022]
func TestR13_TwoAtOnce(t *testing.T) {
	w := start(t, nil)
	const rounds = 1000
	bodies := make([][2]string, rounds)
	for i := range bodies {
		for j := range 2 {
			bodies[i][j] = w.registration(fmt.Sprintf("handle%d", i), newKey(t, 2*i+j))
		}
	}
	next := make(chan int)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i := range next {
				var pair sync.WaitGroup
				var answers [2]answer
				for j := range 2 {
					pair.Go(func() { answers[j] = w.do("POST", "/v1/register", bodies[i][j]) })
				}
				pair.Wait()
				codes := answers[0].code(t) + answers[1].code(t)
				if codes != kez.HandleTaken || answers[0].status+answers[1].status != http.StatusCreated+http.StatusConflict {
					t.Errorf("R-13 round %d: %d and %d, %s", i, answers[0].status, answers[1].status, codes)
				}
			}
		})
	}
	for i := range rounds {
		next <- i
	}
	close(next)
	wait.Wait()
}

// TestR25_WebFinger [KEZ-RELAY-030] [KEZ-RELAY-031], also row H-20
func TestR25_WebFinger(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.register("alice", alice)
	const path = "/.well-known/webfinger"
	a := w.want("found", "", "GET", path+"?resource=acct:alice@kez.test", "", "Host", "evil.test")
	want := fmt.Sprintf(`{"subject":"acct:alice@kez.test","properties":{"https://kez.lat/ns/primary":%q},"links":[{"rel":"self","type":"application/json","href":"https://kez.test/v1/u/alice"}]}`+"\n", alice.Identity())
	if string(a.body) != want || a.header.Get("Content-Type") != "application/jrd+json" || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%s %v", a.body, a.header)
	}
	if a := w.want("another rel", "", "GET", path+"?resource=acct:alice@kez.test&rel=avatar", ""); !strings.Contains(string(a.body), `"links":[]`) {
		t.Errorf("%s", a.body)
	}
	for query, want := range map[string]kez.Code{
		"": kez.HTTPBadRequest, "?resource=": kez.HTTPBadRequest, "?resource=alice@kez.test": kez.HTTPBadRequest, "?resource=acct:alice": kez.HTTPBadRequest,
		"?resource=acct:alice@": kez.HTTPBadRequest, "?resource=acct:a@b@kez.test": kez.HTTPBadRequest, "?resource=acct:alice@kez.test&resource=x": kez.HTTPBadRequest,
		"?resource=acct:%3Cscript%3E@kez.test": kez.HTTPBadRequest, "?resource=%3Cscript%3Ealert(1)%3C/script%3E": kez.HTTPBadRequest,
		"?resource=acct:alice@evil.test": kez.HandleUnknown, "?resource=acct:nobody@kez.test": kez.HandleUnknown,
	} {
		if a := w.want("R-25 "+query, want, "GET", path+query, ""); strings.Contains(string(a.body), "<script>") {
			t.Errorf("%s: %s", query, a.body)
		}
	}
}

// TestNewHandlesAreLimited [KEZ-RELAY-004]: known ones are not, and one address
// does not limit another.
func TestNewHandlesAreLimited(t *testing.T) {
	w := start(t, func(c *Config, o *service.Options) {
		c.NewHandles = 2
		c.Proxies, _ = service.ParseProxies("127.0.0.1")
	})
	from := func(address string) []string { return []string{"X-Forwarded-For", address} }
	body := func(n int) string { return w.registration(fmt.Sprintf("handle%d", n), newKey(t, n)) }
	w.want("first", "", "POST", "/v1/register", body(1), from("192.0.2.1")...)
	w.want("second", "", "POST", "/v1/register", body(2), from("192.0.2.1")...)
	w.want("known", "", "POST", "/v1/register", body(2), from("192.0.2.1")...)
	if a := w.want("third", kez.HTTPRateLimited, "POST", "/v1/register", body(3), from("192.0.2.1")...); a.header.Get("Retry-After") != "1800" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	w.want("elsewhere", "", "POST", "/v1/register", body(3), from("192.0.2.2")...)
	w.pass(30 * time.Minute)
	w.want("later", "", "POST", "/v1/register", body(4), from("192.0.2.1")...)
}

// TestProfile [KEZ-RELAY-032] [KEZ-RELAY-053] [KEZ-RELAY-054] [KEZ-RELAY-073] [KEZ-RELAY-074]
func TestProfile(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.register("alice", alice)
	put := func(what string, want kez.Code, body string) answer {
		t.Helper()
		w.pass(time.Second)
		path := "/v1/profile/alice/" + what
		lines := relay.BodyText("PUT", serverName, path, "", []byte(body))
		if what == "proofs" {
			lines = relay.ProofsText("alice")
		}
		short := body[:min(len(body), 60)]
		return w.want(what+" "+short, want, "PUT", path, body, relay.AuthHeader, w.auth(alice, lines))
	}
	entries := `{"a" :  1},"<é\u00e9", 7`
	a := put("proofs", "", `{"proofs":[`+entries+`]}`)
	if want := `"proofs":[{"a" :  1},"<é\u00e9",7],`; !strings.Contains(string(a.body), want) {
		t.Errorf("%s", a.body)
	}
	if looked := w.want("lookup", "", "GET", "/v1/u/alice", ""); string(looked.body) != string(a.body) {
		t.Errorf("%s", looked.body)
	}
	many := strings.Repeat(`"github:alice",`, relay.MaxProofs)
	put("proofs", "", `{"proofs":[`+many[:len(many)-1]+`]}`)
	put("proofs", kez.InputTooLarge, `{"proofs":[`+many+`1]}`)
	put("proofs", kez.InputTooLarge, `{"proofs":["`+strings.Repeat("x", relay.MaxProofsSize)+`"]}`)
	put("proofs", kez.JSONType, `{}`)
	put("proofs", kez.JSONType, `[]`)
	put("proofs", kez.JSONUnknownMember, `{"proofs":[],"x":1}`)
	put("proofs", kez.JSONDuplicateMember, `{"proofs":[],"proofs":[]}`)
	if a := put("policy", "", `{"accept":"contacts","contacts":["mastodon:bob@a.example","ed25519:`+alice.Identity().Value()+`"]}`); string(a.body) !=
		`{"accept":"contacts","contacts":["ap:bob@a.example","ed25519:`+alice.Identity().Value()+`"]}`+"\n" {
		t.Errorf("%s", a.body)
	}
	put("policy", kez.HTTPBadRequest, `{"accept":"nobody","contacts":[]}`)
	put("policy", kez.JSONType, `{"accept":"anyone"}`)
	put("policy", kez.JSONType, `{"accept":1,"contacts":[]}`)
	put("policy", kez.JSONType, `{"accept":"anyone","contacts":[1]}`)
	put("policy", kez.IdentityInvalid, `{"accept":"anyone","contacts":["bob"]}`)
	if a := put("blocks", "", `{"primaries":["github:bob"]}`); string(a.body) != `{"primaries":["github:bob"]}`+"\n" {
		t.Errorf("%s", a.body)
	}
	list := strings.Repeat(`"github:b",`, maxList)
	put("blocks", "", `{"primaries":[`+list[:len(list)-1]+`]}`)
	put("blocks", kez.InputTooLarge, `{"primaries":[`+list+`"github:b"]}`)
	body := `{"primaries":[]}`
	auth := w.auth(alice, relay.BodyText("PUT", serverName, "/v1/profile/alice/blocks", "", []byte(body)))
	w.want("another body", kez.AuthInvalid, "PUT", "/v1/profile/alice/blocks", `{"primaries": []}`, relay.AuthHeader, auth)
	w.want("another setting", kez.AuthInvalid, "PUT", "/v1/profile/alice/policy", body, relay.AuthHeader, auth)
	w.want("the body that was signed", "", "PUT", "/v1/profile/alice/blocks", body, relay.AuthHeader, auth)
}

// TestOnlyEd25519 [KEZ-RELAY-015]
func TestOnlyEd25519(t *testing.T) {
	w := start(t, nil)
	nora, err := keys.Generate(kez.SystemNostr, nil)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.ReplaceAll(w.registration("norah", newKey(t, 1)), newKey(t, 1).Identity().String(), nora.Identity().String())
	w.want("nostr", kez.SignatureAlgKeyMismatch, "POST", "/v1/register", body)
}
