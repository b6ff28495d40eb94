package mutants

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode"

	"github.com/btcsuite/btcd/btcutil/bech32"

	"kez.lat/kez/impl/go/adapter"
)

const parse = "identity.parse"

func identityMutants() []Mutant {
	return []Mutant{
		{"signed identities are normalised", "KEZ-ID-029", signedAsTyped},
		{"a second spelling is just invalid", "KEZ-ID-030", alters(parse, notCanonicalIsInvalid)},
		{"one byte more than 512 is taken", "KEZ-ID-003", takesText(func(s string) bool { return len(s) == 513 })},
		{"Unicode white space is trimmed", "KEZ-ID-004", rereads(parse, "text", bytes.TrimSpace)},
		{"a host may have one label", "KEZ-ID-009", takesText(regexp.MustCompile(`^(dns|web):[a-z0-9-]+$`).MatchString)},
		{"an IPv4 address is a host", "KEZ-ID-010", takesText(regexp.MustCompile(`^(dns|web):[0-9.]+$`).MatchString)},
		{"a host may carry a port", "KEZ-ID-012", takesText(regexp.MustCompile(`^(dns|web):[a-z.]+:[0-9]+$`).MatchString)},
		{"xn-- labels are decoded", "KEZ-ID-013", alters(parse, decodesALabels)},
		{"bech32m is taken for bech32", "KEZ-ID-015", takesText(isBech32m)},
		{"keys off the secp256k1 curve are taken", "KEZ-ID-016", takesText(offCurve)},
		{"low-order keys are taken", "KEZ-ID-017", skips(parse, "key.low_order", nil)},
		{"a y above the field prime is reduced", "KEZ-ID-018", takesText(nonCanonicalY)},
		{"an @ is kept", "KEZ-ID-022", keepsAs("@")},
		{"a trailing dot is kept", "KEZ-ID-023", keepsAs(".")},
		{"hex of a nostr key is not turned", "KEZ-ID-024", keepsHex},
		{"mastodon is not turned into ap", "KEZ-ID-025", keepsMastodon},
		{"a DID is lower-cased", "KEZ-ID-026", lowersDID},
		{"mastodon is refused in signed data", "KEZ-ID-032", alters(parse, refusesMastodon)},
		{"an nsec is an ordinary mistake", "KEZ-ID-034", alters(parse, noSecretKeys)},
	}
}

// takes is the answer that an identity is fine as it is.
func takes(text string) adapter.Answer {
	return adapter.Answer{Accept: adapter.State{"identity": text}}
}

// takesText takes, as they are, texts that should be refused.
func takesText(when func(string) bool) adapter.Handler {
	return alters(parse, func(r adapter.Request, right adapter.Answer) adapter.Answer {
		if text := string(input(r, "text")); right.Reject != nil && when(text) {
			return takes(text)
		}
		return right
	})
}

func signedAsTyped(r adapter.Request) adapter.Answer {
	if r.Op == parse {
		r = withRaw(r, "mode", json.RawMessage(`"typed"`))
	}
	return adapter.Handle(r)
}

func notCanonicalIsInvalid(_ adapter.Request, right adapter.Answer) adapter.Answer {
	if has(right, "identity.not_canonical") {
		return refuses("identity.invalid")
	}
	return right
}

// decodesALabels refuses what a Punycode decoder would refuse, crudely.
func decodesALabels(r adapter.Request, right adapter.Answer) adapter.Answer {
	text := string(input(r, "text"))
	_, label, found := strings.Cut(text, "xn--")
	label, _, _ = strings.Cut(label, ".")
	if found && right.Accept != nil && !strings.Contains(label, "-") {
		return refuses("identity.invalid")
	}
	return right
}

func isBech32m(text string) bool {
	key, isNostr := strings.CutPrefix(text, "nostr:")
	prefix, _, version, err := bech32.DecodeGeneric(key)
	return isNostr && err == nil && prefix == "npub" && version == bech32.VersionM
}

func offCurve(text string) bool {
	key, isNostr := strings.CutPrefix(text, "nostr:")
	prefix, data, version, err := bech32.DecodeGeneric(key)
	return isNostr && err == nil && prefix == "npub" && version == bech32.Version0 && len(data) == 52
}

// nonCanonicalY finds keys whose y is from p to 2^255-1.
func nonCanonicalY(text string) bool {
	key, isEd := strings.CutPrefix(text, "ed25519:")
	return isEd && len(key) == 64 && key[0] >= 'e' && strings.Trim(key[2:62], "f") == "" && strings.HasSuffix(strings.ToLower(key[62:]), "f")
}

// keepsAs does not cut a character off typed accounts and hosts.
func keepsAs(cut string) adapter.Handler {
	return alters(parse, func(r adapter.Request, right adapter.Answer) adapter.Answer {
		system, value, _ := strings.Cut(strings.ToLower(string(input(r, "text"))), ":")
		if right.Accept != nil && (cut == "@" && strings.HasPrefix(value, cut) || cut == "." && strings.HasSuffix(value, cut)) {
			return takes(system + ":" + value)
		}
		return right
	})
}

func keepsHex(r adapter.Request) adapter.Answer {
	text := strings.ToLower(string(input(r, "text")))
	if right := adapter.Handle(r); r.Op != parse || right.Accept == nil || !regexp.MustCompile(`^nostr:[0-9a-f]{64}$`).MatchString(text) {
		return right
	}
	return takes(text)
}

func keepsMastodon(r adapter.Request) adapter.Answer {
	right := adapter.Handle(r)
	if r.Op == parse && right.Accept != nil && bytes.HasPrefix(bytes.ToLower(input(r, "text")), []byte("mastodon:")) {
		_, value, _ := strings.Cut(right.Accept["identity"].(string), ":")
		return takes("mastodon:" + value)
	}
	return right
}

func lowersDID(r adapter.Request) adapter.Answer {
	right := adapter.Handle(r)
	if r.Op == parse && right.Accept != nil && strings.HasPrefix(right.Accept["identity"].(string), "did:") {
		return takes(strings.Map(unicode.ToLower, right.Accept["identity"].(string)))
	}
	return right
}

func refusesMastodon(r adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Accept != nil && string(r.Input["mode"]) == `"signed"` && bytes.HasPrefix(input(r, "text"), []byte("mastodon:")) {
		return refuses("identity.not_canonical")
	}
	return right
}

func noSecretKeys(_ adapter.Request, right adapter.Answer) adapter.Answer {
	if has(right, "identity.secret_key") {
		return refuses("identity.invalid")
	}
	return right
}
