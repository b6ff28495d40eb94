package encoding

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// The example claim of the specification in its three forms.
const (
	exampleClaim = `{
  "kez": "claim",
  "payload": {
    "type": "kez.claim",
    "version": 1,
    "subject": "github:alice",
    "primary": "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
    "created_at": "2026-01-02T03:04:05Z"
  },
  "signature": {
    "alg": "ed25519-sha512-jcs",
    "key": "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
    "sig": "df54fbd3201e96587a778eccc6d7a377fd1c4533cd61ebcf8ba3eabfce76ffab90f9e854432c9f6227784d0a8a5763da3373332eb18be6243a2a1e791776d802"
  }
}
`
	exampleCompact = "kez:z1:KLUv_UAAzwCFCADSVkAfYGnqwO34LdPrDJDaviVSHD2CQCY1uyTZG0UhAADhAgsLmGa52j1s_3CyolTv1nGfqrqq7Ko28WLjaO1mqsc6FaG0nj3DHL-n9vs5fmW3Xrs_yls1oT7-dpXXVXf_2uVdSbE_JtXdQ-k5Njwgj8ADlS4w5ElMoBgOCcZGw08WCx8cEAWPhdPwAAFRkk8AUHgENnwFY8EDv5EEN7cgWJADNlz6C9xCwQNZsrPk1uGFTLMqVpTvZzed1KR03TzFaXyxcipPxMp9t9tk5bSxk1L6Y0NGwgZIosADBZJpyDQ1AWkMxxhUmsSGCw_4L_xJY6OhM0KCwQo80ADhRGNDhUdgIwMQB7qGVhrocLNXCg"
	exampleShort   = "kez:b1:AQE7aie8zrakLWKjqNAqbw1zZTIVdx3iQ6Y6wEihi1naKd9U-9MgHpZYeneOzMbXo3f9HEUzzWHrz4uj6r_Odv-rkPnoVEMsn2IneE0Kildj2jNzMy6xi-YkOioeeRd22AKl69zKBgBnaXRodWI6YWxpY2U"
)

func canonical(t testing.TB, json []byte) string {
	t.Helper()
	doc, err := strictjson.ReadCanonical(json, kez.MaxEnvelope)
	if err != nil {
		t.Fatalf("%v in %q", err, json)
	}
	return string(doc.Bytes())
}

func TestForms(t *testing.T) {
	want := canonical(t, []byte(exampleClaim))
	for form, text := range map[string]string{FormCompact: exampleCompact, FormShort: exampleShort} {
		token, err := DecodeToken([]byte(" \t" + text + "\r\n"))
		if err != nil || token.Form != form || canonical(t, token.JSON) != want {
			t.Errorf("%s: %v, %s, %s", form, err, token.Form, token.JSON)
		}
	}
	formatted, err := FormatJSON([]byte(want))
	if err != nil || string(formatted) != exampleClaim {
		t.Errorf("JSON form: %v\n%s", err, formatted)
	}
	compact, err := EncodeCompact([]byte(exampleClaim))
	if err != nil {
		t.Fatal(err)
	}
	if token, err := DecodeToken([]byte(compact)); err != nil || string(token.JSON) != want {
		t.Errorf("compact written and read: %v, %s", err, token.JSON)
	}
	short, err := ShortOf([]byte(exampleClaim))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := EncodeShort(short); err != nil || text != exampleShort {
		t.Errorf("short: %v, %s", err, text)
	}
	if expanded, err := ExpandShort(short); err != nil || string(expanded) != exampleClaim {
		t.Errorf("expanded: %v\n%s", err, expanded)
	}
}

// bundled puts bytes into a token as they are, for tokens nobody should write.
func bundled(prefix, content string) string {
	return encodeBase64(prefix, encoder().EncodeAll([]byte(content), nil))
}

func framed(frame string) string { return encodeBase64(compactPrefix, []byte(frame)) }

func TestTokenCodes(t *testing.T) {
	const magic = "\x28\xb5\x2f\xfd"
	const raw = magic + "\x00\x00" + "\x19\x00\x00abc" // one raw block, the last
	long := strings.Repeat("A", MaxToken)
	for text, want := range map[string]kez.Code{
		"": kez.InputEmpty, " \n": kez.InputEmpty, "kez:z1:": kez.InputEmpty, "kez:zc1: ": kez.InputEmpty, "kez:b1:": kez.InputEmpty,
		"KEZ:z1:AA": kez.CompactPrefix, "ke": kez.CompactPrefix, "kez:z1": kez.CompactPrefix, "xkez:z1:AA": kez.CompactPrefix,
		"kez:zd1:AA": kez.CompactPrefixUnknown, "kez:Z1:AA": kez.CompactPrefix, "kez::AA": kez.CompactPrefix,
		"kez:z1:AA=": kez.CompactBase64, "kez:z1:A": kez.CompactBase64, "kez:z1:AB": kez.CompactBase64, "kez:z1:A\nA": kez.CompactBase64,
		"kez:z1:A+": kez.CompactBase64, "kez:z1:A\u200dA": kez.CompactBase64, "kez:z1:A\xffA": kez.CompactBase64, "kez:z1:AA:A": kez.CompactBase64,
		"kez:z1:" + long:                                                 kez.InputTooLarge,
		"kez:b1:" + long:                                                 kez.InputTooLarge,
		"kez:z1:A." + long:                                               kez.CompactBase64,
		"kez:b1:A." + long:                                               kez.ShortMalformed,
		"kez:z1:" + long + ".":                                           kez.InputTooLarge,
		framed("abcd"):                                                   kez.CompactNotZstd,
		framed("ab"):                                                     kez.CompactNotZstd,
		framed(magic[:3]):                                                kez.CompactTruncated,
		framed(magic):                                                    kez.CompactTruncated,
		framed(magic + "\x08\x00"):                                       kez.CompactCorrupt,
		framed(magic + "\x00\xff\x01\x00\x00"):                           kez.CompactWindowTooLarge,
		framed(magic + "\x00\x69\x01\x00\x00"):                           kez.CompactWindowTooLarge,
		framed(magic + "\x01\x00\x07\x01\x00\x00"):                       kez.CompactDictionary,
		framed(magic + "\x03\x00\x07\x00"):                               kez.CompactTruncated,
		framed(magic + "\xa0\x01\x00\x01\x00\x01\x00\x00"):               kez.CompactTooLarge,
		framed(magic + "\xe0" + strings.Repeat("\xff", 8)):               kez.CompactTooLarge,
		framed(magic + "\x00\x00\x07\x00\x00"):                           kez.CompactCorrupt,   // reserved block type
		framed(magic + "\x00\x00\x01\x20\x00" + "abc"):                   kez.CompactTruncated, // raw block of 1024 bytes
		framed(magic + "\x00\x00\x09\x20\x00" + "abc"):                   kez.CompactCorrupt,   // of 1025, over the window
		framed(magic + "\x20\x02\x19\x00\x00abc"):                        kez.CompactCorrupt,   // block over the declared size
		framed(magic + "\x20\x03\x11\x00\x00ab"):                         kez.CompactCorrupt,   // shorter than declared
		framed(magic + "\x04\x00\x19\x00\x00abc\x00\x00\x00"):            kez.CompactTruncated,
		framed(magic + "\x04\x00\x19\x00\x00abc\x00\x00\x00a"):           kez.CompactChecksum,
		framed(magic + "\x00\x00\x0d\x00\x00a"):                          kez.CompactCorrupt, // compressed block too small
		framed(raw + "x"):                                                kez.CompactTrailingData,
		framed(raw + magic[:3]):                                          kez.CompactTrailingData,
		framed(raw + "\x50\x2a\x4d\x18"):                                 kez.CompactTrailingData,
		framed(raw + magic):                                              kez.CompactMultipleFrames,
		framed("\x5f\x2a\x4d\x18" + raw):                                 kez.CompactSkippableFrame,
		bundled(compactPrefix, " \n"):                                    kez.InputEmpty,
		framed(magic + "\x20\x00\x01\x00\x00"):                           kez.InputEmpty,
		encodeBase64(bundlePrefix, []byte(magic+"\x20\x00\x01\x00\x00")): kez.SigchainEmpty,
		bundled(compactPrefix, strings.Repeat("a", kez.MaxEnvelope+1)):   kez.CompactTooLarge,
		bundled(bundlePrefix, strings.Repeat("a", kez.MaxChain+1)):       kez.CompactTooLarge,
		"kez:b1:AA=": kez.ShortMalformed, "kez:b1:AA": kez.ShortMalformed, "kez:b1:AQ": kez.ShortMalformed, "kez:b1:AQM": kez.ShortMalformed,
		exampleShort[:150]: kez.ShortMalformed,
	} {
		token, err := DecodeToken([]byte(text))
		if !errors.Is(err, want) || token.JSON != nil {
			t.Errorf("%.60q: %v %v, want %s", text, kez.CodeOf(err), err, want)
		}
	}
	if token, err := DecodeToken([]byte(framed(raw))); err != nil || string(token.JSON) != "abc" {
		t.Errorf("a plain frame: %v", err)
	}
	// Dictionary id 0 is none (KEZ-COMPACT-012).
	if token, err := DecodeToken([]byte(framed(magic + "\x01\x00\x00" + raw[6:]))); err != nil || string(token.JSON) != "abc" {
		t.Errorf("dictionary id 0: %v", err)
	}
}

// An endless run of tiny repeat blocks must stop at the limit, not after it.
func TestBombStops(t *testing.T) {
	frame := "\x28\xb5\x2f\xfd\x00\x58" + strings.Repeat("\x02\x00\x10a", 20000) + "\x03\x00\x10a"
	if _, err := DecodeToken([]byte(framed(frame))); !errors.Is(err, kez.CompactTooLarge) {
		t.Error(err)
	}
	allocated := testing.AllocsPerRun(1, func() { _, _ = DecodeToken([]byte(framed(frame))) })
	if allocated > 1000 {
		t.Errorf("%v allocations", allocated)
	}
}

func TestBundle(t *testing.T) {
	lines := bytes.Repeat([]byte(canonical(t, []byte(exampleClaim))+"\n"), 3)
	text, err := EncodeBundle(lines)
	if err != nil {
		t.Fatal(err)
	}
	token, err := DecodeToken([]byte(text))
	if err != nil || token.Form != FormBundle || !bytes.Equal(token.JSON, lines) {
		t.Errorf("%v, %s", err, token.JSON)
	}
	if _, err := DecodeClaimToken([]byte(text[:20])); !errors.Is(err, kez.EnvelopeTypeMismatch) {
		t.Error(err)
	}
	if _, err := EncodeBundle([]byte("\n")); !errors.Is(err, kez.SigchainEmpty) {
		t.Error(err)
	}
	if _, err := EncodeBundle(make([]byte, kez.MaxChain+1)); !errors.Is(err, kez.InputTooLarge) {
		t.Error(err)
	}
}
