package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// TestSendAndPoll [KEZ-RELAY-044] … [KEZ-RELAY-050] [KEZ-RELAY-057] [KEZ-RELAY-059] [KEZ-RELAY-063]
func TestSendAndPoll(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.register("alice", alice)
	w.register("bobby", newKey(t, 2))
	envelopes := []string{`{"v":1}`, "{ \"v\" :\r\n1\t}", `{"<&>":"\u2028é\/","e":[null,true,{"x":{}}]}`, `{}`}
	want := `{"messages":[`
	for i, envelope := range envelopes {
		sent := w.send("alice", envelope)
		if sent.Seq != int64(i+1) || sent.CreatedAt != "2026-01-02T03:04:05Z" {
			t.Errorf("%+v", sent)
		}
		if i > 0 {
			want += ","
		}
		want += fmt.Sprintf(`{"seq":%d,"envelope":%s,"created_at":"2026-01-02T03:04:05Z"}`, i+1, envelope)
	}
	w.pass(time.Second)
	for i, envelope := range envelopes { // again, in another body
		a := w.want("again", "", "POST", "/v1/messages", fmt.Sprintf(` { "envelope" : %s , "to" : "alice" } `, envelope), "Content-Type", "application/json")
		if a.status != http.StatusOK || string(a.body) != fmt.Sprintf(`{"seq":%d,"created_at":"2026-01-02T03:04:05Z"}`+"\n", i+1) {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if sent := w.send("bobby", `{}`); sent.Seq != 5 {
		t.Errorf("%+v", sent)
	}
	a := w.want("poll", "", "GET", "/v1/inbox/alice", "", relay.AuthHeader, w.auth(alice, relay.PollText("alice", 0)))
	if want += fmt.Sprintf(`],"next":4,"epoch":%q}`+"\n", w.db.Epoch()); string(a.body) != want {
		t.Errorf("%s, want %s", a.body, want)
	}
	a = w.want("nothing new", "", "GET", "/v1/inbox/alice?since=4", "", relay.AuthHeader, w.auth(alice, relay.PollText("alice", 4)))
	if string(a.body) != fmt.Sprintf(`{"messages":[],"next":4,"epoch":%q}`+"\n", w.db.Epoch()) {
		t.Errorf("%s", a.body)
	}
}

// TestR20_OpaqueButBounded [KEZ-RELAY-044] [KEZ-RELAY-045] [KEZ-RELAY-046] [KEZ-RELAY-072], also rows H-02, H-07
func TestR20_OpaqueButBounded(t *testing.T) {
	w := start(t, nil)
	w.register("alice", newKey(t, 1))
	sized := func(n int) string { return `{"ct":"` + strings.Repeat("a", n-len(`{"ct":""}`)) + `"}` }
	for _, c := range []struct {
		row  string
		want kez.Code
		body string
	}{
		{"R-20 a string", kez.JSONType, sendBody("alice", `"x"`)},
		{"R-20 a list", kez.JSONType, sendBody("alice", `[]`)},
		{"R-20 null", kez.JSONType, sendBody("alice", `null`)},
		{"R-20 256 KiB - 1", "", sendBody("alice", sized(relay.MaxMessage-1))},
		{"R-20 256 KiB", "", sendBody("alice", sized(relay.MaxMessage))},
		{"R-20 256 KiB + 1", kez.MessageTooLarge, sendBody("alice", sized(relay.MaxMessage+1))},
		{"R-20 a string of 256 KiB + 1", kez.MessageTooLarge, sendBody("alice", `"`+strings.Repeat("a", relay.MaxMessage-1)+`"`)},
		{"R-20 16 KiB around", "", sendBody("alice", `{"around":1}`) + strings.Repeat(" ", 16<<10)},
		{"R-20 a body over 272 KiB", kez.MessageTooLarge, sendBody("alice", `{}`) + strings.Repeat(" ", maxSend)},
		{"R-20 depth 10,000", kez.JSONDepth, sendBody("alice", strings.Repeat(`{"a":`, 10_000)+"1"+strings.Repeat("}", 10_000))},
		{"R-20 depth 32", "", sendBody("alice", strings.Repeat(`{"a":`, 31)+"1"+strings.Repeat("}", 31))},
		{"R-20 depth 33", kez.JSONDepth, sendBody("alice", strings.Repeat(`{"a":`, 32)+"1"+strings.Repeat("}", 32))},
		{"a fraction", kez.JSONNumber, sendBody("alice", `{"n":1.5}`)},
		{"a member twice", kez.JSONDuplicateMember, sendBody("alice", `{"n":1,"\u006e":2}`)},
		{"a member more", kez.JSONUnknownMember, `{"to":"alice","envelope":{},"x":1}`},
		{"no envelope", kez.JSONType, `{"to":"alice"}`},
		{"no recipient", kez.JSONType, `{"envelope":{}}`},
		{"a number as recipient", kez.JSONType, `{"to":1,"envelope":{}}`},
		{"a list", kez.JSONType, `[]`},
		{"nothing", kez.InputEmpty, ``},
		{"a half", kez.JSONSyntax, `{"to":"alice","envelope":{`},
		{"trailing data", kez.JSONTrailingData, sendBody("alice", `{}`) + "x"},
		{"nobody", kez.HandleUnknown, sendBody("nobody", `{}`)},
		{"@alice", kez.HandleInvalid, sendBody("@alice", `{}`)},
	} {
		t.Run(c.row, func(t *testing.T) { w.want(c.row, c.want, "POST", "/v1/messages", c.body) })
	}
	t.Run("H-02 of no declared length", func(t *testing.T) {
		r, err := http.NewRequest("POST", w.url+"/v1/messages", struct{ *bytes.Reader }{bytes.NewReader(make([]byte, 300_000))})
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = -1
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusRequestEntityTooLarge || !response.Close {
			t.Errorf("%d, closes %v", response.StatusCode, response.Close)
		}
	})
	w.want("H-07", kez.HTTPMediaType, "POST", "/v1/messages", sendBody("alice", `{}`), "Content-Encoding", "gzip")
	w.want("a form", kez.HTTPMediaType, "POST", "/v1/messages", "to=alice", "Content-Type", "application/x-www-form-urlencoded")
}

// TestR06_LimitIsClamped [KEZ-RELAY-058] [KEZ-RELAY-060]
func TestR06_LimitIsClamped(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.register("alice", alice)
	for i := range 510 {
		if _, _, err := w.db.Put(t.Context(), "alice", fmt.Appendf(nil, `{"n":%d}`, i), t0, relay.Quota{}); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]int{"": 100, "&limit=1000000000": 500, "&limit=500": 500, "&limit=7": 7, "&limit=0": 0} {
		if page := w.poll("alice", alice, 0, query); len(page.Messages) != want || page.Next != int64(want) {
			t.Errorf("R-06 %q: %d rows, next %d", query, len(page.Messages), page.Next)
		}
	}
	total, since := 0, int64(0)
	for {
		page := w.poll("alice", alice, since, "")
		if len(page.Messages) == 0 {
			break
		}
		total += len(page.Messages)
		since = page.Next
	}
	if total != 510 {
		t.Errorf("%d messages were paged", total)
	}
}

// sealed is an envelope as far as the relay reads it.
func sealed(from *keys.Private, n int) string {
	return fmt.Sprintf(`{"from":%q,"n":%d}`, from.Identity(), n)
}

// TestPolicies [KEZ-RELAY-050] [KEZ-RELAY-051] [KEZ-RELAY-055] [KEZ-RELAY-056]
func TestPolicies(t *testing.T) {
	w := start(t, nil)
	alice, bob, carol := newKey(t, 1), newKey(t, 2), newKey(t, 3)
	w.register("alice", alice)
	w.register("bobby", bob)
	n := 0
	send := func(row string, want kez.Code, from, signer *keys.Private) {
		t.Helper()
		n++
		body := sendBody("alice", sealed(from, n))
		var header []string
		if signer != nil {
			header = []string{relay.AuthHeader, w.auth(signer, relay.BodyText("POST", serverName, "/v1/messages", "alice", []byte(body)))}
		}
		w.want(row, want, "POST", "/v1/messages", body, header...)
	}
	set := func(what, body string) {
		t.Helper()
		w.pass(time.Second)
		path := "/v1/profile/alice/" + what
		w.want(what, "", "PUT", path, body, relay.AuthHeader, w.auth(alice, relay.BodyText("PUT", serverName, path, "", []byte(body))))
	}
	send("anyone, unsigned", "", carol, nil)
	send("anyone, signed", "", carol, carol)
	send("anyone, signed by another", kez.AuthInvalid, carol, bob)
	set("policy", `{"accept":"registered","contacts":[]}`)
	send("registered, unsigned", kez.MessagePolicy, bob, nil)
	send("registered, signed", "", bob, bob)
	send("registered, a stranger", kez.MessagePolicy, carol, carol)
	send("registered, as somebody else", kez.AuthInvalid, bob, carol)
	set("policy", fmt.Sprintf(`{"accept":"contacts","contacts":[%q]}`, carol.Identity()))
	send("contacts, signed", "", carol, carol)
	send("contacts, unsigned", kez.MessagePolicy, carol, nil)
	send("contacts, a stranger", kez.MessagePolicy, bob, bob)
	set("blocks", fmt.Sprintf(`{"primaries":[%q]}`, carol.Identity()))
	send("blocked before the policy", kez.MessageBlocked, carol, carol)
	set("policy", `{"accept":"anyone","contacts":[]}`)
	send("blocked, unsigned", kez.MessageBlocked, carol, nil)
	send("not blocked", "", bob, nil)
	set("blocks", `{"primaries":[]}`)
	send("no longer blocked", "", carol, nil)

	body := sendBody("alice", `{"from":"nobody at all"}`)
	auth := w.auth(bob, relay.BodyText("POST", serverName, "/v1/messages", "alice", []byte(body)))
	w.want("signed for nobody", kez.AuthInvalid, "POST", "/v1/messages", body, relay.AuthHeader, auth)
	w.want("unsigned of nobody", "", "POST", "/v1/messages", body)
	body = sendBody("alice", sealed(bob, 1000))
	for _, server := range []string{"kez.lat", ""} {
		auth := w.auth(bob, relay.BodyText("POST", server, "/v1/messages", "alice", []byte(body)))
		w.want("signed for the relay "+server, kez.AuthInvalid, "POST", "/v1/messages", body, relay.AuthHeader, auth)
	}
	stale, err := relay.SignAuth(relay.BodyText("POST", serverName, "/v1/messages", "alice", []byte(body)), bob, w.time().Add(-61*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	w.want("signed long ago", kez.AuthStale, "POST", "/v1/messages", body, relay.AuthHeader, stale)
	w.want("malformed before unknown", kez.AuthMalformed, "POST", "/v1/messages", sendBody("nobody", sealed(bob, 1)), relay.AuthHeader, "x")
}

// TestSpamIsBounded [KEZ-RELAY-004] [KEZ-RELAY-052]
func TestSpamIsBounded(t *testing.T) {
	w := start(t, func(c *Config, _ *service.Options) {
		c.Sends, c.Receives = 5, 3
		c.Proxies, _ = service.ParseProxies("127.0.0.0/8")
		c.Quota = relay.Quota{Messages: 4}
	})
	w.register("alice", newKey(t, 1))
	w.register("bobby", newKey(t, 2))
	n := 0
	send := func(row string, want kez.Code, to, address string) answer {
		t.Helper()
		n++
		return w.want(row, want, "POST", "/v1/messages", sendBody(to, fmt.Sprintf(`{"n":%d}`, n)), "X-Forwarded-For", address)
	}
	for range 3 {
		send("within both", "", "alice", "192.0.2.1")
	}
	if a := send("of the mailbox", kez.HTTPRateLimited, "alice", "192.0.2.2"); a.header.Get("Retry-After") != "20" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	send("another mailbox", "", "bobby", "192.0.2.1")
	send("another mailbox", "", "bobby", "192.0.2.1")
	send("of the address", kez.HTTPRateLimited, "bobby", "192.0.2.1")
	send("forged by the client", kez.HTTPRateLimited, "bobby", "198.51.100.7, 192.0.2.1")
	send("another address", "", "bobby", "192.0.2.2")
	w.pass(time.Hour)
	send("the last of the mailbox", "", "alice", "192.0.2.1")
	if a := send("over the quota", kez.MessageQuota, "alice", "192.0.2.1"); a.status != http.StatusTooManyRequests {
		t.Errorf("%d", a.status)
	}
	var page relay.Page
	a := w.want("what is there is read", "", "GET", "/v1/inbox/alice", "", relay.AuthHeader, w.auth(newKey(t, 1), relay.PollText("alice", 0)))
	if err := json.Unmarshal(a.body, &page); err != nil || len(page.Messages) != 4 {
		t.Errorf("%d messages, %v", len(page.Messages), err)
	}
}
