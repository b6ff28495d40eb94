package fakes

import (
	"strings"
	"testing"
)

// rows are hostile worlds for DNS and nostr, one for each way in which these
// services go wrong. What a client must make of them is for the tests of
// clients; here each has to load.
var rows = map[string]string{
	"no name": `
-- _dns/a.test.zone --
`,
	"server failure": `
-- _dns/faults.json --
{"_kez.a.test": {"rcode": "SERVFAIL"}, "_kez.b.test": {"rcode": "REFUSED"}}
`,
	"no answer": `
-- _dns/faults.json --
{"_kez.a.test": {"drop": -1}}
`,
	"no record at the name": `
-- _dns/a.test.zone --
_kez A 192.0.2.1
`,
	"long record, whole on TCP only": `
-- _dns/a.test.zone --
_kez TXT "` + strings.Repeat("a", 255) + `" "` + strings.Repeat("b", 255) + `" "` + strings.Repeat("c", 200) + `"
`,
	"alias into another zone": `
-- _dns/a.test.zone --
_kez CNAME x.b.test.
-- _dns/b.test.zone --
x TXT "proof"
`,
	"alias in a loop, and long aliases": `
-- _dns/a.test.zone --
_kez CNAME _kez.b.test.
h1 CNAME h2
h2 CNAME h3
h3 CNAME h4
-- _dns/b.test.zone --
_kez CNAME _kez.a.test.
`,
	"wrong answers first": `
-- _dns/a.test.zone --
_kez TXT "proof"
-- _dns/faults.json --
{"_kez.a.test": {"wrong_id": 1, "wrong_address": 1, "spoof": "_kez.a.test. TXT evil"}}
`,
	"record of another name": `
-- _dns/a.test.zone --
-- _dns/faults.json --
{"_kez.a.test": {"foreign": "_kez.b.test. TXT proof"}}
`,
	"2,000 records": `
-- _dns/a.test.zone --
_kez TXT "proof"
-- _dns/faults.json --
{"_kez.a.test": {"fill": 1999}}
`,
	"bytes outside ASCII": `
-- _dns/a.test.zone --
_kez TXT "kez:b1:\195\169"
`,
	"two proofs": `
-- _dns/a.test.zone --
_kez TXT "one"
_kez TXT "two"
`,
	"no time to live": `
-- _dns/a.test.zone --
_kez 0 TXT "proof"
`,
	"event of another author": `
-- _nostr/one/copy.json --
{"secret": "` + secret + `", "kind": 1, "content_file": "proof.txt"}
-- _nostr/one/proof.txt --
proof
-- _nostr/one/faults.json --
{"ignore_filters": true}
`,
	"spoilt events": `
-- _nostr/one/a.json --
{"secret": "` + secret + `", "kind": 1, "content": "proof", "corrupt": "id"}
-- _nostr/one/b.json --
{"secret": "` + secret + `", "kind": 1, "content": "proof", "corrupt": "both"}
`,
	"known id with other bytes": `
-- _nostr/one/a.json --
{"secret": "` + secret + `", "kind": 1, "content": "proof"}
-- _nostr/one/faults.json --
{"again": "sig"}
`,
	"profile from the future": `
-- _nostr/one/a.json --
{"secret": "` + secret + `", "kind": 0, "content": "{}", "created_at": 2082855845}
`,
	"old and new profile on two relays": `
-- _nostr/one/a.json --
{"secret": "` + secret + `", "kind": 0, "content": "old", "created_at": 1000}
-- _nostr/two/a.json --
{"secret": "` + secret + `", "kind": 0, "content": "new", "created_at": 2000}
`,
	"stale relay": `
-- _nostr/one/a.json --
{"secret": "` + secret + `", "kind": 0, "content": "old", "created_at": 1000, "repeat": 2}
-- _nostr/one/faults.json --
{"keep_replaced": true}
`,
	"events nobody asked for": `
-- _nostr/one/faults.json --
{"extra": [{"secret": "` + secret + `", "kind": 7, "content": "+"}]}
`,
	"relays that hang": `
-- _nostr/one/faults.json --
{"no_eose": true}
-- _nostr/two/faults.json --
{"no_upgrade": true}
-- _nostr/three/faults.json --
{"hang": true}
`,
	"too much": `
-- _nostr/one/faults.json --
{"huge_frame": 16777216}
-- _nostr/two/faults.json --
{"fragment": 1024}
`,
	"refusals": `
-- _nostr/one/faults.json --
{"auth": true}
-- _nostr/two/faults.json --
{"closed": "rate-limited: later"}
-- _nostr/three/faults.json --
{"notice": "no"}
`,
	"deletion": `
-- _nostr/one/a.json --
{"secret": "` + secret + `", "kind": 1, "content": "proof"}
-- _nostr/one/b.json --
{"secret": "` + secret + `", "kind": 5, "tags": [["e", "@a.json"]], "content": ""}
-- _nostr/one/faults.json --
{"keep_deleted": true}
`,
	"relay list that leads inside": `
-- _nostr/one/a.json --
{"secret": "` + secret + `", "kind": 10002, "tags": [["r", "ws://127.0.0.1:6379"]], "content": ""}
`,
}

func TestRows(t *testing.T) {
	for name, archive := range rows {
		w, err := OpenText(archive)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := w.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
