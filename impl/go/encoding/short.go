package encoding

import (
	"math"
	"unicode/utf8"

	"kez.lat/kez/impl/go/kez"
)

// Short is what a kez:b1: token carries: all of a claim that cannot be derived.
type Short struct {
	Key       kez.Identity // a nostr or ed25519 identity, primary and signer in one
	Signature [64]byte
	CreatedAt int64 // Unix seconds
	ExpiresAt int64 // Unix seconds; 0 is absent
	Subject   string
}

// shortFormat is the first byte of every short token.
const shortFormat = 1

// The second byte names the algorithm, and so the system of the key.
const (
	shortEd25519 = 1
	shortNostr   = 2
)

// shortFixed is the length of the fields before the numbers.
const shortFixed = 1 + 1 + 32 + 64

// EncodeShort writes the fields as a kez:b1: token.
func EncodeShort(s Short) (string, error) {
	key, isKey := s.Key.PublicKey()
	switch {
	case !isKey:
		return "", notEncodable("the primary is no key")
	case s.CreatedAt < 0 || s.CreatedAt > kez.MaxUnix || s.ExpiresAt < 0 || s.ExpiresAt > kez.MaxUnix:
		return "", notEncodable("a time is outside the years 1970 to 9999")
	case s.ExpiresAt != 0 && s.ExpiresAt <= s.CreatedAt:
		return "", notEncodable("the claim expires before it was created")
	case s.Subject == "" || !utf8.ValidString(s.Subject):
		return "", notEncodable("the subject is empty or not UTF-8")
	}
	algorithm := byte(shortEd25519)
	if s.Key.System() == kez.SystemNostr {
		algorithm = shortNostr
	}
	lifetime := int64(0)
	if s.ExpiresAt != 0 {
		lifetime = s.ExpiresAt - s.CreatedAt
	}
	data := make([]byte, 0, shortFixed+12+len(s.Subject))
	data = append(data, shortFormat, algorithm)
	data = append(data, key[:]...)
	data = append(data, s.Signature[:]...)
	data = appendLEB128(data, uint64(s.CreatedAt))
	data = appendLEB128(data, uint64(lifetime))
	data = append(data, s.Subject...)
	return encodeBase64(shortPrefix, data), nil
}

func notEncodable(why string) error {
	return kez.Errorf(kez.ShortNotEncodable, "the claim has no short form: %s", why).
		WithHint("use the compact form, kez:z1:")
}

// DecodeShort reads a text that is exactly one kez:b1: token. Faults of the
// token are short.malformed; a key that is none, or of low order, has its own
// code.
func DecodeShort(text []byte) (Short, error) {
	form, body, err := splitToken(text)
	if err != nil {
		return Short{}, err
	}
	if form != FormShort {
		return Short{}, kez.Errorf(kez.CompactPrefixUnknown, "this is not a short token, which starts with %s", shortPrefix)
	}
	return decodeShortBody(body)
}

func decodeShortBody(body string) (s Short, err error) {
	data, err := decodeBase64(body)
	if err != nil {
		return s, malformed(err)
	}
	switch {
	case data[0] != shortFormat:
		return s, malformedf("its format byte is %d, and only 1 is known", data[0])
	case len(data) > 1 && data[1] != shortEd25519 && data[1] != shortNostr:
		return s, malformedf("its algorithm byte is %d, and only 1 and 2 are known", data[1])
	case len(data) < shortFixed:
		return s, malformedf("it ends after %d bytes, within the key or the signature", len(data))
	}
	key := [32]byte(data[2:34])
	copy(s.Signature[:], data[34:shortFixed])
	created, rest, ok := readLEB128(data[shortFixed:])
	if !ok || created > kez.MaxUnix {
		return s, malformedf("its created field is not a minimal number of seconds up to the year 9999")
	}
	lifetime, rest, ok := readLEB128(rest)
	if !ok || lifetime > kez.MaxUnix-created {
		return s, malformedf("its lifetime field is not a minimal number of seconds up to the year 9999")
	}
	if len(rest) == 0 || !utf8.Valid(rest) {
		return s, malformedf("its subject is empty or not UTF-8")
	}
	s.CreatedAt, s.Subject = int64(created), string(rest)
	if lifetime != 0 {
		s.ExpiresAt = int64(created + lifetime)
	}
	s.Key, err = shortKey(data[1], key)
	if err != nil {
		// The subject is judged before the key (KEZ-ERR).
		if _, subjectErr := kez.ParseSigned(s.Subject); subjectErr != nil {
			err = subjectErr
		}
	}
	return s, err
}

func shortKey(algorithm byte, key [32]byte) (kez.Identity, error) {
	if algorithm == shortNostr {
		return kez.NostrIdentity(key)
	}
	return kez.Ed25519Identity(key)
}

func malformedf(format string, args ...any) error {
	return kez.Errorf(kez.ShortMalformed, "the short token is malformed: "+format, args...).
		WithHint("copy the token again whole")
}

// malformed gives a fault of base64url the code of the short form.
func malformed(err error) error {
	wrapped := kez.Errorf(kez.ShortMalformed, "the short token is malformed: %w", err)
	if hint := hintOf(err); hint != "" {
		return wrapped.WithHint("%s", hint)
	}
	return wrapped
}

// maxLEB128 is the largest number of bytes of a number (KEZ-SHORT-003).
const maxLEB128 = 6

func appendLEB128(dst []byte, n uint64) []byte {
	for n >= 0x80 {
		dst = append(dst, byte(n)|0x80)
		n >>= 7
	}
	return append(dst, byte(n))
}

// readLEB128 reads an unsigned, minimal number of at most six bytes.
func readLEB128(data []byte) (n uint64, rest []byte, ok bool) {
	for i, b := range data[:min(len(data), maxLEB128)] {
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			return n, data[i+1:], b != 0 || i == 0
		}
	}
	return math.MaxUint64, nil, false
}
