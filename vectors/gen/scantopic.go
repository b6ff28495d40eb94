package gen

import "strings"

func scanTopic(b *book) {
	t := b.topic("text", "Tokens in posts, and the form of a file of unknown kind.")
	scanTokens(t)
	scanNothing(t)
	scanFences(t)
	scanLimits(t)
	detects(t)
	forced(t)
}

func post(text string) input { return input{"text": []byte(text)} }

// found is a candidate; an encoding is left out where it cannot be told.
func found(encoding, code string) map[string]string {
	c := map[string]string{"code": code}
	if encoding != "" {
		c["encoding"] = encoding
	}
	return c
}

func finds(t *topic, id, title, text string, candidates ...map[string]string) {
	t.ok(id, title, post(text), state{"candidates": candidates})
}

func scanTokens(t *topic) {
	token, short := compactToken(base), shortToken(alice, base)
	good := found("short", "")
	t.group("text.scan", "SCAN-005 SCAN-003", "A post is prose with a token somewhere in it.")
	finds(t, "alone", "a token alone", short, good)
	finds(t, "compact", "a compact token in a sentence", "My proof: "+token+" (KEZ)", found("compact", ""))
	finds(t, "full-stop", "a full stop after the token", "This is "+short+". Thanks", good)
	finds(t, "two-dots", "two full stops after the token", short+"..", good)
	finds(t, "parentheses", "a token in parentheses", "("+short+")", good)
	finds(t, "slash", "a slash before the token", "https://kez.example/"+short, good)
	finds(t, "newlines", "a token on a line of its own", "Hello\n"+short+"\nBye", good)
	finds(t, "unicode", "letters outside ASCII around the token", "caf\u00e9"+short+"\u00e9", good)
	finds(t, "two", "two tokens", token+" and "+short, found("compact", ""), good)
	finds(t, "same-twice", "one token twice", short+" "+short, good, good)
	t.group("text.scan", "SCAN-004 SCAN-003", "Every candidate is shown with its own reason.")
	forged := shortToken(alice, at("signature", set("sig", flip(base.get("signature", "sig").(string), 9)))(base))
	finds(t, "forged-and-good", "a forged token before a good one", forged+" "+short, found("short", "signature.invalid"), good)
	finds(t, "expired", "an expired claim", shortToken(alice, claim(alice, "github:alice", set("expires_at", "2026-05-01T00:00:00Z"))), found("short", "claim.expired"))
	finds(t, "malformed", "a token without a body that can be read", "kez:b1:AAAA", found("short", "short.malformed"))
	finds(t, "unknown-word", "a token of an unknown kind", "kez:zd1:AAAA "+short, found("", "compact.prefix_unknown"), good)
	t.ok("other-subject", "a claim about another subject than asked for", input{"text": []byte(short + " " + shortToken(alice, domain)), "subject": "dns:alice.example"},
		state{"candidates": []map[string]string{found("short", "channel.subject_mismatch"), good}}, tags("SCAN-016"))
	t.group("text.scan", "SCAN-007", "Services cut long posts, and the owner should learn it.")
	finds(t, "ellipsis", "a token cut with an ellipsis", short[:120]+"\u2026", found("", "channel.corrupt"))
	finds(t, "three-dots", "a token cut with three dots", short[:120]+"...", found("", "channel.corrupt"))
	finds(t, "ellipsis-whole", "a whole token before an ellipsis", short+"\u2026", found("", "channel.corrupt"))
	t.group("text.scan", "SCAN-010", "An invisible character splits a token that looks whole.")
	for _, c := range []struct{ id, char string }{
		{"200b", "\u200b"}, {"200c", "\u200c"}, {"200d", "\u200d"}, {"2060", "\u2060"}, {"feff", "\ufeff"}, {"00ad", "\u00ad"},
	} {
		finds(t, "invisible-"+c.id, "U+"+strings.ToUpper(c.id)+" inside a token", "x "+short[:60]+c.char+short[60:], found("", "channel.corrupt"))
	}
	finds(t, "invisible-after", "an invisible character after a token", short+"\u200b and more", good)
	t.group("text.scan", "SCAN-021", "A chain is not a claim.")
	finds(t, "bundle", "a bundle", bundle(one), found("", "envelope.type_mismatch"))
}

func scanNothing(t *topic) {
	short := shortToken(alice, base)
	t.group("text.scan", "SCAN-006 SCAN-017", "The middle of another word is not a proof.")
	none := func(id, of, fault, text, rules string) {
		t.bad(id, fault, of, fault, post(text), "proof.no_proof", tags(rules))
	}
	for _, c := range []struct{ id, char string }{{"letter", "x"}, {"digit", "1"}, {"colon", ":"}, {"hyphen", "-"}, {"underscore", "_"}} {
		none("after-"+c.id, "alone", "a "+c.id+" directly before the token", c.char+short, "SCAN-006 SCAN-017")
	}
	none("upper", "alone", "KEZ in upper case", "KEZ"+short[3:], "SCAN-005 SCAN-017")
	none("word-upper", "alone", "the word in upper case", "kez:B1:"+short[7:], "SCAN-005 SCAN-017")
	none("no-body", "alone", "nothing after the word", "kez:b1: and nothing", "SCAN-005 SCAN-017")
	none("space-in-prefix", "alone", "a space after the first colon", "kez: "+short[4:], "SCAN-005 SCAN-017")
	none("prose", "alone", "no token", "Hello, this is about kez.", "SCAN-017")
}

func scanFences(t *topic) {
	short := shortToken(alice, base)
	t.group("text.scan", "SCAN-008 SCAN-009", "Some services show Markdown, so people post the fence as well.")
	finds(t, "fence", "a fence with JSON", "Hello\n\n"+mdFence, found("markdown", ""))
	finds(t, "fence-token", "a fence with a token", "Hello\n\n"+fenced(short+"\n"), found("markdown", ""))
	finds(t, "fence-and-token", "a fence with a token, and another token after it", fenced(short+"\n")+"\nand "+compactToken(base), found("markdown", ""), found("compact", ""))
	finds(t, "token-and-fence", "a token before a fence", short+"\n\n"+mdFence, found("short", ""), found("markdown", ""))
	finds(t, "fence-unclosed", "a fence without its end", "Hello\n\n```kez\n{", found("markdown", "markdown.unclosed_fence"))
}

func scanLimits(t *topic) {
	short := shortToken(alice, base)
	t.group("text.scan", "SCAN-001 SCAN-002", "Feeds hold whatever their authors write.")
	filled := func(n int) string { return strings.Repeat("x", n-len(short)-1) + " " + short }
	finds(t, "size-limit", "exactly 1 MiB", filled(1<<20), found("short", ""))
	t.bad("size-over", "1 MiB and one byte", "size-limit", "one letter more", post(filled(1<<20+1)), "input.too_large", tags("SCAN-001 JSON-030"))
	var all []map[string]string
	for range 64 {
		all = append(all, found("short", "short.malformed"))
	}
	finds(t, "count-limit", "64 tokens", strings.Repeat("kez:b1:AAAA ", 64), all...)
	t.bad("count-over", "65 tokens", "count-limit", "one token more", post(strings.Repeat("kez:b1:AAAA ", 65)), "input.too_large", tags("SCAN-022"))
	t.bad("many-prefixes", "150,000 starts of a token", "alone", "nothing but starts", post(strings.Repeat("kez:Z", 150000)), "proof.no_proof", tags("SCAN-002 SCAN-005"))
}
