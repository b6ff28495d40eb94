package gen

import (
	"crypto/ed25519"
	"encoding/json"
	"math/big"
	"strings"
	"sync"
	"testing"

	"filippo.io/edwards25519"
	"kez.lat/kez/vectors"
)

var made = sync.OnceValue(topics)

// The examples of the specification were made by other code.
func TestSpecificationExamples(t *testing.T) {
	exp := expiring(alice, "dns:alice.example")
	for name, got := range map[string]string{
		"claim-ed25519":     pretty(base),
		"claim-ed25519-jcs": canonical(base.get("payload")),
		"claim-nostr":       pretty(claim(nora, "github:alice")),
		"claim-expiring":    pretty(exp),
		"claim-device":      pretty(byDevice(carol, alice, "dns:alice.example")),
		"claim-short":       shortToken(alice, base),
		"claim-markdown":    markdown(base),
		"dns-zone-short":    zone("alice.example", shortToken(alice, exp)),
		"event-add":         pretty(one.events[0]),
		"event-rotate":      pretty(two.rotate(bob).events[2]),
		"event-add-device":  pretty(two.device(carol, "laptop").events[2]),
		"chain-two":         string(two.jsonl()),
		"chain-head":        two.head(),
		"rotate-accept":     pretty(two.rotateAccept(bob)),
		"device-accept":     pretty(two.deviceAccept(carol)),
		"message":           pretty(mail()),
	} {
		if want := example(name); strings.TrimSuffix(got, "\n") != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

// Two of the tests of BIP-340, which this code does not share.
func TestBIP340(t *testing.T) {
	secret := bytes32(big.NewInt(3))
	sig := bip340Sign(secret, make([]byte, 32), make([]byte, 32))
	if tohex(sig) != "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca821525f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0" {
		t.Errorf("test 0: %x", sig)
	}
	secret = unhex("b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfef")
	message := unhex("243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89")
	sig = bip340Sign(secret, bytes32(big.NewInt(1)), message)
	if tohex(sig) != "6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de33418906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a" {
		t.Errorf("test 1: %x", sig)
	}
}

func TestCanonicalOrder(t *testing.T) {
	got := canonical(obj{{"\ufb33", 1}, {"\U0001f600", list{true, nil}}, {"a\n\x01", "<\"\\"}, {"1", 0}})
	if want := "{\"1\":0,\"a\\n\\u0001\":\"<\\\"\\\\\",\"\U0001f600\":[true,null],\"\ufb33\":1}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Every accepted claim in the JSON form verifies with the standard library.
func TestAcceptedClaimsVerify(t *testing.T) {
	seen := 0
	for _, topic := range made() {
		for _, c := range topic.cases {
			if c.Op != "claim.verify" || c.Expect.Accept == nil || c.Text("as") != "claim" {
				continue
			}
			text := decoded(t, topic, c, "text")
			var e struct {
				Payload   json.RawMessage
				Signature struct{ Alg, Key, Sig string }
			}
			if err := json.Unmarshal(text, &e); err != nil {
				t.Fatal(c.ID, err)
			}
			if e.Signature.Alg != algEd25519 {
				continue // the generator's own BIP-340 made it
			}
			seen++
			if !ed25519.Verify(unhex(e.Signature.Key[8:]), []byte(canonicalText(string(e.Payload))), unhex(e.Signature.Sig)) {
				t.Errorf("%s does not verify", c.ID)
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d claims", seen)
	}
}

// The mixed-order cases split the two equations as they say: an accepted one
// fits both, a refused one only the one with the cofactor.
func TestMixedOrderSplitsTheEquations(t *testing.T) {
	seen := 0
	for _, topic := range made() {
		for _, c := range topic.cases {
			if !strings.HasPrefix(c.ID, "primitives-ed25519-mixed-") {
				continue
			}
			seen++
			key, message, sig := decoded(t, topic, c, "public"), decoded(t, topic, c, "message"), decoded(t, topic, c, "signature")
			plain, cofactor := equations(t, key, message, sig)
			if !cofactor || plain != (c.Expect.Accept != nil) {
				t.Errorf("%s: without cofactor %v, with %v", c.ID, plain, cofactor)
			}
			if ed25519.Verify(key, message, sig) != plain {
				t.Errorf("%s: the standard library disagrees", c.ID)
			}
		}
	}
	if seen != 6 {
		t.Errorf("%d cases", seen)
	}
}

func equations(t *testing.T, key, message, sig []byte) (plain, cofactor bool) {
	t.Helper()
	a, errA := new(edwards25519.Point).SetBytes(key)
	r, errR := new(edwards25519.Point).SetBytes(sig[:32])
	s, errS := new(edwards25519.Scalar).SetCanonicalBytes(sig[32:])
	if errA != nil || errR != nil || errS != nil {
		t.Fatal(errA, errR, errS)
	}
	k := scalarOf(hashK(sig[:32], key, message))
	left := new(edwards25519.Point).ScalarBaseMult(s)
	rest := left.Subtract(left, r.Add(r, new(edwards25519.Point).ScalarMult(k, a)))
	zero := edwards25519.NewIdentityPoint()
	return rest.Equal(zero) == 1, new(edwards25519.Point).MultByCofactor(rest).Equal(zero) == 1
}

func decoded(t *testing.T, topic *topic, c vectors.Case, member string) []byte {
	t.Helper()
	b, err := vectors.ParseBytes(c.Input[member])
	if err != nil {
		t.Fatal(c.ID, err)
	}
	if b.File != nil {
		return topic.blobs[*b.File]
	}
	data, err := b.Decode()
	if err != nil {
		t.Fatal(c.ID, err)
	}
	return data
}
