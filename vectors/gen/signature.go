package gen

import (
	"math/big"
	"strings"
)

func signatureMembers(t *topic) {
	t.group("claim.verify", "SIG-005", "A stripped signature must never read as a valid one.")
	for _, f := range []struct {
		id, fault string
		e         edit
	}{
		{"signature-absent", "no signature", drop("signature")},
		{"signature-null", "null as the signature", set("signature", nil)},
		{"signature-empty", "a signature without members", set("signature", obj{})},
		{"sig-absent", "no sig", at("signature", drop("sig"))},
		{"sig-null", "null as sig", at("signature", set("sig", nil))},
		{"sig-empty", "an empty sig", at("signature", set("sig", ""))},
	} {
		broken(t, f.id, "compact-json", f.fault, f.e(base), "signature.missing")
	}
	broken(t, "alg-absent", "compact-json", "no alg", at("signature", drop("alg"))(base), "signature.missing", tags("SIG-006"))
	broken(t, "key-absent", "compact-json", "no key", at("signature", drop("key"))(base), "signature.missing", tags("SIG-006"))
	for _, name := range []string{"alg", "key"} {
		broken(t, name+"-null", "compact-json", "null as "+name, at("signature", set(name, nil))(base), "json.type", tags("JSON-019 ERR-017"))
		broken(t, name+"-number", "compact-json", "a number as "+name, at("signature", set(name, 1))(base), "json.type", tags("JSON-019 ERR-017"))
	}
	broken(t, "sig-number", "compact-json", "a number as sig", at("signature", set("sig", 1))(base), "json.type", tags("JSON-019 ERR-017"))
	broken(t, "sig-array", "compact-json", "sig in an array", at("signature", set("sig", list{base.get("signature", "sig")}))(base), "json.type", tags("JSON-019 ERR-017"))
	t.group("claim.verify", "SIG-007", "A verifier that trusts a name of an algorithm it does not know verifies nothing.")
	for _, f := range []struct{ id, alg string }{
		{"none", "none"}, {"empty", ""}, {"upper", "ED25519-SHA512-JCS"}, {"short", "ed25519"},
		{"eddsa", "EdDSA"}, {"space", algEd25519 + " "}, {"blake", "ed25519-blake2b-jcs"},
	} {
		broken(t, "alg-"+f.id, "compact-json", `the algorithm "`+f.alg+`"`, at("signature", set("alg", f.alg))(base), "signature.alg_unknown")
	}
}

func signatureKeys(t *topic) {
	t.group("claim.verify", "SIG-008", "The key decides the algorithm, and the primary decides the key.")
	nostr := claim(nora, "github:alice")
	broken(t, "alg-of-nostr", "compact-json", "the algorithm of nostr over an ed25519 key", at("signature", set("alg", algNostr))(base), "signature.alg_key_mismatch")
	broken(t, "alg-of-ed25519", "nostr", "the algorithm of ed25519 over a nostr key", at("signature", set("alg", algEd25519))(nostr), "signature.alg_key_mismatch")
	byGithub := claim(alice, "dns:alice.example", set("primary", "github:alice"))
	byGithub = at("signature", set("key", "github:alice"))(byGithub)
	broken(t, "primary-no-key", "compact-json", "a primary that is an account and no key", byGithub, "signature.alg_key_mismatch", tags("SIG-009"))
	broken(t, "key-no-key", "compact-json", "an account as the key of the signature", at("signature", set("key", "github:alice"))(base), "signature.alg_key_mismatch", tags("SIG-009"))
	t.group("claim.verify", "SIG-010 SIG-003", "A signature by someone else's key is sound and proves nothing.")
	broken(t, "other-signer", "compact-json", "signed by Bob's key, which key names, for Alice's primary", byDevice(bob, alice, "github:alice"), "signature.key_mismatch", tags("SIG-010 VERIFY-020"))
	broken(t, "other-key-named", "compact-json", "Bob's key named as the key of Alice's signature", at("signature", set("key", bob.id))(base), "signature.key_mismatch")
	broken(t, "nostr-signer", "compact-json", "signed by a nostr key for an ed25519 primary", byDevice(nora, alice, "github:alice"), "signature.key_mismatch")
	broken(t, "ed25519-signer", "nostr", "signed by an ed25519 key for a nostr primary", byDevice(alice, nora, "github:alice"), "signature.key_mismatch")
	broken(t, "key-upper", "compact-json", "the key in upper-case hex", at("signature", set("key", "ed25519:"+strings.ToUpper(alice.id[8:])))(base), "identity.not_canonical", tags("ID-030 ERR-020 SIG-002"))
	broken(t, "key-hex", "compact-json", "the key without its system", at("signature", set("key", alice.id[8:]))(base), "identity.invalid", tags("ID-005 ERR-020 SIG-002"))
	broken(t, "key-empty", "compact-json", "an empty key", at("signature", set("key", ""))(base), "identity.invalid", tags("ID-005 ERR-020"))
	broken(t, "key-nsec", "nostr", "a secret key as the key", at("signature", set("key", "nostr:"+nsec(nick.secret)))(nostr), "identity.secret_key", tags("ID-034 ERR-020"))
	t.group("claim.verify", "ID-017 ERR-020", "For a low-order key one constant signature fits every message.")
	low := "ed25519:0100000000000000000000000000000000000000000000000000000000000000"
	forged := at("signature", set("sig", "01"+zeros32[:62]+zeros32))(at("signature", set("key", low))(set("payload", claimPayload(low, "github:alice"))(base)))
	broken(t, "low-order", "compact-json", "the neutral point as primary, with the signature that fits every message", forged, "key.low_order")
	noPoint := "ed25519:" + offCurve()
	broken(t, "no-point", "compact-json", "a primary that is no point", at("signature", set("key", noPoint))(claim(alice, "github:alice", set("primary", noPoint))), "key.not_on_curve", tags("ID-018 ERR-020"))
	noX := "nostr:" + npub(offCurveX())
	broken(t, "nostr-no-point", "nostr", "a nostr primary that is no point", at("signature", set("key", noX))(claim(nora, "github:alice", set("primary", noX))), "key.not_on_curve", tags("ID-016 ERR-020"))
}

func signatureBytes(t *topic) {
	sig := base.get("signature", "sig").(string)
	with := func(s string) obj { return at("signature", set("sig", s))(base) }
	t.group("claim.verify", "SIG-011 SIG-004", "Two spellings of one signature break every hash over it.")
	broken(t, "sig-upper", "compact-json", "upper-case hex", with(strings.ToUpper(sig)), "signature.encoding")
	broken(t, "sig-one-upper", "compact-json", "one digit in upper case", with(upperOnce(sig)), "signature.encoding")
	broken(t, "sig-0x", "compact-json", "a prefix 0x", with("0x"+sig), "signature.encoding")
	broken(t, "sig-space", "compact-json", "a space inside", with(sig[:64]+" "+sig[64:]), "signature.encoding")
	broken(t, "sig-newline", "compact-json", "a newline at the end", with(sig+"\n"), "signature.encoding")
	broken(t, "sig-letter", "compact-json", "the letter g for a digit", with("g"+sig[1:]), "signature.encoding")
	broken(t, "sig-fullwidth", "compact-json", "a full-width digit", with("\uff11"+sig[1:]), "signature.encoding")
	t.group("claim.verify", "SIG-012 SIG-004", "Half a signature is none.")
	broken(t, "sig-126", "compact-json", "63 bytes", with(sig[:126]), "signature.length")
	broken(t, "sig-127", "compact-json", "127 digits", with(sig[:127]), "signature.length")
	broken(t, "sig-130", "compact-json", "65 bytes", with(sig+"00"), "signature.length")
	broken(t, "sig-64", "compact-json", "half of it", with(sig[:64]), "signature.length")
	t.group("claim.verify", "SIG-013", "What was changed after signing, or signed otherwise, is refused.")
	broken(t, "sig-bit-r", "compact-json", "one bit of R changed", with(flip(sig, 9)), "signature.invalid", tags("SIG-013 SIG-021"))
	broken(t, "sig-bit-s", "compact-json", "one bit of S changed", with(flip(sig, 300)), "signature.invalid", tags("SIG-013 SIG-021"))
	broken(t, "sig-zeros", "compact-json", "all zeros", with(zeros32+zeros32), "signature.invalid", tags("SIG-013 SIG-020"))
	broken(t, "sig-halves", "compact-json", "R and S exchanged", with(sig[64:]+sig[:64]), "signature.invalid")
	broken(t, "sig-s-plus-l", "compact-json", "S + L, the same number another way", with(sig[:64]+plusL(sig[64:])), "signature.invalid", tags("SIG-019"))
	nostr := claim(nora, "github:alice")
	nsig := nostr.get("signature", "sig").(string)
	nwith := func(s string) obj { return at("signature", set("sig", s))(nostr) }
	broken(t, "nostr-bit", "nostr", "one bit of s changed", nwith(flip(nsig, 500)), "signature.invalid", tags("SIG-013 SIG-024"))
	broken(t, "nostr-s-n", "nostr", "s is the group order", nwith(nsig[:64]+tohex(bytes32(curveN))), "signature.invalid", tags("SIG-024"))
	broken(t, "nostr-r-p", "nostr", "r is the field prime", nwith(tohex(bytes32(curveP))+nsig[64:]), "signature.invalid", tags("SIG-024"))
	s := new(big.Int).SetBytes(unhex(nsig[64:]))
	broken(t, "nostr-s-negated", "nostr", "s negated", nwith(nsig[:64]+tohex(bytes32(s.Sub(curveN, s)))), "signature.invalid", tags("SIG-024"))
}

func signatureTexts(t *topic) {
	t.group("claim.verify", "SIG-014", "Each of these was signed in good faith by a program that signed another text.")
	payload := base.get("payload").(obj)
	nostr := claim(nora, "github:alice")
	invalid := "signature.invalid"
	broken(t, "changed-subject", "compact-json", "the subject changed after signing", at("payload", set("subject", "github:alicf"))(base), invalid, tags("SIG-013 SIG-014"))
	broken(t, "changed-time", "compact-json", "created_at changed to another spelling of the instant", at("payload", set("created_at", "2026-01-02T03:04:05+00:00"))(base), invalid, tags("CLAIM-025 SIG-014"))
	broken(t, "added-expiry", "compact-json", "expires_at added after signing", at("payload", set("expires_at", "2027-01-02T03:04:05Z"))(base), invalid)
	broken(t, "signed-in-order", "compact-json", "signed without white space, but with the members as they stand", resign(alice, base, compact(payload)), invalid, tags("SIG-014 JSON-025"))
	broken(t, "signed-pretty", "compact-json", "signed in the JSON form", resign(alice, base, pretty(payload)), invalid, tags("SIG-014 JSON-024"))
	broken(t, "signed-newline", "compact-json", "signed with a final newline", resign(alice, base, canonical(payload)+"\n"), invalid)
	broken(t, "signed-envelope", "compact-json", "signed with kez around the payload", resign(alice, base, canonical(drop("signature")(base))), invalid)
	broken(t, "signed-digest", "compact-json", "Ed25519 over the SHA-256 of the text", resign(alice, base, string(digest(canonical(payload)))), invalid, tags("SIG-015"))
	broken(t, "signed-hex", "compact-json", "Ed25519 over the hex of the text", resign(alice, base, tohex([]byte(canonical(payload)))), invalid, tags("SIG-015"))
	broken(t, "nostr-twice-hashed", "nostr", "BIP-340 over the SHA-256 of the SHA-256", resign(nora, nostr, string(digest(canonical(nostr.get("payload"))))), invalid, tags("SIG-016"))
	broken(t, "nostr-signed-in-order", "nostr", "signed with the members as they stand", resign(nora, nostr, compact(nostr.get("payload"))), invalid, tags("SIG-014 JSON-025"))
	html := claim(alice, "x:<a&b>")
	escaped := strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(canonical(html.get("payload")))
	broken(t, "signed-html", "html", "signed with HTML-safe escapes", resign(alice, html, escaped), invalid, tags("JSON-026 SIG-014"))
	other := claim(alice, "github:bob").get("signature", "sig")
	broken(t, "other-claim-sig", "compact-json", "the signature of another claim of the same key", at("signature", set("sig", other))(base), invalid, tags("SIG-013 SIG-014"))
}
