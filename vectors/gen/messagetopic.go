package gen

import (
	"strings"
)

var msgNonce = unhex("000102030405060708090a0b")

// plain text of the message from which most cases start.
var msgText = []byte(example("message-plain"))

const msgRow = "2026-01-02T03:04:06Z"

// mail is the message of the specification, from Alice to Bob.
func mail(edits ...edit) obj {
	return stamped(alice, unsigned(alice, bob, msgNonce, msgText), edits...)
}

// letter seals another plaintext.
func letter(plaintext string) obj {
	return stamped(alice, unsigned(alice, bob, msgNonce, []byte(plaintext)))
}

func openAs(s *signer, e obj) input {
	return input{"seed": tohex(s.secret), "envelope": []byte(canonical(e)), "row_created_at": msgRow}
}

func opened(body, sent, dev string, ctr int) state {
	return state{"from": alice.id, "body": body, "sent_at": sent, "dev": dev, "ctr": ctr}
}

func messageTopic(b *book) {
	t := b.topic("message", "The sealed chat message.")
	if canonicalText(example("message")) != canonical(mail()) {
		panic("gen: not the message of the specification")
	}
	sealing(t)
	opening(t)
	messageMembers(t)
	messageKeys(t)
	messagePlaintexts(t)
	messageTimes(t)
	messageOrder(t)
}

func sealing(t *topic) {
	t.group("message.seal", "MSG-009 MSG-007", "Two clients that differ in one step cannot read each other at all.")
	seals := func(id, title string, from, to *signer, nonce []byte, plaintext string) {
		a := agree(from, to, nonce)
		t.ok(id, title, input{"seed": tohex(from.secret), "to": to.id, "nonce": nonce, "plaintext": []byte(plaintext)},
			state{"envelope": []byte(canonical(stamped(from, unsigned(from, to, nonce, []byte(plaintext)))))}, wire,
			trace("u", a.u), trace("shared", a.shared), trace("key", a.key), trace("sha512_half", a.half))
	}
	seals("seal", "the message of the specification", alice, bob, msgNonce, string(msgText))
	seals("seal-back", "the other way", bob, alice, msgNonce, string(msgText))
	seals("seal-nonce", "another nonce", alice, bob, unhex("ffffffffffffffffffffffff"), string(msgText))
	seals("seal-unicode", "a text that is not ASCII", carol, dave, msgNonce, `{"body":"ol\u00e1 `+"\U0001f600"+`","sent_at":"2026-01-02T03:04:05Z"}`)
	seals("seal-empty", "an empty text", alice, bob, msgNonce, `{"body":"","sent_at":"2026-01-02T03:04:05Z"}`)
	t.group("message.seal", "MSG-011", "A key that is no key would give a secret that everyone knows.")
	bad := func(id, fault, to, code, rules string) {
		t.bad(id, fault, "seal", fault, input{"seed": tohex(alice.secret), "to": to, "nonce": msgNonce, "plaintext": msgText}, code, tags(rules))
	}
	bad("seal-low-order", "a low-order key as the recipient", "ed25519:"+lowOrder()[4], "key.low_order", "MSG-011 ID-017")
	bad("seal-no-point", "a recipient that is no point", "ed25519:"+offCurve(), "key.not_on_curve", "MSG-011 ID-018")
	bad("seal-nostr", "a nostr key as the recipient", nora.id, "signature.alg_key_mismatch", "MSG-004")
	bad("seal-broken", "a recipient without a system", bob.id[8:], "identity.invalid", "MSG-004 MSG-011")
}

func opening(t *topic) {
	t.group("message.open", "MSG-009 MSG-013", "Opening is sealing read backwards.")
	t.ok("open", "the message of the specification", openAs(bob, mail()), opened("hello", created, "00112233445566ff", 0), wire, tags("MSG-009 MSG-013 MSG-014 MSG-026"))
	bare := `{"body":"hello","sent_at":"2026-01-02T03:04:05Z"}`
	t.ok("open-bare", "a text without a client's name", openAs(bob, letter(bare)), opened("hello", created, "", 0), tags("MSG-013 MSG-014"))
	t.ok("open-ctr", "a later message of a client", openAs(bob, letter(`{"body":"hello","ctr":41,"dev":"00112233445566ff","sent_at":"2026-01-02T03:04:05Z"}`)), opened("hello", created, "00112233445566ff", 41), tags("MSG-014"))
	t.ok("open-extra", "a plaintext with a member that is not defined", openAs(bob, letter(`{"body":"hello","mood":{"x":[1]},"sent_at":"2026-01-02T03:04:05Z"}`)), opened("hello", created, "", 0), tags("MSG-015"))
	t.ok("open-order", "a plaintext with white space, in another order", openAs(bob, letter("{ \"sent_at\" : \"2026-01-02T03:04:05Z\",\n\"body\":\"hello\" }\n")), opened("hello", created, "", 0), tags("MSG-013 ENC-002"))
	t.ok("open-empty", "an empty text", openAs(bob, letter(`{"body":"","sent_at":"2026-01-02T03:04:05Z"}`)), opened("", created, "", 0), tags("MSG-013"))
	t.ok("open-controls", "a text with controls and newlines", openAs(bob, letter(`{"body":"a\n\u0000\u001b[31m","sent_at":"2026-01-02T03:04:05Z"}`)), opened("a\n\x00\x1b[31m", created, "", 0), tags("MSG-013"))
	spaced := openAs(bob, mail())
	spaced["envelope"] = []byte(pretty(reverse(mail())))
	t.ok("open-pretty", "an envelope with white space, in another order", spaced, opened("hello", created, "00112233445566ff", 0), tags("MSG-007 ENC-002"))
	limit := openAs(bob, mail())
	limit["envelope"] = padded(canonical(mail()), 256<<10)
	t.ok("open-256k", "exactly 256 KiB, filled with white space", limit, opened("hello", created, "00112233445566ff", 0), wire, tags("MSG-008 JSON-029"))
	over := openAs(bob, mail())
	over["envelope"] = padded(canonical(mail()), 256<<10+1)
	t.bad("open-256k-1", "one byte over 256 KiB", "open-256k", "one more space", over, "input.too_large", tags("MSG-008 JSON-030"), also("message.too_large"))
}

// shuts adds a message that Bob refuses.
func shuts(t *topic, id, of, fault string, e obj, code, rules string, o ...option) {
	t.bad(id, fault, of, fault, openAs(bob, e), code, append([]option{tags(rules)}, o...)...)
}

func messageMembers(t *topic) {
	t.group("message.open", "MSG-002", "The relay hands out whatever was posted.")
	shuts(t, "v-2", "open", "version 2, signed", mail(set("v", 2)), "message.version", "MSG-018 MSG-003")
	shuts(t, "v-0", "open", "version 0, signed", mail(set("v", 0)), "message.version", "MSG-018 MSG-003")
	shuts(t, "v-text", "open", `"1" as a text, signed`, mail(set("v", "1")), "message.version", "MSG-018 MSG-003")
	shuts(t, "v-absent", "open", "no version, signed", mail(drop("v")), "message.version", "MSG-018 MSG-003")
	shuts(t, "extra", "open", "a member that is not defined, signed", mail(set("server", "kez.lat")), "json.unknown_member", "MSG-002 JSON-017")
	shuts(t, "sig-absent", "open", "no sig", drop("sig")(mail()), "signature.missing", "MSG-002 MSG-007")
	shuts(t, "from-number", "open", "a number as from, signed", mail(set("from", 1)), "json.type", "MSG-002 JSON-019")
	shuts(t, "ct-number", "open", "a number as ct, signed", mail(set("ct", 1)), "json.type", "MSG-002 JSON-019")
	nonce, ct := tohex(msgNonce), mail().get("ct").(string)
	shuts(t, "nonce-11", "open", "11 bytes of nonce, signed", mail(set("nonce", nonce[:22])), "message.undecryptable", "MSG-005")
	shuts(t, "nonce-24", "open", "24 bytes of nonce, signed", mail(set("nonce", nonce+nonce)), "message.undecryptable", "MSG-005")
	shuts(t, "nonce-upper", "open", "the nonce in upper case, signed", mail(set("nonce", strings.ToUpper(nonce))), "message.undecryptable", "MSG-005")
	shuts(t, "nonce-empty", "open", "an empty nonce, signed", mail(set("nonce", "")), "message.undecryptable", "MSG-005")
	shuts(t, "ct-upper", "open", "the ciphertext in upper case, signed", mail(set("ct", strings.ToUpper(ct))), "message.undecryptable", "MSG-006")
	shuts(t, "ct-odd", "open", "an odd number of digits, signed", mail(set("ct", ct[:len(ct)-1])), "message.undecryptable", "MSG-006")
	shuts(t, "ct-short", "open", "15 bytes, less than a tag, signed", mail(set("ct", ct[:30])), "message.undecryptable", "MSG-006")
	shuts(t, "ct-empty", "open", "an empty ciphertext, signed", mail(set("ct", "")), "message.undecryptable", "MSG-006")
	duplicate := openAs(bob, mail())
	duplicate["envelope"] = []byte(swap(canonical(mail()), `"v":1`, `"v":1,"v":1`))
	t.bad("duplicate", "v twice", "open", "v twice", duplicate, "json.duplicate_member", tags("JSON-015 MSG-017"))
	trailing := openAs(bob, mail())
	trailing["envelope"] = []byte(canonical(mail()) + "{}")
	t.bad("trailing", "a second value", "open", "a second value", trailing, "json.trailing_data", tags("JSON-011 MSG-017"))
}

func messageKeys(t *topic) {
	t.group("message.open", "MSG-019 MSG-004", "A relay can put any envelope into any mailbox.")
	t.bad("not-for-me", "opened by Carol", "open", "another recipient's seed", openAs(carol, mail()), "message.not_for_me", tags("MSG-019"))
	shuts(t, "to-upper", "open", "to in upper-case hex, signed", mail(set("to", "ed25519:"+strings.ToUpper(bob.id[8:]))), "message.not_for_me", "MSG-019 MSG-004")
	shuts(t, "from-upper", "open", "from in upper-case hex, signed", mail(set("from", "ed25519:"+strings.ToUpper(alice.id[8:]))), "identity.not_canonical", "MSG-004 ID-030")
	shuts(t, "from-empty", "open", "an empty from, signed", mail(set("from", "")), "identity.invalid", "MSG-004 ID-031")
	shuts(t, "from-low-order", "open", "a low-order key as from, signed", mail(set("from", "ed25519:"+lowOrder()[4])), "key.low_order", "MSG-004 ID-017")
	shuts(t, "from-no-point", "open", "a from that is no point, signed", mail(set("from", "ed25519:"+offCurve())), "key.not_on_curve", "MSG-004 ID-018")
	shuts(t, "from-nostr", "open", "a nostr key as from, signed", mail(set("from", nora.id)), "signature.alg_key_mismatch", "MSG-004 SIG-008")
	shuts(t, "from-nsec", "open", "a secret key as from, signed", mail(set("from", "nostr:"+nsec(nora.secret))), "identity.secret_key", "MSG-004 ID-034")
	self := stamped(bob, unsigned(bob, bob, msgNonce, msgText))
	shuts(t, "from-self", "open", "a message from Bob to himself", self, "message.from_self", "MSG-020")
	reflected := stamped(bob, unsigned(bob, alice, msgNonce, msgText), set("to", bob.id))
	shuts(t, "reflected", "open", "Bob's own message to Alice, addressed to him", reflected, "message.from_self", "MSG-020")
	t.group("message.open", "MSG-021 MSG-007", "Only the signature says who wrote.")
	sig := mail().get("sig").(string)
	shuts(t, "sig-bit", "open", "one bit of the signature changed", set("sig", flip(sig, 9))(mail()), "signature.invalid", "MSG-021 SIG-013")
	shuts(t, "sig-upper", "open", "the signature in upper case", set("sig", strings.ToUpper(sig))(mail()), "signature.encoding", "MSG-017 SIG-011")
	shuts(t, "sig-short", "open", "63 bytes", set("sig", sig[:126])(mail()), "signature.length", "MSG-017 SIG-012")
	shuts(t, "sig-empty", "open", "an empty signature", set("sig", "")(mail()), "signature.missing", "MSG-017 SIG-005")
	shuts(t, "from-changed", "open", "from changed to Carol", set("from", carol.id)(mail()), "signature.invalid", "MSG-021 MSG-026")
	shuts(t, "ct-changed", "open", "one bit of the ciphertext changed", set("ct", flip(mail().get("ct").(string), 9))(mail()), "signature.invalid", "MSG-021")
	inOrder := drop("sig")(mail())
	shuts(t, "signed-in-order", "open", "signed with the members as they stand", append(inOrder, member{"sig", alice.sign(compact(inOrder))}), "signature.invalid", "MSG-007")
	shuts(t, "signed-ct", "open", "signed over the ciphertext alone", append(inOrder, member{"sig", alice.sign(mail().get("ct").(string))}), "signature.invalid", "MSG-007")
}
