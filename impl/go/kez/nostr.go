package kez

import (
	"encoding/hex"
	"strings"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcutil/bech32"
)

// nsecLen is the length of an nsec: "nsec1", 52 characters of data, 6 of
// checksum.
const nsecLen = 63

func parseNostr(value string) (Identity, error) {
	id := Identity{system: SystemNostr, value: value}
	hrp, data, err := decodeNIP19(value)
	switch {
	case err != nil || value != strings.ToLower(value):
		return Identity{}, Errorf(IdentityInvalid, "a nostr identity is an npub in lower case with a right bech32 checksum").
			WithHint("copy the npub again; nprofile, note and hex keys are other things")
	case hrp != "npub" || len(data) != 32:
		return Identity{}, Errorf(IdentityInvalid, "a nostr identity is an npub of 32 bytes, and this is something else").
			WithHint("nprofile, note, nevent and others are refused")
	}
	copy(id.key[:], data)
	if !xOnCurve(&id.key) {
		return Identity{}, notOnCurve(SystemNostr)
	}
	return id, nil
}

// decodeNIP19 decodes bech32, never bech32m, into its prefix and bytes.
func decodeNIP19(s string) (hrp string, data []byte, err error) {
	hrp, words, version, err := bech32.DecodeGeneric(s)
	if err != nil {
		return "", nil, err
	}
	if version != bech32.Version0 {
		return "", nil, bech32.ErrInvalidChecksum{}
	}
	data, err = bech32.ConvertBits(words, 5, 8, false)
	return hrp, data, err
}

func encodeNpub(public [32]byte) string {
	text, err := bech32.EncodeFromBase256("npub", public[:])
	if err != nil {
		panic("kez: 32 bytes always fit bech32: " + err.Error())
	}
	return text
}

// xOnCurve reports whether x lies below the field prime and is the x of a point.
func xOnCurve(x *[32]byte) bool {
	var fx, fy btcec.FieldVal
	if overflow := fx.SetBytes(x); overflow != 0 {
		return false
	}
	return btcec.DecompressY(&fx, false, &fy)
}

func normaliseNostr(value string) string {
	if len(value) == 64 {
		if raw, err := hex.DecodeString(value); err == nil {
			return encodeNpub([32]byte(raw))
		}
	}
	if value == strings.ToUpper(value) {
		return strings.ToLower(value)
	}
	return value
}

// holdsSecretKey finds nsec1 at the start of the text or of a nostr: value in
// any case, or a valid nsec anywhere (KEZ-ID).
func holdsSecretKey(s string) bool {
	lower := strings.TrimLeft(strings.ToLower(s), JSONSpace)
	value := strings.TrimLeft(strings.TrimPrefix(lower, "nostr:"), JSONSpace)
	if strings.HasPrefix(value, "nsec1") {
		return true
	}
	for {
		at := strings.Index(lower, "nsec1")
		if at < 0 || len(lower)-at < nsecLen {
			return false
		}
		if hrp, data, err := decodeNIP19(lower[at : at+nsecLen]); err == nil && hrp == "nsec" && len(data) == 32 {
			return true
		}
		lower = lower[at+1:]
	}
}
