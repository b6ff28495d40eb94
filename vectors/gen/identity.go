package gen

import "strings"

func signed(text string) input { return input{"text": []byte(text), "mode": "signed"} }
func typed(text string) input  { return input{"text": []byte(text), "mode": "typed"} }
func is(id string) state       { return state{"identity": id} }

func identityTopic(b *book) {
	t := b.topic("identity", "Identities as they are typed and as they stand in signed data.")
	identityShapes(t)
	identityHosts(t)
	identityAccounts(t)
	identityKeys(t)
	identityTyped(t)
	identityNotCanonical(t)
	identitySecrets(t)
}

// same adds a signed identity that stays as it is.
func same(t *topic, id, title, text string, o ...option) {
	t.ok(id, title, signed(text), is(text), o...)
}

// wrong adds a signed identity that is refused as broken.
func wrong(t *topic, id, of, fault, text string, o ...option) {
	t.bad(id, fault, of, fault, signed(text), "identity.invalid", o...)
}

func identityShapes(t *topic) {
	t.group("identity.parse", "ID-001 ID-005", "Everything compares identities byte for byte, so their grammar has no soft edge.")
	same(t, "github", "a GitHub login", "github:alice", wire, tags("ID-001 ID-006"))
	same(t, "value-holds-colons", "only the first colon splits", "matrix:@alice:server.example", wire, tags("ID-001 ID-007"))
	same(t, "unknown-system", "a system that no channel knows parses", "unknown:alice", tags("ID-007"))
	same(t, "unknown-punctuation", "an unknown system takes every printable ASCII character", "x:!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", tags("ID-007 ID-004"))
	same(t, "unknown-case", "the value of an unknown system keeps its case", "unknown:Alice", tags("ID-007 ID-029"))
	same(t, "system-32", "a system of 32 characters", strings.Repeat("s", 32)+":a", tags("ID-002"))
	same(t, "system-digits", "digits in a system after its first letter", "a1b2:c", tags("ID-002"))
	same(t, "length-512", "512 bytes", "x:"+strings.Repeat("v", 510), tags("ID-003 JSON-029"))
	wrong(t, "no-colon", "github", "no colon", "githubalice")
	wrong(t, "no-system", "github", "an empty system", ":alice", tags("ID-002 ID-005"))
	wrong(t, "no-value", "github", "an empty value", "github:", tags("ID-006 ID-005"))
	wrong(t, "unknown-no-value", "unknown-system", "an empty value under an unknown system", "unknown:", tags("ID-007 ID-005"))
	wrong(t, "empty", "github", "the empty text", "")
	wrong(t, "system-33", "system-32", "a system of 33 characters", strings.Repeat("s", 33)+":a", tags("ID-002 ID-005"))
	wrong(t, "system-digit-first", "system-digits", "a system that starts with a digit", "1ab2:c", tags("ID-002 ID-005"))
	wrong(t, "system-hyphen", "system-digits", "a hyphen in the system", "a-b:c", tags("ID-002 ID-005"))
	wrong(t, "system-underscore", "system-digits", "an underscore in the system", "a_b:c", tags("ID-002 ID-005"))
	wrong(t, "system-space", "github", "a space in the system", "git hub:alice", tags("ID-002 ID-005"))
	wrong(t, "system-path", "unknown-system", "a path where the system belongs", "../../tmp/x:alice", tags("ID-002 ID-005"), why("Systems become parts of file names and URLs."))
	wrong(t, "length-513", "length-512", "one byte over the limit", "x:"+strings.Repeat("v", 511), tags("ID-003 ID-005"))
	t.group("identity.parse", "ID-004 ID-005", "What a terminal or an editor hides must not be part of a name.")
	wrong(t, "nul", "github", "a zero byte in the value", "github:al\x00ice")
	wrong(t, "vertical-tab", "github", "a vertical tab at the end, which is not white space here", "github:alice\v")
	wrong(t, "inner-space", "unknown-system", "a space inside the value", "unknown:al ice")
	wrong(t, "delete", "unknown-system", "U+007F in the value", "unknown:al\x7fice")
	wrong(t, "non-ascii", "unknown-system", "a letter outside ASCII", "unknown:al\u00efce")
	wrong(t, "bidi-override", "github", "a right-to-left override in the value", "github:al\u202eice")
	wrong(t, "zero-width", "github", "a zero-width space in the value", "github:al\u200bice")
	wrong(t, "nbsp-end", "github", "a no-break space at the end, which is not trimmed", "github:alice\u00a0")
	wrong(t, "not-utf8", "unknown-system", "a byte that is not UTF-8", "unknown:al\xffice")
}

func identityHosts(t *topic) {
	long := strings.Repeat("a", 63)
	host239 := long + "." + long + "." + long + "." + strings.Repeat("b", 47)
	t.group("identity.parse", "ID-008 ID-006", "A host in an identity is looked up and fetched, so nothing but a host fits.")
	same(t, "dns", "a domain", "dns:alice.example", wire, tags("ID-006"))
	same(t, "web", "a web host", "web:alice.example", wire, tags("ID-006"))
	same(t, "bluesky", "a handle", "bluesky:alice.bsky.example", wire, tags("ID-006 ID-014"))
	same(t, "dns-label-63", "a label of 63 characters", "dns:"+long+".example")
	same(t, "dns-double-hyphen", "two hyphens inside a label", "dns:a--b.example")
	same(t, "dns-digits", "labels of digits before the last", "dns:1.2.example", tags("ID-010 ID-008"))
	same(t, "dns-last-letter", "a last label that starts with a letter and ends with a digit", "dns:alice.x1", tags("ID-010"))
	same(t, "dns-239", "a host of 239 characters", "dns:"+host239, tags("ID-011"))
	same(t, "dns-alabel", "an A-label", "dns:xn--caf-dma.example", tags("ID-013"))
	same(t, "dns-alabel-undecodable", "an A-label that decodes to nothing is judged by its letters", "dns:xn--a.example", tags("ID-013"))
	for _, f := range []struct{ id, of, fault, text, tags string }{
		{"dns-label-64", "dns-label-63", "a label of 64 characters", "dns:a" + long + ".example", ""},
		{"dns-hyphen-first", "dns", "a label that starts with a hyphen", "dns:-alice.example", ""},
		{"dns-hyphen-last", "dns", "a label that ends with a hyphen", "dns:alice-.example", ""},
		{"dns-empty-label", "dns", "an empty label", "dns:alice..example", ""},
		{"dns-dot-first", "dns", "a leading dot", "dns:.alice.example", ""},
		{"dns-alabel-empty", "dns-alabel", "the label xn--, which ends with a hyphen", "dns:xn--.example", "ID-013 ID-008"},
		{"dns-one-label", "dns", "a single label", "dns:localhost", "ID-009"},
		{"dns-ipv4", "dns", "an IPv4 address", "dns:192.0.2.1", "ID-010"},
		{"dns-last-digit", "dns-last-letter", "a last label that starts with a digit", "dns:alice.1x", "ID-010"},
		{"dns-240", "dns-239", "a host of 240 characters", "dns:" + host239 + "b", "ID-011"},
		{"dns-port", "dns", "a port", "dns:alice.example:53", "ID-012"},
		{"dns-path", "dns", "a path", "dns:alice.example/x", "ID-012"},
		{"dns-underscore", "dns", "an underscore", "dns:_kez.alice.example", "ID-012"},
		{"dns-ipv6", "dns", "an IPv6 address in brackets", "dns:[2001:db8::1]", "ID-012"},
		{"web-user", "web", "a user before the host", "web:user@alice.example", "ID-012"},
		{"web-url", "web", "a URL in place of a host", "web:https://alice.example", "ID-012"},
		{"web-file", "web", "a file URL in place of a host", "web:file:///etc/passwd", "ID-012"},
		{"web-query", "web", "a query", "web:alice.example?x=1", "ID-012"},
		{"web-percent", "web", "a percent-encoded dot", "web:alice%2eexample", "ID-008"},
		{"bluesky-did", "bluesky", "a DID in place of a handle", "bluesky:did:plc:z72i7hdynmk6r22z27h6tvur", "ID-014"},
		{"bluesky-one-label", "bluesky", "a handle of one label", "bluesky:alice", "ID-009 ID-014"},
	} {
		o := []option{}
		if f.tags != "" {
			o = append(o, tags(f.tags))
		}
		wrong(t, f.id, f.of, f.fault, f.text, o...)
	}
	wrong(t, "dns-unicode", "dns-alabel", "letters in place of the A-label", "dns:caf\u00e9.example", tags("ID-008 ID-004"))
	wrong(t, "dns-homograph", "dns", "a Cyrillic letter that looks like a Latin one", "dns:\u0430lice.example", tags("ID-008 ID-004"))
}

func identityAccounts(t *topic) {
	t.group("identity.parse", "ID-006", "Each service has names of its own shape; a looser one would reach another account.")
	same(t, "github-hyphen", "a hyphen inside a login", "github:alice-b", wire)
	same(t, "github-managed", "the underscore of a managed user", "github:alice-b_corp", wire)
	same(t, "github-39", "a login of 39 characters", "github:"+strings.Repeat("a", 39), wire)
	same(t, "github-digits", "a login of digits", "github:42", wire)
	same(t, "ap", "an ActivityPub account", "ap:alice@social.example", wire)
	same(t, "ap-user", "every character a user may have", "ap:_a.b-9@social.example", wire)
	same(t, "did-plc", "a DID", "did:plc:z72i7hdynmk6r22z27h6tvur", wire)
	same(t, "did-case", "the case of a DID is kept", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", wire)
	same(t, "did-percent", "a percent sign in a DID", "did:web:alice.example%3A8443:u", wire)
	same(t, "ens", "an ENS name", "ens:alice.eth", wire)
	same(t, "ens-sub", "a name below an ENS name", "ens:pay.alice.eth", wire)
	same(t, "farcaster", "a Farcaster id", "farcaster:fid:3621", wire)
	for _, f := range []struct{ id, of, fault, text string }{
		{"github-40", "github-39", "a login of 40 characters", "github:" + strings.Repeat("a", 40)},
		{"github-hyphen-first", "github-hyphen", "a leading hyphen", "github:-alice"},
		{"github-hyphen-last", "github-hyphen", "a trailing hyphen", "github:alice-"},
		{"github-hyphen-twice", "github-hyphen", "two hyphens in a row", "github:alice--b"},
		{"github-underscore-twice", "github-managed", "two underscores", "github:alice_b_corp"},
		{"github-hyphen-after-underscore", "github-managed", "a hyphen after the underscore", "github:alice_b-corp"},
		{"github-underscore-first", "github-managed", "a leading underscore", "github:_corp"},
		{"github-percent", "github", "percent encoding", "github:alice%2fbob"},
		{"github-slash", "github", "a repository after the login", "github:alice/repo"},
		{"github-traversal", "github", "a path that climbs", "github:../../etc"},
		{"github-dot", "github", "a dot", "github:alice.b"},
		{"github-at", "github", "a leading @, which is mended for bluesky and ap alone", "github:@alice"},
		{"ap-no-host", "ap", "no host", "ap:alice"},
		{"ap-no-user", "ap", "no user", "ap:@"},
		{"ap-dot-first", "ap-user", "a user that starts with a dot", "ap:.alice@social.example"},
		{"ap-port", "ap", "a port", "ap:alice@social.example:8080"},
		{"ap-ipv4", "ap", "an address in place of the host", "ap:alice@127.0.0.1"},
		{"ap-ipv6", "ap", "a mapped metadata address in place of the host", "ap:alice@[::ffff:169.254.169.254]"},
		{"ap-decimal-ip", "ap", "an address written as one number", "ap:alice@2130706433"},
		{"ap-userinfo", "ap", "a user and password before the host", "ap:alice@user:pw@social.example"},
		{"ap-slash", "ap", "a slash in the user", "ap:al/ice@social.example"},
		{"did-no-id", "did-plc", "no id after the method", "did:plc:"},
		{"did-no-method", "did-plc", "no method", "did:z72i7hdynmk6r22z27h6tvur"},
		{"did-upper-method", "did-plc", "a method in upper case", "did:PLC:z72i7hdynmk6r22z27h6tvur"},
		{"did-slash", "did-plc", "a path after the id", "did:plc:z72i7/x"},
		{"ens-other-tld", "ens", "another last label than eth", "ens:alice.com"},
		{"ens-bare", "ens", "only the last label", "ens:eth"},
		{"ens-underscore", "ens", "an underscore", "ens:al_ice.eth"},
		{"farcaster-zero", "farcaster", "the id 0", "farcaster:fid:0"},
		{"farcaster-leading-zero", "farcaster", "a leading zero", "farcaster:fid:03621"},
		{"farcaster-empty", "farcaster", "no digits", "farcaster:fid:"},
		{"farcaster-name", "farcaster", "a name in place of the id", "farcaster:alice"},
		{"farcaster-negative", "farcaster", "a sign", "farcaster:fid:-1"},
	} {
		wrong(t, f.id, f.of, f.fault, f.text, tags("ID-006 ID-005"))
	}
}
