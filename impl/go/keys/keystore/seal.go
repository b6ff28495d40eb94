package keystore

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"filippo.io/age"
	"filippo.io/age/armor"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// secretSize is more than any written form of a secret takes.
const secretSize = 1 << 10

// seal encrypts a secret to a passphrase. A workFactor of 0 is age's own, about
// a second.
func seal(private *keys.Private, passphrase string, workFactor int) ([]byte, error) {
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, emptyPassphrase()
	}
	if workFactor > 0 {
		recipient.SetWorkFactor(workFactor)
	}
	// A key of 12 words keeps its words, which its seed does not tell.
	secret := private.SecretText()
	if phrase := private.Phrase(); phrase != "" {
		secret = phrase
	}
	if secret == "" {
		return nil, kez.Errorf(kez.CLIKeyStore, "the secret key was erased from memory")
	}
	var out bytes.Buffer
	text := armor.NewWriter(&out)
	body, err := age.Encrypt(text, recipient)
	if err == nil {
		_, err = io.WriteString(body, secret+"\n")
	}
	if err == nil {
		err = errors.Join(body.Close(), text.Close())
	}
	if err != nil {
		return nil, kez.Errorf(kez.CLIKeyStore, "cannot encrypt the key: %w", err)
	}
	return out.Bytes(), nil
}

// unseal decrypts what seal made, or what age made of a secret, armored or not.
// The work a file may ask for is bounded by age's own limit.
func unseal(sealed []byte, path, passphrase string) (*keys.Private, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, emptyPassphrase()
	}
	var source io.Reader = bytes.NewReader(sealed)
	if bytes.HasPrefix(bytes.TrimSpace(sealed), []byte(armor.Header)) {
		source = armor.NewReader(source)
	}
	body, err := age.Decrypt(source, identity)
	if err != nil {
		return nil, openError(err, path)
	}
	secret, err := io.ReadAll(io.LimitReader(body, secretSize+1))
	defer clear(secret)
	if err != nil || len(secret) > secretSize {
		return nil, openError(err, path)
	}
	private, err := keys.ParseSecret(string(secret))
	if err != nil {
		return nil, kez.Errorf(kez.CLIKeyStore, "%s opens, but holds no secret key", path).
			WithHint("it was not made by kez; restore it from a backup")
	}
	return private, nil
}

// openError tells a wrong passphrase from a file that no passphrase opens.
func openError(err error, path string) error {
	noMatch, wrong := errors.AsType[*age.NoIdentityMatchError](err)
	switch {
	case wrong && slices.Contains(noMatch.StanzaTypes, "scrypt"):
		return wrongPassphrase(path)
	case wrong:
		return kez.Errorf(kez.CLIKeyStore, "%s is an age file, but not one that a passphrase opens", path).
			WithHint("decrypt it with age, then add the secret with kez")
	}
	return kez.Errorf(kez.CLIKeyStore, "%s is damaged, or asks for more work than is allowed", path).
		WithHint("restore it from a backup")
}

// errWrongPassphrase is in the chain of the one error after which another
// passphrase may be tried.
var errWrongPassphrase = errors.New("the passphrase is wrong")

func wrongPassphrase(path string) error {
	return kez.Errorf(kez.CLIKeyStore, "cannot open %s: %w", path, errWrongPassphrase).
		WithHint("try again; a lost passphrase cannot be recovered, but the key's phrase or nsec can be added under a new name")
}

func emptyPassphrase() error {
	return kez.Errorf(kez.CLIKeyStore, "the passphrase is empty").
		WithHint("choose one; several random words are easy to type and hard to guess")
}
