package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"

	"kez.lat/kez/impl/go/kez"
)

func TestGeneratorIsTheLibrarys(t *testing.T) {
	var one btcec.ModNScalar
	one.SetInt(1)
	var cold, table btcec.JacobianPoint
	baseMultCold(&one, &cold)
	btcec.ScalarBaseMultNonConst(&one, &table)
	cold.ToAffine()
	table.ToAffine()
	if !cold.X.Equals(&table.X) || !cold.Y.Equals(&table.Y) {
		t.Error("the generator's coordinates are wrong")
	}
}

// The library signs with the same auxiliary randomness to the same bytes, and
// takes what is made here.
func TestSignBIP340EqualsTheLibrary(t *testing.T) {
	for i := range 64 {
		secret := sha256.Sum256([]byte{byte(i), 's'})
		aux := sha256.Sum256([]byte{byte(i), 'a'})
		digest := sha256.Sum256([]byte{byte(i), 'm'})
		key, public := btcec.PrivKeyFromBytes(secret[:])
		want, err := schnorr.Sign(key, digest[:], schnorr.CustomNonce(aux))
		if err != nil {
			t.Fatal(err)
		}
		got, err := SignBIP340(&secret, &aux, digest[:])
		if err != nil || !bytes.Equal(got[:], want.Serialize()) {
			t.Errorf("%d: %x, %v, the library makes %x", i, got, err, want.Serialize())
		}
		x := [32]byte(schnorr.SerializePubKey(public))
		for name, path := range multipliers {
			if !verifyBIP340(&x, digest[:], &got, path) {
				t.Errorf("%d: refused on the %s path", i, name)
			}
			flipped := got
			flipped[i] ^= 0x10
			if verifyBIP340(&x, digest[:], &flipped, path) {
				t.Errorf("%d: flipped, and taken on the %s path", i, name)
			}
		}
	}
}

// The library reduces s modulo n and so takes s + n; BIP-340 does not.
func TestBIP340Ranges(t *testing.T) {
	n, _ := hex.DecodeString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	p, _ := hex.DecodeString("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")
	var secret, aux [32]byte
	secret[31] = 3
	signature, err := SignBIP340(&secret, &aux, nil)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := btcec.PrivKeyFromBytes(secret[:])
	public := [32]byte(schnorr.SerializePubKey(key.PubKey()))
	if !VerifyBIP340(&public, nil, &signature) {
		t.Fatal("own signature of the empty message refused")
	}
	for name, change := range map[string]func(public *[32]byte, signature *[64]byte){
		"r = p":      func(_ *[32]byte, s *[64]byte) { copy(s[:32], p) },
		"s = n":      func(_ *[32]byte, s *[64]byte) { copy(s[32:], n) },
		"s = 0":      func(_ *[32]byte, s *[64]byte) { clear(s[32:]) },
		"public = p": func(x *[32]byte, _ *[64]byte) { copy(x[:], p) },
		"public = 0": func(x *[32]byte, _ *[64]byte) { clear(x[:]) },
		"public = 5": func(x *[32]byte, _ *[64]byte) { *x = [32]byte{31: 5} },
		"all zero":   func(_ *[32]byte, s *[64]byte) { clear(s[:]) },
		"all ones": func(x *[32]byte, s *[64]byte) {
			for i := range s {
				s[i] = 0xff
			}
		},
	} {
		x, s := public, signature
		change(&x, &s)
		if VerifyBIP340(&x, nil, &s) {
			t.Errorf("%s is taken", name)
		}
		if id, err := kez.NostrIdentity(x); err == nil && NewVerifier(id).Verify(nil, &s) {
			t.Errorf("%s is taken by the verifier", name)
		}
	}
	for _, secret := range [][]byte{n, p, make([]byte, 32)} {
		if _, err := SignBIP340((*[32]byte)(secret), &aux, nil); err == nil {
			t.Errorf("secret %x signs", secret)
		}
	}
}

func TestVerifyIsSafeAcrossTheSwitch(t *testing.T) {
	baseMults.Store(0)
	var secret, aux [32]byte
	secret[31] = 7
	signature, err := SignBIP340(&secret, &aux, []byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	key, _ := btcec.PrivKeyFromBytes(secret[:])
	public := [32]byte(schnorr.SerializePubKey(key.PubKey()))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 2 * tableAfter / 8 {
				if !VerifyBIP340(&public, []byte("message"), &signature) {
					t.Error("refused")
				}
			}
		})
	}
	group.Wait()
	if got := baseMults.Load(); got < tableAfter || got > tableAfter+8 {
		t.Errorf("the counter stands at %d", got)
	}
}
