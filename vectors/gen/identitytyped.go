package gen

import "strings"

// mended adds a typed spelling that is read, and the same text in signed data,
// where it is refused.
func mended(t *topic, id, title, text, becomes, of string, o ...option) {
	t.ok("typed-"+id, title+", typed", typed(text), is(becomes), o...)
	t.bad("signed-"+id, title+", signed", of, title, signed(text), "identity.not_canonical",
		tags("ID-030 ID-029"), why("A second spelling in signed data would give one account a second life in every list and hash."))
}

func identityTyped(t *topic) {
	t.group("identity.parse", "ID-020", "People type what they see on a screen; the reading mends what needs no guess.")
	t.ok("typed-plain", "a canonical identity, typed", typed("github:alice"), is("github:alice"), tags("ID-020"))
	mended(t, "spaces", "white space around", " \t\r\ngithub:alice\n", "github:alice", "github", tags("ID-019"))
	mended(t, "upper-system", "a system in upper case", "GITHUB:alice", "github:alice", "github")
	mended(t, "upper-github", "a login in upper case", "github:Alice", "github:alice", "github")
	mended(t, "upper-dns", "a domain in upper case", "dns:Alice.Example", "dns:alice.example", "dns")
	mended(t, "upper-web", "a web host in upper case", "web:ALICE.example", "web:alice.example", "web")
	mended(t, "upper-bluesky", "a handle in upper case", "bluesky:Alice.Bsky.Example", "bluesky:alice.bsky.example", "bluesky")
	mended(t, "upper-ap", "an account in upper case", "ap:Alice@Social.Example", "ap:alice@social.example", "ap")
	mended(t, "upper-ens", "an ENS name in upper case", "ens:Alice.ETH", "ens:alice.eth", "ens")
	mended(t, "upper-ed25519", "hex in upper case", "ed25519:"+strings.ToUpper(alice.id[8:]), alice.id, "ed25519")
	mended(t, "upper-npub", "an npub wholly in upper case", "nostr:"+strings.ToUpper(nora.id[6:]), nora.id, "nostr", tags("ID-021"))
	mended(t, "hex-nostr", "a nostr key as 64 hex digits", "nostr:"+tohex(nora.public), nora.id, "nostr", tags("ID-024"))
	mended(t, "upper-hex-nostr", "a nostr key as hex in upper case", "nostr:"+strings.ToUpper(tohex(nora.public)), nora.id, "nostr", tags("ID-024 ID-020"))
	mended(t, "at-bluesky", "a leading @ of a handle", "bluesky:@alice.bsky.example", "bluesky:alice.bsky.example", "bluesky", tags("ID-022"))
	mended(t, "at-ap", "a leading @ of an account", "ap:@alice@social.example", "ap:alice@social.example", "ap", tags("ID-022"))
	mended(t, "dot-dns", "a trailing dot of a domain", "dns:alice.example.", "dns:alice.example", "dns", tags("ID-023"))
	mended(t, "dot-web", "a trailing dot of a web host", "web:alice.example.", "web:alice.example", "web", tags("ID-023"))
	mended(t, "dot-bluesky", "a trailing dot of a handle", "bluesky:alice.bsky.example.", "bluesky:alice.bsky.example", "bluesky", tags("ID-023"))
	mended(t, "dot-ap", "a trailing dot of an account's host", "ap:alice@social.example.", "ap:alice@social.example", "ap", tags("ID-023"))
	mended(t, "dot-ens", "a trailing dot of an ENS name", "ens:alice.eth.", "ens:alice.eth", "ens", tags("ID-023"))
	mended(t, "upper-did-system", "the system did in upper case", "DID:plc:Z72i", "did:plc:Z72i", "did-plc", tags("ID-026 ID-020"))
	t.ok("typed-mastodon", "mastodon, typed", typed("mastodon:@Alice@Social.Example"), is("ap:alice@social.example"), tags("ID-025"), wire)
	t.ok("typed-did-case", "the case of a DID, typed", typed("did:web:Alice.Example"), is("did:web:Alice.Example"), tags("ID-026"))
	t.ok("typed-unknown-case", "an unknown system keeps its value", typed("Matrix:@Alice:Server.Example"), is("matrix:@Alice:Server.Example"), tags("ID-020 ID-007"))
	t.ok("typed-long-spaces", "more than 512 bytes that are white space", typed(strings.Repeat(" ", 600)+"github:alice"), is("github:alice"), tags("ID-003 ID-019"))
	t.ok("typed-url", "a URL has the form of an identity of an unknown system", typed("https://github.com/alice"), is("https://github.com/alice"), tags("ID-007 ID-001"))
	t.ok("typed-upper-con", "a name that Windows reserves", typed("github:CON"), is("github:con"))
	for _, f := range []struct{ id, of, fault, text, tags string }{
		{"typed-no-colon", "typed-plain", "no colon", "alice", "ID-027"},
		{"typed-empty", "typed-plain", "nothing but white space", "  \n", "ID-027 ID-019"},
		{"typed-mixed-npub", "typed-upper-npub", "an npub in mixed case", "nostr:N" + nora.id[7:], "ID-021"},
		{"typed-two-ats", "typed-at-ap", "two leading @", "ap:@@alice@social.example", "ID-022"},
		{"typed-at-github", "typed-plain", "a leading @ of a login", "github:@alice", "ID-022 ID-006"},
		{"typed-at-alone", "typed-at-bluesky", "nothing but @", "bluesky:@", "ID-022 ID-006"},
		{"typed-two-dots", "typed-dot-dns", "two trailing dots", "dns:alice.example..", "ID-023"},
		{"typed-dot-github", "typed-plain", "a trailing dot of a login", "github:alice.", "ID-023 ID-006"},
		{"typed-did-space", "typed-did-case", "a space inside a DID", "did:web:Alice .Example", "ID-026 ID-006"},
		{"typed-umlaut", "typed-upper-dns", "a letter outside ASCII in a domain", "dns:caf\u00e9.example", "ID-028"},
		{"typed-umlaut-ap", "typed-upper-ap", "a letter outside ASCII in an account's host", "ap:alice@caf\u00e9.example", "ID-028"},
		{"typed-kelvin", "typed-upper-dns", "the Kelvin sign, which folds to k in some libraries", "dns:\u212aez.example", "ID-028 ID-020"},
		{"typed-long-s", "typed-upper-github", "a long s, which folds to s in some libraries", "github:\u017ftar", "ID-020 ID-004"},
		{"typed-nbsp", "typed-spaces", "a no-break space before the text", "\u00a0github:alice", "ID-019 ID-004"},
		{"typed-513", "typed-unknown-case", "513 bytes after the changes", "X:" + strings.Repeat("v", 511), "ID-003"},
	} {
		t.bad(f.id, f.fault+", typed", f.of, f.fault, typed(f.text), "identity.invalid", tags(f.tags))
	}
	t.bad("typed-low-order", "a low-order key, typed", "typed-upper-ed25519", "a low-order encoding as the key",
		typed("ed25519:"+strings.ToUpper(lowOrder()[4])), "key.low_order", tags("ID-017 ID-020"))
	t.bad("typed-hex-no-point", "a nostr key as hex that is no point, typed", "typed-hex-nostr", "an x that no point has",
		typed("nostr:"+tohex(offCurveX())), "key.not_on_curve", tags("ID-016 ID-024"))
}

func identityNotCanonical(t *topic) {
	t.group("identity.parse", "ID-032", "Older builds wrote mastodon; those claims stay good.")
	same(t, "mastodon", "mastodon in signed data stays as it is", "mastodon:alice@social.example", wire)
	t.group("identity.parse", "ID-030 ID-029", "What typing would mend is told apart from what is broken, so that the owner learns the right spelling.")
	for _, f := range []struct{ id, of, fault, text string }{
		{"signed-mastodon-upper", "mastodon", "an upper-case letter after mastodon", "mastodon:Alice@social.example"},
		{"signed-mastodon-system", "mastodon", "mastodon in upper case", "Mastodon:alice@social.example"},
		{"signed-newline", "github", "a newline at the end", "github:alice\n"},
		{"signed-unknown-upper", "unknown-system", "an unknown system in upper case", "Unknown:alice"},
	} {
		t.bad(f.id, f.fault+", signed", f.of, f.fault, signed(f.text), "identity.not_canonical")
	}
}

func identitySecrets(t *topic) {
	secret := nsec(nora.secret)
	t.group("identity.parse", "ID-034", "An nsec is easily pasted where an npub belongs.")
	t.ok("nsec-like-login", "a login that starts like an nsec", signed("github:nsec1abc"), is("github:nsec1abc"), tags("ID-034 ID-035"))
	for _, f := range []struct{ id, of, fault, text, tags string }{
		{"nsec", "nostr", "the nsec in place of the npub", "nostr:" + secret, "ID-034"},
		{"nsec-bare", "nostr", "an nsec alone", secret, "ID-034"},
		{"nsec-upper", "nostr", "an nsec in upper case", "nostr:" + strings.ToUpper(secret), "ID-034"},
		{"nsec-mixed", "nostr", "an nsec in mixed case, which is not valid", "nostr:N" + secret[1:], "ID-034"},
		{"nsec-broken", "nostr", "a cut nsec", "nostr:" + secret[:20], "ID-034"},
		{"nsec-space", "nostr", "white space before an nsec", " \t" + secret, "ID-034"},
		{"nsec-inside", "nsec-like-login", "a valid nsec behind a login", "github:alice-" + secret, "ID-035"},
		{"nsec-in-unknown", "unknown-system", "a valid nsec inside a value", "unknown:x" + secret + "y", "ID-035"},
		{"nsec-in-text", "nostr", "a valid nsec inside a sentence", "my key is " + secret + " ok", "ID-035"},
		{"nsec-upper-inside", "unknown-system", "a valid nsec in upper case inside a value", "unknown:X " + strings.ToUpper(secret), "ID-035"},
	} {
		t.bad(f.id, f.fault, f.of, f.fault, signed(f.text), "identity.secret_key", tags(f.tags))
	}
	t.bad("typed-nsec", "an nsec, typed", "typed-plain", "an nsec in place of an identity", typed(secret), "identity.secret_key")
	t.bad("typed-nsec-upper-system", "NOSTR: and an nsec, typed", "typed-plain", "an nsec after a system in upper case",
		typed("NOSTR:"+secret), "identity.secret_key", tags("ID-034 ID-020"))
}
