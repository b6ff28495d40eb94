package ap_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/apfake"
	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/ap"
	"kez.lat/kez/impl/go/channel/internal/worldtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// TestCouldNotLook has every answer that says nothing about the profile, once
// of WebFinger and once of the actor, with a proof behind it.
// [KEZ-CHAN-008] [KEZ-CHAN-009] [KEZ-CHAN-010] [KEZ-CHAN-011] [KEZ-CHAN-017]
func TestCouldNotLook(t *testing.T) {
	for name, test := range map[string]struct {
		fault httpfake.Fault
		want  kez.Code
	}{
		"404":              {httpfake.Status(404), kez.ChannelAccountMissing},
		"410":              {apfake.Gone(), kez.ChannelAccountMissing},
		"401":              {apfake.SecureMode(), kez.ChannelUnreachable},
		"400":              {httpfake.Status(400), kez.ChannelBadContent},
		"204":              {httpfake.Status(204), kez.ChannelBadContent},
		"429":              {httpfake.Status(429).Header("Retry-After", "60"), kez.ChannelRateLimited},
		"500":              {httpfake.Status(500), kez.ChannelUnreachable},
		"page of a proxy":  {httpfake.Pass().Type("text/html").Body("<html>please log in</html>"), kez.ChannelBadContent},
		"page called JSON": {httpfake.Pass().Body("<!DOCTYPE html>"), kez.ChannelBadContent},
		"no JSON":          {httpfake.Pass().Body("hello"), kez.ChannelBadContent},
		"a list":           {httpfake.Pass().Body("[]"), kez.ChannelBadContent},
		"null":             {httpfake.Pass().Body("null"), kez.ChannelBadContent},
		"hang up":          {httpfake.Drop(), kez.ChannelUnreachable},
		"cut":              {httpfake.Pass().Truncate(20), kez.ChannelUnreachable},
		"endless":          {httpfake.Endless(), kez.ChannelTooLarge},
		"bomb":             {httpfake.GzipBomb(64 << 20), kez.ChannelTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			for on, want := range map[string][]string{"a.example/.well-known/webfinger": {finger}, profile: {finger, profile}} {
				server := start(t, alice)
				server.Fault(on, test.fault)
				_, r := look(t.Context(), t, server)
				wants(t, r, test.want)
				if name != "hang up" { // which Go asks again on a new connection
					asked(t, server, want...)
				}
			}
		})
	}
}

// TestActors changes the profile, which is served as application/activity+json.
func TestActors(t *testing.T) {
	token := short(t, "ap:alice@a.example")
	properties := func(n int) string {
		list := make([]map[string]string, n)
		for i := range list {
			list[i] = map[string]string{"type": "PropertyValue", "value": "x"}
		}
		text, _ := json.Marshal(list)
		return string(text)
	}
	for name, test := range map[string]struct {
		patch string // of the actor, RFC 7396
		want  kez.Code
	}{
		"nothing":               {`{}`, kez.ChannelNotFound},
		"null":                  {`{"summary": null, "attachment": null}`, kez.ChannelNotFound},
		"one attachment":        {`{"attachment": {"type": "PropertyValue", "value": "PROOF"}}`, ""},
		"two types":             {`{"attachment": [{"type": ["Object", "PropertyValue"], "value": "PROOF"}]}`, ""},
		"other attachments":     {`{"attachment": ["PROOF", 7, null, {"type": "Image", "value": "PROOF"}, {"value": "PROOF"}]}`, kez.ChannelNotFound},
		"name of a property":    {`{"attachment": [{"type": "PropertyValue", "name": "PROOF", "value": ""}]}`, kez.ChannelNotFound},
		"other texts":           {`{"name": "PROOF", "content": "PROOF", "url": "https://a.example/PROOF", "Summary": "PROOF"}`, kez.ChannelNotFound},
		"good beside bad":       {`{"summary": "BOBS kez:b1:x", "attachment": [{"type": "PropertyValue", "value": "PROOF"}]}`, ""},
		"summary of an object":  {`{"summary": {"en": "PROOF"}}`, kez.ChannelBadContent},
		"value of an object":    {`{"attachment": [{"type": "PropertyValue", "value": {}}]}`, kez.ChannelBadContent},
		"attachment of a text":  {`{"attachment": "PROOF"}`, kez.ChannelBadContent},
		"as many as there are":  {`{"summary": "PROOF", "attachment": ` + properties(256) + `}`, ""},
		"too many":              {`{"summary": "PROOF", "attachment": ` + properties(257) + `}`, kez.ChannelTooLarge},
		"capital id":            {`{"id": null, "ID": "https://a.example/users/alice", "summary": "PROOF"}`, kez.ChannelOwnerMismatch},
		"id that looks alike":   {`{"id": "https://a.example/users/alice/", "summary": "PROOF"}`, kez.ChannelOwnerMismatch},
		"id of another kind":    {`{"id": ["https://a.example/users/alice"], "summary": "PROOF"}`, kez.ChannelOwnerMismatch},
		"moved, and still here": {`{"movedTo": "https://b.example/users/alice", "summary": "PROOF"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, "-- a.example/alice.json --\n{}\n")
			patch := strings.NewReplacer("PROOF", token, "BOBS", short(t, "ap:bob@a.example")).Replace(test.patch)
			server.Fault(profile, httpfake.Pass().Merge(patch))
			_, r := look(t.Context(), t, server)
			wants(t, r, test.want)
			asked(t, server, finger, profile)
		})
	}
}

// TestTypes takes a profile as a document of ActivityPub alone, since servers
// hand out what was uploaded as other types.
func TestTypes(t *testing.T) {
	for kind, want := range map[string]kez.Code{
		"application/activity+json": "",
		`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`:     "",
		`application/ld+json; profile="x https://www.w3.org/ns/activitystreams y"`: "",
		"application/ld+json": kez.ChannelBadContent, "application/json": kez.ChannelBadContent,
		"text/plain": kez.ChannelBadContent, "application/octet-stream": kez.ChannelBadContent, "": kez.ChannelBadContent,
	} {
		server := start(t, alice)
		server.Fault(profile, httpfake.Pass().Type(kind))
		_, r := look(t.Context(), t, server)
		if wants(t, r, want); t.Failed() {
			t.Fatalf("type %q", kind)
		}
		for _, request := range server.History()[1:] {
			if !strings.HasPrefix(request.Header.Get("Accept"), "application/activity+json") {
				t.Errorf("accepts %q", request.Header.Get("Accept"))
			}
		}
	}
}

// TestWebFinger has answers that lead nowhere.
func TestWebFinger(t *testing.T) {
	for _, links := range []string{
		`null`, `[]`, `[{"rel": "self", "href": "https://a.example/users/alice"}]`,
		`[{"rel": "Self", "type": "application/activity+json", "href": "https://a.example/users/alice"}]`,
		`[{"rel": "self", "type": "application/activity+json", "href": "http://a.example/users/alice"}]`,
		`[{"rel": "self", "type": "application/activity+json", "href": "/users/alice"}]`,
		`[{"rel": "self", "type": "application/activity+json", "href": "https:///users/alice"}]`,
		`[{"rel": "self", "type": "application/activity+json", "href": "https://%/"}]`, `7`,
	} {
		server := start(t, alice)
		server.SetWebFinger("a.example", "acct:alice@a.example", fmt.Appendf(nil, `{"subject": "acct:alice@a.example", "links": %s}`, links))
		_, r := look(t.Context(), t, server)
		wants(t, r, kez.ChannelBadContent)
		asked(t, server, finger)
	}
	server := start(t, "-- hosts.json --\n[\"a.example\"]\n")
	_, r := look(t.Context(), t, server)
	wants(t, r, kez.ChannelAccountMissing)
}

// TestHang has servers that never answer and a caller who does not wait.
func TestHang(t *testing.T) {
	for _, on := range []string{"a.example/.well-known/webfinger", profile} {
		server := start(t, alice)
		server.Fault(on, httpfake.Hang())
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, r := look(ctx, t, server)
		wants(t, r, kez.ChannelUnreachable)
	}
}

func TestNobodyListens(t *testing.T) {
	id := worldtest.ID(t, "ap:alice@a.example")
	f := ap.Channel{Client: channel.NewClient("test"), Base: "http://127.0.0.1:1"}.Verify(t.Context(), id)
	wants(t, verify.Found(f, verify.Question{Subject: id, Now: now}), kez.ChannelUnreachable)
}

// TestOldPrefix asks for the same account by the name mastodon.
func TestOldPrefix(t *testing.T) {
	server := start(t, alice)
	id := worldtest.ID(t, "mastodon:alice@a.example")
	f := ap.Channel{Client: channel.NewClient("test"), Base: server.URL()}.Verify(t.Context(), id)
	wants(t, verify.Found(f, verify.Question{Subject: id, Now: now}), "")
}
