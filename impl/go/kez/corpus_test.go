package kez_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/btcutil/bech32"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
)

func TestAttacksIdentifier(t *testing.T) {
	for _, attack := range sharedtest.Attacks(t, "identifier") {
		t.Run(attack.ID, func(t *testing.T) {
			id, err := kez.ParseTyped(string(attack.Input))
			codes, reject := attack.Rejects()
			canonical, normalise := strings.CutPrefix(attack.Expect, "normalise:")
			switch {
			case reject:
				if !slices.Contains(codes, string(kez.CodeOf(err))) {
					t.Errorf("code %q (%v), want %s: %s", kez.CodeOf(err), err, attack.Expect, attack.Why)
				}
			case normalise:
				if err != nil || id.String() != canonical {
					t.Errorf("%s, %v, want %s: %s", id, err, canonical, attack.Why)
				}
			case attack.Expect == "parses":
				if err != nil {
					t.Errorf("%v: %s", err, attack.Why)
				}
			default:
				t.Fatalf("unknown expectation %s", attack.Expect)
			}
			checkSignedAgrees(t, string(attack.Input))
		})
	}
}

func TestCorpusNaughtyStringsAsIdentities(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "naughty-strings") {
		var in struct{ S string }
		c.Input(t, &in)
		for _, prefix := range []string{"", "github:", "dns:", "web:", "bluesky:", "ap:", "ap:alice@", "mastodon:", "did:", "did:plc:",
			"ens:", "farcaster:fid:", "nostr:", "ed25519:", "other:"} {
			checkSignedAgrees(t, prefix+in.S)
		}
	}
}

// None of these strings is an npub, whatever else it is.
func TestCorpusBech32(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "bech32-bips") {
		t.Run(c.ID, func(t *testing.T) {
			var want struct{ Bech32, Bech32m *bool }
			c.Want(t, &want)
			text := string(c.Blob(t, "str_hex"))
			for _, typed := range []string{text, "nostr:" + text} {
				if id, err := kez.ParseTyped(typed); err == nil {
					t.Errorf("parses as %s", id)
				}
			}
			if _, err := kez.ParseSigned("nostr:" + text); kez.CodeOf(err) != kez.IdentityInvalid {
				t.Errorf("signed: %v", err)
			}
			_, _, version, err := bech32.DecodeGeneric(text)
			if want.Bech32 != nil && *want.Bech32 != (err == nil && version == bech32.Version0) {
				t.Errorf("the library takes it as bech32: %v, %v", version, err)
			}
			if want.Bech32m != nil && *want.Bech32m != (err == nil && version == bech32.VersionM) {
				t.Errorf("the library takes it as bech32m: %v, %v", version, err)
			}
		})
	}
}

func TestCorpusNIP19(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "nostr-nip19-nip06") {
		if c.Op != "nip19.decode" {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			var in struct{ S string }
			var want struct{ HRP, Hex string }
			c.Input(t, &in)
			c.Want(t, &want)
			id, err := kez.ParseTyped("nostr:" + in.S)
			switch want.HRP {
			case "npub":
				if public, _ := id.PublicKey(); err != nil || string(public[:]) != string(sharedtest.Hex(t, want.Hex)) {
					t.Errorf("%s, %v", id, err)
				}
				if fromHex, err := kez.ParseTyped("nostr:" + want.Hex); err != nil || fromHex != id {
					t.Errorf("from hex: %s, %v", fromHex, err)
				}
			case "nsec":
				if kez.CodeOf(err) != kez.IdentitySecretKey || strings.Contains(err.Error(), in.S[5:]) {
					t.Errorf("%v", err)
				}
			default:
				if kez.CodeOf(err) != kez.IdentityInvalid {
					t.Errorf("%v", err)
				}
			}
		})
	}
}
