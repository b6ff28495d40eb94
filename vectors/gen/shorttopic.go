package gen

import (
	"bytes"
	"math/big"
	"strings"
)

func shortTopic(b *book) {
	t := b.topic("short", "The token kez:b1:.")
	shortTokens(t)
	shortFaults(t)
	shortExpanded(t)
	shortEncoding(t)
}

// brief adds a claim as a short token.
func brief(t *topic, id, title string, s *signer, e obj, o ...option) {
	t.ok(id, title, asToken(shortToken(s, e)), sound(e, "short"), append([]option{signedBytes(e)}, o...)...)
}

const lastSecond = 253402300799

func shortTokens(t *topic) {
	t.group("claim.verify", "SHORT-001 SHORT-006", "The token carries no JSON, so the expansion has to find the signed bytes again.")
	t.ok("spec", "the token of the specification", asToken(example("claim-short")), sound(base, "short"))
	brief(t, "nostr", "a claim of a nostr key", nora, claim(nora, "github:alice"))
	brief(t, "expiring", "a claim with a lifetime", alice, expiring(alice, "dns:alice.example"))
	brief(t, "epoch", "created at second 0", alice, claim(alice, "github:alice", set("created_at", "1970-01-01T00:00:00Z")), tags("SHORT-003 SHORT-004"))
	brief(t, "longest-life", "a lifetime to the last second of 9999", alice, claim(alice, "github:alice", set("expires_at", "9999-12-31T23:59:59Z")), tags("SHORT-005 SHORT-003"))
	brief(t, "subject-512", "a subject of 512 bytes", alice, claim(alice, "x:"+strings.Repeat("v", 510)), tags("SHORT-010"))
	brief(t, "subject-3", "the shortest subject", alice, claim(alice, "x:y"), tags("SHORT-001 SHORT-010"))
	brief(t, "mastodon", "mastodon in the subject", alice, claim(alice, "mastodon:alice@social.example"), tags("SHORT-008 ID-032"))
	t.ok("white-space-around", "white space around the token", asToken("\n "+shortToken(alice, base)+" \n"), sound(base, "short"), tags("ENC-003"))
}

func shortFaults(t *topic) {
	t.group("claim.verify", "SHORT-007", "A layout without names is only safe when there is one way to write each claim.")
	whole := shortOf(alice, base)
	faulty := func(id, fault, rules string, change func(*shortFields)) {
		f := whole
		change(&f)
		refuses(t, id, "spec", fault, f.token(), "short.malformed", tags(rules+" SHORT-007"))
	}
	faulty("format-0", "format 0", "SHORT-001", func(f *shortFields) { f.format = []byte{0} })
	faulty("format-2", "format 2", "SHORT-001", func(f *shortFields) { f.format = []byte{2} })
	faulty("alg-0", "algorithm 0", "SHORT-001", func(f *shortFields) { f.alg = []byte{0} })
	faulty("alg-3", "algorithm 3", "SHORT-001", func(f *shortFields) { f.alg = []byte{3} })
	faulty("no-subject", "no subject", "SHORT-001", func(f *shortFields) { f.subject = nil })
	faulty("subject-not-utf8", "a subject that is not UTF-8", "SHORT-001", func(f *shortFields) { f.subject = []byte("github:al\xffice") })
	faulty("created-not-minimal", "created with a needless zero byte", "SHORT-003", func(f *shortFields) {
		f.created = append(bytes.Clone(f.created[:len(f.created)-1]), f.created[len(f.created)-1]|0x80, 0)
	})
	faulty("created-seven", "created in seven bytes", "SHORT-003", func(f *shortFields) { f.created = []byte{0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01} })
	faulty("created-past-9999", "created one second after the year 9999", "SHORT-004", func(f *shortFields) { f.created = leb128(lastSecond + 1) })
	faulty("lifetime-not-minimal", "a lifetime of 0 in two bytes", "SHORT-003", func(f *shortFields) { f.lifetime = []byte{0x80, 0} })
	faulty("lifetime-seven", "a lifetime of seven bytes", "SHORT-003", func(f *shortFields) { f.lifetime = []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01} })
	faulty("sum-past-9999", "an end one second after the year 9999", "SHORT-005", func(f *shortFields) { f.lifetime = leb128(lastSecond + 1 - uint64(moment(created).Unix())) })
	faulty("cut-key", "cut inside the key", "SHORT-001", func(f *shortFields) {
		*f = shortFields{format: f.format, alg: f.alg, key: f.key[:20]}
	})
	faulty("cut-signature", "cut inside the signature", "SHORT-001", func(f *shortFields) {
		*f = shortFields{format: f.format, alg: f.alg, key: f.key, sig: f.sig[:63]}
	})
	faulty("cut-created", "cut inside created", "SHORT-003", func(f *shortFields) { f.created, f.lifetime, f.subject = f.created[:2], nil, nil })
	faulty("cut-lifetime", "cut before the lifetime", "SHORT-003", func(f *shortFields) { f.lifetime, f.subject = nil, nil })
	faulty("one-byte", "nothing but the format", "SHORT-001", func(f *shortFields) { *f = shortFields{format: f.format} })
	t.group("claim.verify", "ENC-010 SHORT-007", "The base64url of a short token is as strict as that of a compact one.")
	token := shortToken(alice, base)
	t.ok("base64", "a body whose last digit has unused bits", asToken(token), sound(base, "short"), tags("ENC-012 ENC-009"))
	last := strings.IndexByte(urlDigits, token[len(token)-1])
	refuses(t, "base64-padding", "base64", "padding", token+"=", "short.malformed")
	refuses(t, "base64-space", "base64", "a space inside", token[:40]+" "+token[40:], "short.malformed")
	refuses(t, "base64-plus", "base64", "+ for a digit", token[:40]+"+"+token[41:], "short.malformed")
	refuses(t, "base64-bits", "base64", "an unused bit that is not zero", token[:len(token)-1]+urlDigits[last+1:last+2], "short.malformed", tags("ENC-012 SHORT-007"))
	refuses(t, "base64-length", "base64", "two digits cut off, so that one stands alone", token[:len(token)-2], "short.malformed", tags("ENC-011 SHORT-007"))
	refuses(t, "empty-body", "spec", "an empty body", "kez:b1:", "input.empty", tags("ENC-008"))
}

func shortExpanded(t *topic) {
	t.group("claim.verify", "SHORT-008", "The expansion is a claim like any other.")
	forged := shortOf(alice, base)
	forged.sig = unhex(flip(tohex(forged.sig), 9))
	refuses(t, "forged", "spec", "one bit of the signature changed", forged.token(), "signature.invalid", tags("SHORT-008 SIG-013"))
	other := shortOf(alice, base)
	other.subject = []byte("github:alicf")
	refuses(t, "other-subject", "spec", "the subject changed", other.token(), "signature.invalid", tags("SHORT-008 SIG-013"))
	later := shortOf(alice, base)
	later.created = leb128(uint64(moment(created).Unix()) + 1)
	refuses(t, "later", "spec", "created one second later", later.token(), "signature.invalid", tags("SHORT-008 SIG-013"))
	low := shortOf(alice, base)
	low.key = unhex(lowOrder()[4])
	refuses(t, "low-order", "spec", "a low-order key", low.token(), "key.low_order", tags("SHORT-008 ID-017"))
	none := shortOf(alice, base)
	none.key = unhex(offCurve())
	refuses(t, "no-point", "spec", "a key that is no point", none.token(), "key.not_on_curve", tags("SHORT-008 ID-018"))
	x := shortOf(nora, claim(nora, "github:alice"))
	x.key = offCurveX()
	refuses(t, "nostr-no-point", "nostr", "an x that no point has", x.token(), "key.not_on_curve", tags("SHORT-008 ID-016"))
	swapped := shortOf(alice, base)
	swapped.alg = []byte{2}
	code := "signature.invalid"
	if lift(new(big.Int).SetBytes(alice.public)) == nil {
		code = "key.not_on_curve"
	}
	refuses(t, "other-alg", "spec", "the algorithm of nostr over an Ed25519 key", swapped.token(), code)
	for _, f := range []struct{ id, fault, subject, code string }{
		{"subject-upper", "a subject in upper case, signed", "github:Alice", "identity.not_canonical"},
		{"subject-broken", "a subject without a system, signed", "alice", "identity.invalid"},
		{"subject-newline", "a newline inside the subject, signed", "github:al\nice", "identity.invalid"},
		{"subject-nsec", "a secret key as the subject, signed", "nostr:" + nsec(nora.secret), "identity.secret_key"},
	} {
		refuses(t, f.id, "spec", f.fault, shortToken(alice, claim(alice, f.subject)), f.code, tags("SHORT-008 ID-031"))
	}
	refuses(t, "future", "spec", "created in the year 9999, signed", shortToken(alice, claim(alice, "github:alice", set("created_at", "9999-12-31T23:59:59Z"))), "claim.created_at_future", tags("SHORT-008 CLAIM-014"))
	t.bad("expired", "past its end", "expiring", "the clock stands after the end", asToken(shortToken(alice, expiring(alice, "dns:alice.example"))), "claim.expired",
		tags("SHORT-008 CLAIM-016"), clock("2027-01-02T03:04:05Z"))
}

func shortEncoding(t *topic) {
	t.group("claim.encode", "SHORT-001", "Every writer finds the same token, since nothing in it is a choice.")
	enc := func(e obj) input { return input{"json": []byte(pretty(e)), "to": "short"} }
	for _, f := range []struct {
		id, title string
		s         *signer
		e         obj
	}{
		{"encode", "a claim", alice, base},
		{"encode-expiring", "a claim with a lifetime", alice, expiring(alice, "dns:alice.example")},
		{"encode-nostr", "a claim of a nostr key", nora, claim(nora, "github:alice")},
		{"encode-epoch", "a claim of second 0", alice, claim(alice, "github:alice", set("created_at", "1970-01-01T00:00:00Z"))},
	} {
		t.ok(f.id, f.title+" written as a short token", enc(f.e), state{"text": []byte(shortToken(f.s, f.e))})
	}
	t.group("claim.encode", "SHORT-009", "A token that expands to another text would carry a signature that does not fit.")
	for _, f := range []struct {
		id, fault string
		e         obj
	}{
		{"encode-fraction", "a fraction of a second, signed", claim(alice, "github:alice", set("created_at", "2026-01-02T03:04:05.000Z"))},
		{"encode-offset", "an offset in place of Z, signed", claim(alice, "github:alice", set("created_at", "2026-01-02T03:04:05+00:00"))},
		{"encode-expires-fraction", "a fraction in expires_at, signed", claim(alice, "github:alice", set("expires_at", "2027-01-02T03:04:05.5Z"))},
		{"encode-expires-offset", "an offset in expires_at, signed", claim(alice, "github:alice", set("expires_at", "2027-01-02T03:04:05-00:00"))},
		{"encode-device", "signed by a device", byDevice(carol, alice, "github:alice")},
	} {
		t.bad(f.id, f.fault, "encode", f.fault, enc(f.e), "short.not_encodable")
	}
}
