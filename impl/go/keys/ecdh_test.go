package keys

import (
	"crypto/sha512"
	"encoding/hex"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/spec"
)

// The trace goes from Alice, whose seed is zero, to Bob.
func TestSpecMessageTrace(t *testing.T) {
	example, found := spec.FindExample("message-trace")
	if !found {
		t.Fatal("the specification has no message-trace")
	}
	bob, err := kez.ParseSigned("ed25519:9403c32e0d3b4ce51105c0bcac09a0d73be0cca98a6bf7b3cd434651be866d70")
	if err != nil {
		t.Fatal(err)
	}
	alice, err := FromSeed([32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	public, _ := bob.PublicKey()
	u, err := montgomery(&public)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := alice.ECDH(bob)
	if err != nil {
		t.Fatal(err)
	}
	half := sha512.Sum512(make([]byte, 32))
	for name, got := range map[string][]byte{"u": u[:], "shared": shared[:], "sha512 half": half[:32]} {
		if line := name + " " + hex.EncodeToString(got); !strings.Contains(example.Text, line+"\n") {
			t.Errorf("%s is not in the trace", line)
		}
	}
	// Clamped, it is the scalar (KEZ-MSG-009).
	half[0] &= 248
	half[31] = half[31]&127 | 64
	if scalar := scalarX25519(new([32]byte)); scalar != [32]byte(half[:32]) {
		t.Errorf("scalar %x, want %x", scalar, half[:32])
	}
}

func TestCorpusWycheproofX25519(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "wycheproof-x25519") {
		t.Run(c.ID, func(t *testing.T) {
			var want struct {
				Reject bool
				Shared string
			}
			c.Want(t, &want)
			scalar, u := [32]byte(c.Blob(t, "priv")), [32]byte(c.Blob(t, "pub"))
			shared, err := x25519(&scalar, &u)
			switch {
			case want.Reject && kez.CodeOf(err) != kez.MessageUndecryptable:
				t.Errorf("%x, %v, want a refusal (%s)", shared, err, c.Note)
			case !want.Reject && (err != nil || shared != [32]byte(sharedtest.Hex(t, want.Shared))):
				t.Errorf("%x, %v, want %s (%s)", shared, err, want.Shared, c.Note)
			}
		})
	}
}

func TestCorpusLibsodiumConvert(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "libsodium-convert") {
		t.Run(c.ID, func(t *testing.T) {
			var want struct {
				Reject  bool
				Private string `json:"x25519_priv"`
				Public  string `json:"x25519_pub"`
			}
			c.Want(t, &want)
			if want.Reject {
				if _, err := kez.Ed25519Identity([32]byte(c.Blob(t, "pub"))); kez.CodeOf(err) != kez.KeyLowOrder {
					t.Errorf("%v, want %s", err, kez.KeyLowOrder)
				}
				return
			}
			seed := [32]byte(c.Blob(t, "seed"))
			private, err := FromSeed(seed)
			if err != nil {
				t.Fatal(err)
			}
			public, _ := private.Identity().PublicKey()
			u, err := montgomery(&public)
			if err != nil || u != [32]byte(sharedtest.Hex(t, want.Public)) {
				t.Errorf("public %x, %v, want %s", u, err, want.Public)
			}
			if scalar := scalarX25519(&seed); scalar != [32]byte(sharedtest.Hex(t, want.Private)) {
				t.Errorf("scalar %x, want %s", scalar, want.Private)
			}
		})
	}
}

func TestECDHIsTheSameBothWays(t *testing.T) {
	for range 32 {
		a, b := generated(t, kez.SystemEd25519), generated(t, kez.SystemEd25519)
		ab, err := a.ECDH(b.Identity())
		if err != nil {
			t.Fatal(err)
		}
		if ba, err := b.ECDH(a.Identity()); err != nil || ba != ab || ab == [32]byte{} {
			t.Errorf("%x, %v, want %x", ba, err, ab)
		}
	}
}

func TestECDHRefuses(t *testing.T) {
	edwards, nostr := generated(t, kez.SystemEd25519), generated(t, kez.SystemNostr)
	github, err := kez.ParseSigned("github:alice")
	if err != nil {
		t.Fatal(err)
	}
	erased := generated(t, kez.SystemEd25519)
	erased.Erase()
	for name, test := range map[string]struct {
		private *Private
		peer    kez.Identity
		want    kez.Code
	}{
		"nostr peer": {edwards, nostr.Identity(), kez.SignatureAlgKeyMismatch},
		"nostr own":  {nostr, edwards.Identity(), kez.SignatureAlgKeyMismatch},
		"no key":     {edwards, github, kez.SignatureAlgKeyMismatch},
		"nobody":     {edwards, kez.Identity{}, kez.SignatureAlgKeyMismatch},
		"erased":     {erased, edwards.Identity(), kez.CLIKeyStore},
	} {
		shared, err := test.private.ECDH(test.peer)
		if kez.CodeOf(err) != test.want || shared != [32]byte{} {
			t.Errorf("%s: %x, %v, want %s", name, shared, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), edwards.SecretText()) {
			t.Errorf("%s: the error shows the seed", name)
		}
	}
}

func TestMontgomeryRefusesWhatIsNoPoint(t *testing.T) {
	if _, err := montgomery(&[32]byte{2}); kez.CodeOf(err) != kez.KeyNotOnCurve {
		t.Errorf("y = 2: %v", err)
	}
	// The neutral element has no u; the zero that comes out shares nothing.
	u, err := montgomery(&[32]byte{1})
	if err != nil || u != [32]byte{} {
		t.Fatalf("y = 1: %x, %v", u, err)
	}
	if _, err := x25519(&[32]byte{8, 31: 64}, &u); kez.CodeOf(err) != kez.MessageUndecryptable {
		t.Errorf("zero secret: %v", err)
	}
}

func generated(t *testing.T, system string) *Private {
	t.Helper()
	private, err := Generate(system, nil)
	if err != nil {
		t.Fatal(err)
	}
	return private
}
