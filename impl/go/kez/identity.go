package kez

import (
	"encoding/hex"
	"strings"

	"kez.lat/kez/impl/go/internal/edpoint"
)

// MaxIdentity is the longest identity in bytes, system and colon included.
const MaxIdentity = 512

// Systems that a key, and so a primary, can belong to.
const (
	SystemNostr   = "nostr"
	SystemEd25519 = "ed25519"
)

// Identity is one `system:value` in its canonical spelling. The zero value is
// no identity. Two identities are compared with Same, because the old prefix
// mastodon: names the same account as ap:.
type Identity struct {
	system, value string
	key           [32]byte
}

// System is the part before the first colon.
func (id Identity) System() string { return id.system }

// Value is the part after the first colon.
func (id Identity) Value() string { return id.value }

// IsZero reports whether id is no identity at all.
func (id Identity) IsZero() bool { return id.system == "" }

// String gives `system:value`.
func (id Identity) String() string {
	if id.IsZero() {
		return ""
	}
	return id.system + ":" + id.value
}

// Canonical maps the prefix mastodon: to ap: and leaves everything else; the
// result is fit to be a map key.
func (id Identity) Canonical() Identity {
	if id.system == "mastodon" {
		id.system = "ap"
	}
	return id
}

// Same reports whether both name the same account, key or domain.
func (id Identity) Same(other Identity) bool { return id.Canonical() == other.Canonical() }

// PublicKey gives the 32 bytes of a nostr or ed25519 identity: an x-only point
// or a compressed Edwards point, already known to be on its curve. The second
// result is false for every other system.
func (id Identity) PublicKey() ([32]byte, bool) {
	return id.key, id.IsKey()
}

// IsKey reports whether the identity is a public key, and so can be a primary.
func (id Identity) IsKey() bool { return id.system == SystemNostr || id.system == SystemEd25519 }

// MarshalText writes the identity as text, so that it can stand in --json.
func (id Identity) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// Ed25519Identity makes the identity of an Ed25519 public key, with the checks
// of a parsed one.
func Ed25519Identity(public [32]byte) (Identity, error) {
	if err := checkEd25519(&public); err != nil {
		return Identity{}, err
	}
	return Identity{SystemEd25519, hex.EncodeToString(public[:]), public}, nil
}

// NostrIdentity makes the identity of an x-only secp256k1 public key, with the
// checks of a parsed one.
func NostrIdentity(public [32]byte) (Identity, error) {
	if !xOnCurve(&public) {
		return Identity{}, notOnCurve("nostr")
	}
	return Identity{SystemNostr, encodeNpub(public), public}, nil
}

// ParseSigned reads an identity out of signed data, where nothing is ever
// normalised: another spelling of a legal identity is identity.not_canonical.
func ParseSigned(s string) (Identity, error) {
	if holdsSecretKey(s) {
		return Identity{}, secretKeyError()
	}
	id, err := parse(s)
	if err == nil || CodeOf(err) != IdentityInvalid {
		return id, err
	}
	if mended, typedErr := ParseTyped(s); typedErr == nil {
		return Identity{}, Errorf(IdentityNotCanonical, "the identity is not in its canonical spelling, which is %s", mended).
			WithHint("signed data is never normalised; sign a new claim with the canonical spelling")
	}
	return Identity{}, err
}

// ParseTyped reads an identity as a person types it: white space around it is
// trimmed and the spelling is normalised (KEZ-ID).
func ParseTyped(s string) (Identity, error) {
	s = strings.Trim(s, JSONSpace)
	if holdsSecretKey(s) {
		return Identity{}, secretKeyError()
	}
	if err := checkCharacters(s); err != nil {
		return Identity{}, hintALabel(err, s)
	}
	system, value, found := strings.Cut(s, ":")
	if !found {
		return parse(s)
	}
	// The length counts in the canonical spelling, which is never longer by
	// more than an npub is than its hex.
	id, err := parse(normalise(strings.ToLower(system), value))
	return id.Canonical(), err
}

// parse reads one identity by its grammar and changes nothing.
func parse(s string) (Identity, error) {
	if err := checkText(s); err != nil {
		return Identity{}, err
	}
	system, value, found := strings.Cut(s, ":")
	if !found {
		// What was typed without a system may well be a secret: it is not echoed.
		return Identity{}, Errorf(IdentityInvalid, "an identity is system:value, and there is no colon here").
			WithHint("write for example github:alice, dns:example.com or nostr:npub1…")
	}
	if !validSystem(system) {
		return Identity{}, Errorf(IdentityInvalid, "the part before the colon is not a system name ([a-z][a-z0-9]{0,31})").
			WithHint("systems are lower-case words such as github, dns, web, bluesky, ap, nostr, ed25519")
	}
	switch system {
	case SystemNostr:
		return parseNostr(value)
	case SystemEd25519:
		return parseEd25519(value)
	}
	grammar := grammarOf(system)
	if !grammar.match(value) {
		// A phrase or a seed may stand here by mistake: the value is not echoed.
		return Identity{}, Errorf(IdentityInvalid, "what follows %s: is not a legal %s identity", system, system).
			WithHint("%s", grammar.hint)
	}
	return Identity{system: system, value: value}, nil
}

func checkText(s string) error {
	if s == "" {
		return Errorf(IdentityInvalid, "the identity is empty").WithHint("write for example github:alice")
	}
	if len(s) > MaxIdentity {
		return Errorf(IdentityInvalid, "the identity has %d bytes, and at most %d are allowed", len(s), MaxIdentity)
	}
	return checkCharacters(s)
}

func checkCharacters(s string) error {
	for i := range len(s) {
		switch b := s[i]; {
		case b >= 0x80:
			return Errorf(IdentityInvalid, "the identity holds a character outside ASCII at byte %d", i).
				WithHint("an international host is written with its A-labels (xn--…)")
		case b < 0x20 || b == 0x7f:
			return Errorf(IdentityInvalid, "the identity holds the control character 0x%02x at byte %d", b, i)
		}
	}
	return nil
}

func validSystem(s string) bool {
	if s == "" || len(s) > 32 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		if !isLowerAlnum(s[i]) {
			return false
		}
	}
	return true
}

func parseEd25519(value string) (Identity, error) {
	id := Identity{system: SystemEd25519, value: value}
	if !decodeLowerHex(id.key[:], value) {
		return Identity{}, Errorf(IdentityInvalid, "an ed25519 identity is 64 lower-case hex digits").
			WithHint("give the public key, never the seed")
	}
	if err := checkEd25519(&id.key); err != nil {
		return Identity{}, err
	}
	return id, nil
}

func checkEd25519(public *[32]byte) error {
	switch {
	case edpoint.LowOrder(public):
		return Errorf(KeyLowOrder, "the ed25519 key is one of the 14 low-order encodings, for which anybody can sign").
			WithHint("no honest key generator makes such a key; treat the proof as forged")
	case !edpoint.Canonical(public) || !edpoint.OnCurve(public):
		return notOnCurve("ed25519")
	}
	return nil
}

func notOnCurve(system string) *Error {
	return Errorf(KeyNotOnCurve, "the %s key is no point of its curve", system).
		WithHint("check that the whole key was copied, and that it is the public key")
}

func secretKeyError() *Error {
	return Errorf(IdentitySecretKey, "this is a secret key (nsec), and a public identity belongs here").
		WithHint("give the npub; if the nsec was pasted anywhere else, make a new key and rotate to it")
}

func decodeLowerHex(dst []byte, s string) bool {
	if len(s) != 2*len(dst) || strings.ContainsAny(s, "ABCDEF") {
		return false
	}
	_, err := hex.Decode(dst, []byte(s))
	return err == nil
}
