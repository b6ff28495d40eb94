package claim_test

import (
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/kez"
)

// parts are the pieces of a claim's text, each replaceable by a fault.
type parts struct {
	before, after                                       string
	kez, topExtra                                       string
	typ, version, subject, primary, created, expires    string
	payloadExtra, alg, key, sig, sigExtra, signatureAll string
	payloadAll                                          string
}

const zeroKey = "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"

func wholeClaim() parts {
	return parts{
		kez: `"kez":"claim"`, typ: `"type":"kez.claim"`, version: `"version":1`, subject: `"subject":"github:alice"`,
		primary: `"primary":"` + zeroKey + `"`, created: `"created_at":"2026-01-02T03:04:05Z"`,
		alg: `"alg":"ed25519-sha512-jcs"`, key: `"key":"` + zeroKey + `"`,
		sig: `"sig":"df54fbd3201e96587a778eccc6d7a377fd1c4533cd61ebcf8ba3eabfce76ffab90f9e854432c9f6227784d0a8a5763da3373332eb18be6243a2a1e791776d802"`,
	}
}

func join(members ...string) string {
	var present []string
	for _, m := range members {
		if m != "" {
			present = append(present, m)
		}
	}
	return "{" + strings.Join(present, ",") + "}"
}

func (p parts) text() string {
	payload := `"payload":` + join(p.typ, p.version, p.subject, p.primary, p.created, p.expires, p.payloadExtra)
	if p.payloadAll != "" {
		payload = p.payloadAll
	}
	signature := `"signature":` + join(p.alg, p.key, p.sig, p.sigExtra)
	if p.signatureAll != "" {
		signature = p.signatureAll
	}
	return p.before + join(p.kez, payload, signature, p.topExtra) + p.after
}

// faults in the order of spec/errors.md, each on a member of its own where that
// is possible. Two of one slot exclude each other.
var faults = []struct {
	code kez.Code
	slot string
	do   func(*parts)
}{
	{kez.JSONBOM, "before", func(p *parts) { p.before = "\xef\xbb\xbf" }},
	{kez.JSONTrailingData, "after", func(p *parts) { p.after = "{}" }},
	{kez.JSONUnknownMember, "topExtra", func(p *parts) { p.topExtra = `"x":1` }},
	{kez.EnvelopeNotObject, "kez", func(p *parts) { p.kez = "" }},
	{kez.EnvelopeTypeMismatch, "kez", func(p *parts) { p.kez = `"kez":"sigchain_event"` }},
	{kez.EnvelopeTypeMismatch, "type", func(p *parts) { p.typ = `"type":"kez.other"` }},
	{kez.JSONUnknownMember, "payloadExtra", func(p *parts) { p.payloadExtra = `"x":1` }},
	{kez.JSONUnknownMember, "sigExtra", func(p *parts) { p.sigExtra = `"x":1` }},
	{kez.ClaimVersion, "version", func(p *parts) { p.version = "" }},
	{kez.ClaimSubjectMissing, "subject", func(p *parts) { p.subject = "" }},
	{kez.ClaimPrimaryMissing, "primary", func(p *parts) { p.primary = "" }},
	{kez.ClaimCreatedAt, "created", func(p *parts) { p.created = "" }},
	{kez.SignatureMissing, "sig", func(p *parts) { p.sig = `"sig":null` }},
	{kez.JSONType, "subject", func(p *parts) { p.subject = `"subject":1` }},
	{kez.JSONType, "alg", func(p *parts) { p.alg = `"alg":null` }},
	{kez.IdentityInvalid, "subject", func(p *parts) { p.subject = `"subject":"github:a/b"` }},
	{kez.IdentityNotCanonical, "primary", func(p *parts) { p.primary = `"primary":"ED25519:` + zeroKey[8:] + `"` }},
	{kez.KeyLowOrder, "key", func(p *parts) { p.key = `"key":"ed25519:01` + strings.Repeat("0", 62) + `"` }},
	{kez.SignatureAlgUnknown, "alg", func(p *parts) { p.alg = `"alg":"none"` }},
	{kez.SignatureAlgKeyMismatch, "alg", func(p *parts) { p.alg = `"alg":"nostr-secp256k1-schnorr-sha256-jcs"` }},
	{kez.SignatureKeyMismatch, "key", func(p *parts) {
		p.key = `"key":"ed25519:9403c32e0d3b4ce51105c0bcac09a0d73be0cca98a6bf7b3cd434651be866d70"`
	}},
	{kez.SignatureEncoding, "sig", func(p *parts) { p.sig = `"sig":"0x"` }},
	{kez.SignatureLength, "sig", func(p *parts) { p.sig = `"sig":"00"` }},
	{kez.ClaimVersion, "version", func(p *parts) { p.version = `"version":"1"` }},
	{kez.ClaimCreatedAt, "created", func(p *parts) { p.created = `"created_at":1` }},
	{kez.ClaimCreatedAtFuture, "created", func(p *parts) { p.created = `"created_at":"2026-06-02T00:00:01Z"` }},
	{kez.ClaimExpiresAt, "expires", func(p *parts) { p.expires = `"expires_at":null` }},
	{kez.ClaimExpiresBeforeCreated, "expires", func(p *parts) { p.expires = `"expires_at":"2026-01-02T03:04:05Z"` }},
	{kez.SignatureInvalid, "expires", func(p *parts) { p.expires = `"expires_at":"2026-07-01T00:00:00Z"` }},
}

// TestFirstFaultWins pairs every two faults that can stand together and expects
// the code of the one that comes first. [KEZ-ERR-008] to [KEZ-ERR-023]
func TestFirstFaultWins(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	if _, err := claim.Read([]byte(wholeClaim().text()), now, nil); err != nil {
		t.Fatalf("the whole claim: %v", err)
	}
	for i, first := range faults {
		for _, second := range faults[i:] {
			p := wholeClaim()
			second.do(&p)
			if second.slot != first.slot {
				first.do(&p)
			} else if second.code != first.code {
				continue
			}
			_, err := claim.Read([]byte(p.text()), now, nil)
			if got := kez.CodeOf(err); got != first.code {
				t.Errorf("%s with %s: got %q (%v)\n%s", first.code, second.code, got, err, p.text())
			}
		}
	}
}

// TestShapes covers what the pairs above cannot say.
func TestShapes(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name string
		do   func(*parts)
		want kez.Code
	}{
		{"payload is a string", func(p *parts) { p.payloadAll = `"payload":"x"` }, kez.JSONType},
		{"payload is null", func(p *parts) { p.payloadAll = `"payload":null` }, kez.JSONType},
		{"no payload", func(p *parts) { p.payloadAll = `"kez2":1`; p.kez = "" }, kez.JSONUnknownMember},
		{"kez is a number", func(p *parts) { p.kez = `"kez":1` }, kez.JSONType},
		{"type is a number", func(p *parts) { p.typ = `"type":1` }, kez.JSONType},
		{"no type", func(p *parts) { p.typ = "" }, kez.EnvelopeTypeMismatch},
		{"signature is null", func(p *parts) { p.signatureAll = `"signature":null` }, kez.SignatureMissing},
		{"signature is empty", func(p *parts) { p.signatureAll = `"signature":{}` }, kez.SignatureMissing},
		{"signature is text", func(p *parts) { p.signatureAll = `"signature":""` }, kez.JSONType},
		{"no alg", func(p *parts) { p.alg = "" }, kez.SignatureMissing},
		{"sig is empty", func(p *parts) { p.sig = `"sig":""` }, kez.SignatureMissing},
		{"sig is a number", func(p *parts) { p.sig = `"sig":1` }, kez.JSONType},
		{"key is no key", func(p *parts) { p.key = `"key":"github:alice"` }, kez.SignatureAlgKeyMismatch},
		{"primary is no key", func(p *parts) { p.primary = `"primary":"github:alice"` }, kez.SignatureAlgKeyMismatch},
		{"created exactly a day ahead", func(p *parts) { p.created = `"created_at":"2026-06-02T00:00:00Z"` }, kez.SignatureInvalid},
		{"an nsec as subject", func(p *parts) { p.subject = `"subject":"nostr:nsec1x"` }, kez.IdentitySecretKey},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := wholeClaim()
			test.do(&p)
			if _, err := claim.Read([]byte(p.text()), now, nil); kez.CodeOf(err) != test.want {
				t.Errorf("%q (%v), want %s", kez.CodeOf(err), err, test.want)
			}
		})
	}
}
