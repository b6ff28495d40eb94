package keys_test

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"testing"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

func TestDerive(t *testing.T) {
	seed := [32]byte{1, 2, 3}
	key, err := keys.FromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	want, err := hkdf.Key(sha256.New, seed[:], nil, "purpose", 32)
	if err != nil {
		t.Fatal(err)
	}
	got, err := key.Derive("purpose")
	if err != nil || got != [32]byte(want) {
		t.Errorf("%x, %v", got, err)
	}
	if other, err := key.Derive("purpose2"); err != nil || other == got {
		t.Errorf("%x, %v", other, err)
	}
	key.Erase()
	if got, err := key.Derive("purpose"); !errors.Is(err, kez.CLIKeyStore) || got != [32]byte{} {
		t.Errorf("%x, %v", got, err)
	}
	nostr, err := keys.Generate(kez.SystemNostr, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := nostr.Derive("purpose"); !errors.Is(err, kez.SignatureAlgKeyMismatch) {
		t.Error(err)
	}
}
