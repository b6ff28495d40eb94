package encoding

import (
	"bytes"
	"strings"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

const (
	compactPrefix = "kez:z1:"
	bundlePrefix  = "kez:zc1:"
	shortPrefix   = "kez:b1:"
)

// Token is one decoded token.
type Token struct {
	// Form is FormCompact, FormShort or FormBundle, also next to an error once
	// the word was read.
	Form string
	// JSON is one envelope, or the JSON lines of a bundle; not yet read strictly.
	JSON []byte
}

// EncodeCompact writes an envelope as a kez:z1: token around its canonical form.
func EncodeCompact(envelope []byte) (string, error) {
	doc, err := strictjson.ReadCanonical(envelope, kez.MaxEnvelope)
	if err != nil {
		return "", err
	}
	return encodeBase64(compactPrefix, encoder().EncodeAll(doc.Bytes(), nil)), nil
}

// EncodeBundle writes the JSON lines of a chain, taken as they are, as a
// kez:zc1: token.
func EncodeBundle(lines []byte) (string, error) {
	switch {
	case len(bytes.Trim(lines, kez.JSONSpace)) == 0:
		return "", kez.Errorf(kez.SigchainEmpty, "an empty chain has no bundle").
			WithHint("add an event first")
	case len(lines) > kez.MaxChain:
		return "", kez.Errorf(kez.InputTooLarge, "the chain is larger than %d bytes", kez.MaxChain)
	}
	return encodeBase64(bundlePrefix, encoder().EncodeAll(lines, nil)), nil
}

// DecodeToken reads a text that is exactly one token, with white space around
// it. It decodes all three forms; who wants a claim refuses a bundle, which
// DecodeClaimToken does without decoding it.
func DecodeToken(text []byte) (Token, error) {
	form, body, err := splitToken(text)
	if err != nil {
		return Token{Form: form}, err
	}
	var json []byte
	switch form {
	case FormShort:
		var short Short
		if short, err = decodeShortBody(body); err == nil {
			json, err = ExpandShort(short)
		}
	case FormCompact:
		json, err = decodeCompact(body)
	case FormBundle:
		json, err = decodeBundle(body)
	}
	return Token{form, json}, err
}

// DecodeClaimToken is DecodeToken where a chain is out of place: in fences,
// posts and TXT records (KEZ-ENC-017).
func DecodeClaimToken(text []byte) (Token, error) {
	if form, _, err := splitToken(text); err == nil && form == FormBundle {
		return Token{Form: form}, kez.Errorf(kez.EnvelopeTypeMismatch, "this is a sigchain, and a claim belongs here").
			WithHint("publish the claim itself, as kez:z1: or kez:b1:")
	}
	return DecodeToken(text)
}

// splitToken reads a token up to its body. The form is known from the word on,
// also next to an error.
func splitToken(text []byte) (form, body string, err error) {
	text = bytes.Trim(text, kez.JSONSpace)
	if len(text) == 0 {
		return "", "", kez.Errorf(kez.InputEmpty, "the input is empty")
	}
	rest, found := bytes.CutPrefix(text, []byte("kez:"))
	if !found {
		return "", "", noPrefix(text)
	}
	colon := bytes.IndexByte(rest, ':')
	if colon < 0 {
		return "", "", kez.Errorf(kez.CompactPrefix, "a token has two colons, as in kez:z1:…, and this text has one")
	}
	if colon == 0 || len(bytes.Trim(rest[:colon], "abcdefghijklmnopqrstuvwxyz0123456789")) > 0 {
		return "", "", noPrefix(text)
	}
	word, rest := string(rest[:colon]), rest[colon+1:]
	limit := MaxToken
	switch word {
	case "z1":
		form = FormCompact
	case "b1":
		form = FormShort
	case "zc1":
		form, limit = FormBundle, MaxBundle
	default:
		return "", "", unknownWord(word)
	}
	if len(text) > limit {
		return form, "", oversized(form, rest[:limit-len(text)+len(rest)], limit)
	}
	if len(rest) == 0 {
		return form, "", kez.Errorf(kez.InputEmpty, "nothing follows kez:%s:", word).
			WithHint("copy the token again whole")
	}
	return form, string(rest), nil
}

func noPrefix(text []byte) error {
	err := kez.Errorf(kez.CompactPrefix, "a token starts with kez: in lower case")
	if len(text) >= 4 && strings.EqualFold(string(text[:4]), "kez:") {
		return err.WithHint("something changed the case of the token, and case matters in all of it; copy it again")
	}
	return err.WithHint("give one token such as kez:z1:… and nothing else")
}

// unknownWord says unsupported, not damaged (KEZ-ENC-007).
func unknownWord(word string) error {
	err := kez.Errorf(kez.CompactPrefixUnknown, "the encoding kez:%s: is not supported", printable(word))
	if word == "zd1" {
		return err.WithHint("zd1 is a placeholder of older builds; ask for the proof as kez:z1: or as JSON")
	}
	return err.WithHint("supported are kez:z1:, kez:b1: and kez:zc1:; a newer client may know this one")
}

// printable shows hostile text in a message: escaped, and cut at 40 bytes.
func printable(text string) string {
	quoted := kez.Quote(text[:min(len(text), 40)])
	return strings.Trim(quoted, `"`)
}

// oversized gives the fault before the limit, where there is one, because the
// limit is a fault at the first byte past it.
func oversized(form string, body []byte, limit int) error {
	if at := bytes.IndexFunc(body, notBase64); at >= 0 {
		_, err := decodeBase64(string(body[:min(len(body), at+4)]))
		if form == FormShort {
			err = malformed(err)
		}
		return err
	}
	return kez.Errorf(kez.InputTooLarge, "the token is longer than %d characters", limit)
}

func decodeCompact(body string) ([]byte, error) {
	frame, err := decodeBase64(body)
	if err != nil {
		return nil, err
	}
	json, err := decompress(frame, decoder, kez.MaxEnvelope)
	if err == nil && len(bytes.Trim(json, kez.JSONSpace)) == 0 {
		return nil, kez.Errorf(kez.InputEmpty, "the token holds nothing")
	}
	return json, err
}

func decodeBundle(body string) ([]byte, error) {
	frame, err := decodeBase64(body)
	if err != nil {
		return nil, err
	}
	lines, err := decompress(frame, decoder, kez.MaxChain)
	if err == nil && len(lines) == 0 {
		return nil, kez.Errorf(kez.SigchainEmpty, "the bundle holds no event")
	}
	return lines, err
}
