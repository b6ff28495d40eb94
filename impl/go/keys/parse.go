package keys

import (
	"encoding/hex"
	"strings"

	"github.com/btcsuite/btcd/btcutil/bech32"

	"kez.lat/kez/impl/go/kez"
)

// No error of this file quotes its input: a mistyped secret is still a secret.

// ParseSeedHex reads an Ed25519 seed of 64 hex digits, either case.
func ParseSeedHex(text string) (*Private, error) {
	seed, ok := decodeHex32(strings.TrimSpace(text))
	if !ok {
		return nil, kez.Errorf(kez.CLIUsage, "an ed25519 seed is 64 hex digits").
			WithHint("a phrase goes to --mnemonic, an nsec to --nsec")
	}
	defer clear(seed[:])
	return FromSeed(seed)
}

// ParseNsec reads a nostr secret key: an nsec, or its 64 hex digits.
func ParseNsec(text string) (*Private, error) {
	text = strings.TrimSpace(text)
	scalar, ok := decodeHex32(text)
	if !ok {
		var err error
		if scalar, err = decodeNsec(text); err != nil {
			return nil, err
		}
	}
	defer clear(scalar[:])
	return fromScalar(scalar)
}

// FromPhrase makes the Ed25519 key of 12 or 24 English words.
func FromPhrase(phrase string) (*Private, error) {
	entropy, err := decodePhrase(phrase)
	if err != nil {
		return nil, err
	}
	defer clear(entropy)
	return fromEntropy(entropy)
}

// ParseSecret reads any written form of a secret: an nsec, a phrase, a hex
// Ed25519 seed, or the saved output of `kez identity new`. Where that output
// names a primary, the secret must be the primary's.
func ParseSecret(text string) (*Private, error) {
	lines := outputLines(text)
	if lines == nil {
		return parseBare(text)
	}
	secret := lines["secret"]
	if secret == "" {
		secret = lines["mnemonic"]
	}
	private, err := parseBare(secret)
	if err != nil {
		return nil, err
	}
	if phrase := lines["mnemonic"]; phrase != "" {
		fromPhrase, err := FromPhrase(phrase)
		if err != nil {
			return nil, err
		}
		if !fromPhrase.id.Same(private.id) {
			return nil, mixedLines("the phrase and the secret")
		}
		private = fromPhrase // which knows the words it came from
	}
	if primary := lines["primary"]; primary != "" && primary != private.id.String() {
		return nil, mixedLines("the primary and the secret")
	}
	return private, nil
}

func mixedLines(which string) error {
	return kez.Errorf(kez.CLIUsage, "%s in this text belong to two different keys", which).
		WithHint("keep the output of one `kez identity new` in one file")
}

// outputLines takes the labelled lines of `kez identity new`, or nil where the
// text holds none that carries a secret.
func outputLines(text string) map[string]string {
	lines := map[string]string{}
	for line := range strings.Lines(text) {
		label, value, found := strings.Cut(line, ":")
		if found {
			lines[strings.ToLower(strings.TrimSpace(label))] = strings.TrimSpace(value)
		}
	}
	if lines["secret"] == "" && lines["mnemonic"] == "" {
		return nil
	}
	return lines
}

func parseBare(text string) (*Private, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return nil, kez.Errorf(kez.CLIUsage, "the secret is empty").
			WithHint("give an nsec, 12 or 24 words, or the 64 hex digits of an ed25519 seed")
	case len(text) >= 5 && strings.EqualFold(text[:5], "nsec1"):
		return ParseNsec(text)
	case len(strings.Fields(text)) > 1:
		return FromPhrase(text)
	}
	seed, ok := decodeHex32(text)
	if !ok {
		return nil, kez.Errorf(kez.CLIUsage, "this is no secret key in any known form").
			WithHint("give an nsec, 12 or 24 words, or the 64 hex digits of an ed25519 seed")
	}
	defer clear(seed[:])
	return FromSeed(seed)
}

// decodeNsec takes bech32, never bech32m, with the prefix nsec and 32 bytes.
func decodeNsec(text string) (scalar [32]byte, err error) {
	hrp, words, version, err := bech32.DecodeGeneric(text)
	if err != nil || version != bech32.Version0 {
		// The library's errors quote characters and checksums of the input.
		return scalar, kez.Errorf(kez.CLIUsage, "a nostr secret key is an nsec with a right bech32 checksum, or 64 hex digits").
			WithHint("copy the nsec again whole")
	}
	data, err := bech32.ConvertBits(words, 5, 8, false)
	defer clear(data)
	if err != nil || hrp != "nsec" || len(data) != len(scalar) {
		return scalar, kez.Errorf(kez.CLIUsage, "this is bech32, but no nsec of 32 bytes").
			WithHint("an npub is the public key; the secret one starts with nsec1")
	}
	copy(scalar[:], data)
	return scalar, nil
}

func decodeHex32(text string) (out [32]byte, ok bool) {
	if len(text) != 2*len(out) {
		return out, false
	}
	_, err := hex.Decode(out[:], []byte(text))
	return out, err == nil
}
