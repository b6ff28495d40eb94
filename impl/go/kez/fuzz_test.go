package kez_test

import (
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

// checkSignedAgrees holds the two readings of one text against each other.
func checkSignedAgrees(t *testing.T, text string) {
	t.Helper()
	typed, typedErr := kez.ParseTyped(text)
	signed, signedErr := kez.ParseSigned(text)
	for _, err := range []error{typedErr, signedErr} {
		if err == nil {
			continue
		}
		switch kez.CodeOf(err) {
		case kez.IdentityInvalid, kez.IdentityNotCanonical, kez.IdentitySecretKey, kez.KeyLowOrder, kez.KeyNotOnCurve:
		default:
			t.Errorf("%q: code %q of %v", text, kez.CodeOf(err), err)
		}
		if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < 0x20 || r == 0x7f || r >= 0x202a && r <= 0x202e }) {
			t.Errorf("%q: the error holds control characters", text)
		}
	}
	if typedErr == nil {
		again, err := kez.ParseSigned(typed.String())
		if err != nil || again != typed {
			t.Errorf("%q: typed gives %s, which reads back as %s, %v", text, typed, again, err)
		}
		if twice, err := kez.ParseTyped(typed.String()); err != nil || twice != typed {
			t.Errorf("%q: typed gives %s, and typed again %s, %v", text, typed, twice, err)
		}
	}
	switch {
	case signedErr == nil:
		if typedErr != nil || !typed.Same(signed) || typed != signed.Canonical() {
			t.Errorf("%q: signed gives %s, typed %s, %v", text, signed, typed, typedErr)
		}
		if signed.String() != text {
			t.Errorf("%q: signed data was normalised to %s", text, signed)
		}
	case (kez.CodeOf(signedErr) == kez.IdentityNotCanonical) != (typedErr == nil):
		t.Errorf("%q: signed %v, typed %v", text, signedErr, typedErr)
	case typedErr != nil && kez.CodeOf(typedErr) == kez.IdentityNotCanonical:
		t.Errorf("%q: typed says %v", text, typedErr)
	}
}

func FuzzParseIdentity(f *testing.F) {
	for _, seed := range identitySeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkSignedAgrees(t, text) })
}

var identitySeeds = []string{
	"github:alice", "github:Alice-Bob_Acme", "GITHUB:alice", " dns:Example.COM. ", "dns:xn--bcher-kva.example", "dns:bücher.example",
	"web:a.b", "bluesky:@Alice.bsky.social", "ap:@alice@social.test", "mastodon:alice@social.test", "MASTODON:@Alice@Social.Test.",
	"did:plc:z72i7hdynmk6r22z27h6tvur", "did:web:example.com%3A3000", "ens:Vitalik.eth", "farcaster:fid:3", "farcaster:fid:03",
	"unknown:\x21\x7e", "a:b:c", ":alice", "github:", "", " ", "dns:127.0.0.1", "dns:a..b", "github:alice\x00", "github:a\u202eb",
	"ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
	"ed25519:3B6A27BCCEB6A42D62A3A8D02A6F0D73653215771DE243A63AC048A18B59DA29",
	"ed25519:0100000000000000000000000000000000000000000000000000000000000000",
	"ed25519:EDFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
	"ed25519:f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ed25519:0200000000000000000000000000000000000000000000000000000000000000",
	"nostr:npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg",
	"nostr:NPUB10ELFCS4FR0L0R8AF98JLMGDH9C8TCXJVZ9QKW038JS35MP4DMA8QZVJPTG",
	"nostr:Npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg",
	"nostr:7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e",
	"nostr:0000000000000000000000000000000000000000000000000000000000000005",
	"nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5",
	"nostr:nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5",
	"github:NSEC1VL029MGPSPEDVA04G90VLTKH6FVH240ZQTV9K0T9AF8935KE9LAQSNLFE5",
}
