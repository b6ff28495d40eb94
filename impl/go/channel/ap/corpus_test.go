package ap_test

import (
	"encoding/json"
	"testing"

	"kez.lat/kez/fakes/apfake"
	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

type object = map[string]any

const place = "https://social.example/users/alice"

// recorded gives a recorded document.
func recorded(t *testing.T, c sharedtest.Case) object {
	t.Helper()
	var in struct{ Body object }
	c.Input(t, &in)
	return in.Body
}

// serve shows a document as the profile of the account asked for.
func serve(t *testing.T, document object) *verify.Result {
	t.Helper()
	server := start(t, "")
	raw, err := json.Marshal(document)
	if err == nil {
		err = server.AddActor("a.example", "alice", apfake.Actor{Document: raw, URL: "https://a.example/users/alice"})
	}
	if err != nil {
		t.Fatal(err)
	}
	_, r := look(t.Context(), t, server)
	return r
}

// plants puts a proof into a document where it counts, or where it does not.
var plants = map[string]struct {
	want  kez.Code
	plant func(document object, token string)
}{
	"nowhere": {kez.ChannelNotFound, func(object, string) {}},
	"bio":     {"", func(d object, token string) { d["summary"] = "<p>me</p><p>" + token + "</p>" }},
	"property": {"", func(d object, token string) {
		list, ok := d["attachment"].([]any)
		if !ok && d["attachment"] != nil {
			list = []any{d["attachment"]}
		}
		d["attachment"] = append(list, object{"type": "PropertyValue", "name": "kez", "value": token})
	}},
	"content": {kez.ChannelNotFound, func(d object, token string) { d["content"], d["name"] = token, token }},
	"another object": {kez.ChannelNotFound, func(d object, token string) {
		other := object{"type": "Person", "id": place, "summary": token, "attachment": []any{object{"type": "PropertyValue", "value": token}}}
		d["object"], d["actor"], d["attributedTo"], d["tag"] = other, other, other, []any{other}
	}},
	"attachment of another type": {kez.ChannelNotFound, func(d object, token string) {
		d["attachment"] = []any{object{"type": "Note", "value": token, "content": token, "summary": token}}
	}},
	"another place": {kez.ChannelOwnerMismatch, func(d object, token string) { d["id"], d["summary"] = place, token }},
}

// TestRecordedDocuments [KEZ-CHAN-066] [KEZ-CHAN-068]
func TestRecordedDocuments(t *testing.T) {
	token := short(t, "ap:alice@a.example")
	for _, c := range sharedtest.Corpus(t, "activitypub-granary") {
		t.Run(c.ID, func(t *testing.T) {
			if r := serve(t, recorded(t, c)); r.Code != kez.ChannelOwnerMismatch {
				t.Errorf("as it is: %s %q (%s)", r.Status, r.Code, r.Message)
			}
			for name, p := range plants {
				document := recorded(t, c)
				document["id"] = "https://a.example/users/alice"
				p.plant(document, token)
				if r := serve(t, document); r.Code != p.want {
					t.Errorf("%s: %s %q (%s), want %q", name, r.Status, r.Code, r.Message, p.want)
				}
			}
		})
	}
}
