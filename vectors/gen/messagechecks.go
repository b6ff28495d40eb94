package gen

func messagePlaintexts(t *topic) {
	t.group("message.open", "MSG-013", "What decrypts and is no message must not be shown as one.")
	code := "message.undecryptable"
	shuts(t, "tag", "open", "one bit of the ciphertext changed, signed", mail(set("ct", flip(mail().get("ct").(string), 9))), code, "MSG-009 MSG-006")
	shuts(t, "nonce-other", "open", "another nonce, signed", mail(set("nonce", "ffffffffffffffffffffffff")), code, "MSG-009")
	stranger := unsigned(carol, bob, msgNonce, msgText)
	shuts(t, "other-key", "open", "sealed by Carol, signed by Alice", stamped(alice, stranger, set("from", alice.id)), code, "MSG-009 MSG-026")
	salt := obj{{"v", 1}, {"from", alice.id}, {"to", bob.id}, {"nonce", tohex(msgNonce)}, {"ct", tohex(encrypt(agree(alice, bob, nil).key, msgNonce, msgText))}}
	shuts(t, "no-salt", "open", "a key derived without the nonce", stamped(alice, salt), code, "MSG-009")
	for _, f := range []struct{ id, fault, text string }{
		{"no-body", "no body", `{"sent_at":"2026-01-02T03:04:05Z"}`},
		{"body-number", "a number as the body", `{"body":1,"sent_at":"2026-01-02T03:04:05Z"}`},
		{"body-null", "null as the body", `{"body":null,"sent_at":"2026-01-02T03:04:05Z"}`},
		{"no-sent-at", "no sent_at", `{"body":"hello"}`},
		{"sent-at-lower", "a lower-case z in sent_at", `{"body":"hello","sent_at":"2026-01-02T03:04:05z"}`},
		{"sent-at-number", "Unix seconds as sent_at", `{"body":"hello","sent_at":1767323045}`},
		{"plain-text", "a text that is no JSON", "hello"},
		{"plain-array", "an array", `["hello"]`},
		{"plain-empty", "nothing", ""},
		{"plain-duplicate", "body twice", `{"body":"hello","body":"hello","sent_at":"2026-01-02T03:04:05Z"}`},
		{"plain-utf8", "a byte that is not UTF-8 in the body", "{\"body\":\"hell\xff\",\"sent_at\":\"2026-01-02T03:04:05Z\"}"},
		{"plain-surrogate", "half a surrogate pair in the body", `{"body":"hell\ud800","sent_at":"2026-01-02T03:04:05Z"}`},
		{"plain-trailing", "a second value", `{"body":"hello","sent_at":"2026-01-02T03:04:05Z"}{}`},
	} {
		shuts(t, f.id, "open-bare", f.fault+" in the plaintext", letter(f.text), code, "MSG-013 JSON-001")
	}
}

func messageTimes(t *topic) {
	t.group("message.open", "MSG-022", "The window bounds how long a held-back message stays believable.")
	row := func(at string) input {
		in := openAs(bob, mail())
		in["row_created_at"] = at
		return in
	}
	want := opened("hello", created, "00112233445566ff", 0)
	t.ok("sent-7d", "stored exactly 7 days after it was sent", row("2026-01-09T03:04:05Z"), want)
	t.ok("sent-5m", "stored exactly 5 minutes before it was sent", row("2026-01-02T02:59:05Z"), want)
	t.ok("read-late", "read ten years later", row(msgRow), want, clock("2036-01-01T00:00:00Z"), tags("MSG-023"))
	t.bad("sent-7d-1s", "stored a second later", "sent-7d", "one second more", row("2026-01-09T03:04:06Z"), "message.stale")
	t.bad("sent-5m-1s", "stored a second earlier", "sent-5m", "one second less", row("2026-01-02T02:59:04Z"), "message.stale")
	t.bad("read-early", "stored two months later, read at once", "open", "a row two months younger", row("2026-03-02T03:04:05Z"), "message.stale", tags("MSG-022 MSG-023"))
	t.group("message.open", "MSG-024", "The relay sets the time of storage, so safety rests on what was seen.")
	hash := tohex(digest(canonical(mail())))
	seen := openAs(bob, mail())
	seen["seen"] = []string{tohex(digest("another")), zeros32}
	t.ok("seen-others", "other envelopes were seen", seen, want)
	again := openAs(bob, mail())
	again["seen"] = []string{tohex(digest("another")), hash}
	t.bad("replayed", "the envelope was seen", "seen-others", "its hash is among those seen", again, "message.replayed")
	spaced := openAs(bob, mail())
	spaced["envelope"], spaced["seen"] = []byte(pretty(mail())), []string{hash}
	t.bad("replayed-spaced", "the envelope was seen without its white space", "open-pretty", "the hash of its canonical form is among those seen", spaced, "message.replayed")
}

func messageOrder(t *topic) {
	t.group("message.open", "MSG-017", "One order of checks gives one code, and nothing is decrypted for a stranger.")
	two := func(id, fault string, e obj, code string, rules string, a, b string) {
		shuts(t, id, "open", fault, e, code, rules+" MSG-017", combines("message-"+a, "message-"+b))
	}
	sig := mail().get("sig").(string)
	two("order-version-extra", "version 2 and a member that is not defined, signed", mail(set("v", 2), set("x", 1)), "message.version", "MSG-018", "v-2", "extra")
	two("order-extra-self", "a message from Bob to himself with a member that is not defined, signed", stamped(bob, unsigned(bob, bob, msgNonce, msgText), set("x", 1)), "json.unknown_member", "MSG-002", "extra", "from-self")
	two("order-to-from", "to Carol from an empty identity, signed", mail(set("to", carol.id), set("from", "")), "message.not_for_me", "MSG-019", "not-for-me", "from-empty")
	two("order-self-sig", "a message from Bob to himself with a changed signature", at0(stamped(bob, unsigned(bob, bob, msgNonce, msgText))), "message.from_self", "MSG-020", "from-self", "sig-bit")
	two("order-sig-tag", "a changed ciphertext under a signature that is changed too", set("sig", flip(sig, 9))(mail(set("ct", flip(mail().get("ct").(string), 9)))), "signature.invalid", "MSG-021", "sig-bit", "tag")
	stale := openAs(bob, letter(`{"body":"hello"}`))
	stale["row_created_at"] = "2027-01-02T03:04:05Z"
	t.bad("order-plain-stale", "a plaintext without sent_at, stored a year later", "open", "no sent_at, and a row a year younger", stale, "message.undecryptable", tags("MSG-017 MSG-022"), combines("message-no-sent-at", "message-sent-7d-1s"))
	both := openAs(bob, mail())
	both["row_created_at"], both["seen"] = "2027-01-02T03:04:05Z", []string{tohex(digest(canonical(mail())))}
	t.bad("order-stale-replayed", "seen before, and stored a year later", "open", "a row a year younger, and its hash among those seen", both, "message.stale", tags("MSG-017 MSG-024"), combines("message-sent-7d-1s", "message-replayed"))
}

// at0 changes a bit of a message's signature.
func at0(e obj) obj { return set("sig", flip(e.get("sig").(string), 9))(e) }
