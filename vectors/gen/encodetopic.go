package gen

import "strings"

func encodeTopic(b *book) {
	t := b.topic("encode", "One claim written in each form.")
	t.group("claim.encode", "ENC-001 ENV-003 CLAIM-002", "Golden files and diffs rely on one exact text.")
	enc := func(text, to string) input { return input{"json": []byte(text), "to": to} }
	exp := expiring(alice, "dns:alice.example")
	nostr := claim(nora, "github:alice")
	t.ok("json", "the JSON form from canonical JSON", enc(canonical(base), "json"), state{"text": []byte(pretty(base))}, wire)
	t.ok("json-order", "the JSON form from members in the opposite order", enc(compact(at("payload", reverse)(reverse(exp))), "json"), state{"text": []byte(pretty(exp))})
	t.ok("json-nostr", "the JSON form of a claim of a nostr key", enc(compact(nostr), "json"), state{"text": []byte(pretty(nostr))})
	t.ok("json-slash", "escapes that JSON does not need are not written", enc(strings.Replace(compact(claim(alice, "x:<a/b>")), "a/b", `a\/b`, 1), "json"),
		state{"text": []byte(pretty(claim(alice, "x:<a/b>")))}, tags("ENC-001 JSON-026"))
	t.group("claim.encode", "COMPACT-002 COMPACT-001 COMPACT-004", "The frames differ from library to library, what is in them does not.")
	t.ok("compact", "the compact form", enc(pretty(base), "compact"), state{"decoded": []byte(canonical(base))})
	t.ok("compact-expiring", "the compact form of a claim with a lifetime", enc(pretty(exp), "compact"), state{"decoded": []byte(canonical(exp))})
	t.ok("compact-nostr", "the compact form of a claim of a nostr key", enc(pretty(nostr), "compact"), state{"decoded": []byte(canonical(nostr))}, wire)
	t.group("claim.encode", "MD-001", "Byte-identical proofs make diffs and tests simple.")
	t.ok("markdown", "the Markdown form", enc(compact(base), "markdown"), state{"text": []byte(markdown(base))}, wire)
	t.ok("markdown-expiring", "the Markdown form of a claim with a lifetime", enc(compact(exp), "markdown"), state{"text": []byte(markdown(exp))})
	t.ok("markdown-nostr", "the Markdown form of a claim of a nostr key", enc(compact(nostr), "markdown"), state{"text": []byte(markdown(nostr))})
	t.group("claim.encode", "DNS-003 DNS-002 DNS-016", "Panels and zone files take strings of 255 bytes.")
	dns := func(e obj, form string) input {
		return input{"json": []byte(compact(e)), "to": "dns", "form": form}
	}
	short := shortToken(alice, exp)
	t.ok("dns-short", "a short token in a TXT record", dns(exp, "short"),
		state{"strings": strings255(short), "zone": strings.TrimSuffix(zone("alice.example", short), "\n")}, tags("DNS-016 DNS-001 DNS-002"))
	host := strings.Repeat("a", 63) + "." + strings.Repeat("b", 63) + ".example"
	long := shortToken(alice, claim(alice, "dns:"+host))
	t.ok("dns-short-two", "a short token of two strings", dns(claim(alice, "dns:"+host), "short"),
		state{"strings": strings255(long), "zone": strings.TrimSuffix(zone(host, long), "\n")})
	t.ok("dns-compact", "a compact token in a TXT record", dns(exp, "compact"), state{"decoded": []byte(canonical(exp))}, wire)
	t.group("claim.encode", "ENC-001", "A writer reads what it is given as strictly as any reader.")
	t.bad("json-cut", "a text that is cut", "json", "the last brace cut off", enc(strings.TrimSuffix(canonical(base), "}"), "json"), "json.syntax", tags("JSON-001 JSON-008"))
}
