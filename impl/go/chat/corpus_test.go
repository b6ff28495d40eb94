package chat

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"os"
	"testing"

	"kez.lat/kez/impl/go/internal/sharedtest"
)

func TestCorpusWycheproofHKDF(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "wycheproof-hkdf-sha256") {
		t.Run(c.ID, func(t *testing.T) {
			var in struct{ Len int }
			c.Input(t, &in)
			var want struct {
				Reject bool
				OKM    string
			}
			c.Want(t, &want)
			got, err := hkdf.Key(sha256.New, c.Blob(t, "ikm"), c.Blob(t, "salt"), string(c.Blob(t, "info")), in.Len)
			switch {
			case want.Reject && err == nil:
				t.Errorf("%d bytes were derived (%s)", in.Len, c.Note)
			case !want.Reject && (err != nil || !bytes.Equal(got, sharedtest.Hex(t, want.OKM))):
				t.Errorf("%x, %v, want %s (%s)", got, err, want.OKM, c.Note)
			}
		})
	}
}

// Keys, nonces and tags of other sizes than a message has do not fit the types
// here; of those cases only the count is told.
func TestCorpusWycheproofAESGCM(t *testing.T) {
	profile, others := 0, 0
	for _, c := range sharedtest.Corpus(t, "wycheproof-aes-gcm") {
		t.Run(c.ID, func(t *testing.T) {
			var want struct {
				OK      bool
				PT      *string
				Profile bool `json:"in_kez_profile"`
			}
			c.Want(t, &want)
			key, iv, tag := c.Blob(t, "key"), c.Blob(t, "iv"), c.Blob(t, "tag")
			fits := len(key) == 32 && len(iv) == nonceSize && len(tag) == tagSize
			if fits != want.Profile {
				t.Fatalf("key %d, nonce %d, tag %d bytes: profile %t", len(key), len(iv), len(tag), want.Profile)
			}
			if !fits {
				others++
				return
			}
			profile++
			gcm, err := newGCM((*[32]byte)(key))
			if err != nil {
				t.Fatal(err)
			}
			if gcm.NonceSize() != nonceSize || gcm.Overhead() != tagSize {
				t.Errorf("nonce %d, tag %d bytes", gcm.NonceSize(), gcm.Overhead())
			}
			text, err := gcm.Open(nil, iv, append(c.Blob(t, "ct"), tag...), c.Blob(t, "aad"))
			if want.OK != (err == nil) {
				t.Fatalf("%v, want ok %t (%s)", err, want.OK, c.Note)
			}
			if want.OK && !bytes.Equal(text, sharedtest.Hex(t, *want.PT)) {
				t.Errorf("%x, want %s", text, *want.PT)
			}
		})
	}
	fmt.Fprintf(os.Stderr, "wycheproof-aes-gcm: %d cases of the message's sizes, %d of others\n", profile, others)
}

// Texts that break careless programs come out as they went in.
func TestCorpusNaughtyStringsAsBodies(t *testing.T) {
	alice, bob := sealer(t, aliceSeed), key(t, bobSeed)
	n := 0
	for _, c := range sharedtest.Corpus(t, "naughty-strings") {
		var in struct{ S string }
		c.Input(t, &in)
		data, err := alice.Seal(bob.Identity(), Plaintext{Body: in.S, SentAt: sentAt})
		if err != nil {
			t.Errorf("%q: %v", in.S, err)
			continue
		}
		m, err := Open(bob, data, sentAt, nil)
		if err != nil || m.Body != in.S {
			t.Errorf("%q: %+v, %v", in.S, m, err)
		}
		n++
	}
	if n < 100 {
		t.Errorf("only %d strings", n)
	}
}
