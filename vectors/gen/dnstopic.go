package gen

import (
	"fmt"
	"strings"
)

func dnsTopic(b *book) {
	t := b.topic("dns", "TXT records and zone text.")
	txtRecords(t)
	txtDamage(t)
	txtSets(t)
	zones(t)
	zoneText(t)
}

// domain is the claim that most records hold.
var domain = claim(alice, "dns:alice.example")

func txt(all ...[]string) input { return input{"records": records(all...)} }

// answers adds records in which the domain's claim counts.
func answers(t *topic, id, title string, in input, o ...option) {
	t.ok(id, title, in, sound(domain, "dns"), o...)
}

func txtRecords(t *topic) {
	t.group("txt.read", "DNS-004 DNS-005", "A name server hands out strings; the proof is what they are joined.")
	token, short := compactToken(domain), shortToken(alice, domain)
	answers(t, "compact", "a compact token in strings of 255 bytes", txt(strings255(token)), wire, tags("DNS-001 DNS-003 DNS-004"))
	answers(t, "short", "a short token in one string", txt([]string{short}))
	answers(t, "odd-cuts", "strings of any length", txt([]string{token[:3], token[3:7], "", token[7:100], token[100:]}), wire, tags("DNS-004"))
	answers(t, "json", "the JSON form", txt(strings255(compact(domain))), tags("DNS-006 DNS-007"))
	answers(t, "json-pretty", "the JSON form with white space", txt(strings255("\n"+pretty(domain))), tags("DNS-006 DNS-007"))
	answers(t, "spaces-around", "white space around the token", txt([]string{" " + short + " "}), tags("ENC-003 DNS-010"))
	answers(t, "asked", "the subject asked for", input{"records": records([]string{short}), "subject": "dns:alice.example"}, tags("VERIFY-005"))
	t.bad("asked-other", "another subject asked for", "asked", "another domain asked for", input{"records": records([]string{short}), "subject": "dns:bob.example"}, "channel.subject_mismatch", tags("SCAN-016 VERIFY-005"))
	limit := string(padded(compact(domain), 4096))
	answers(t, "size-limit", "a record of exactly 4 KiB", txt(strings255(limit)), tags("DNS-014 JSON-029"))
	t.bad("size-over", "a record of 4 KiB and one byte", "size-limit", "one more space", txt(strings255(limit+" ")), "dns.too_large", tags("DNS-014"))
}

func txtDamage(t *topic) {
	token, short := compactToken(domain), shortToken(alice, domain)
	parts := strings255(token)
	t.group("txt.read", "DNS-010", "Panels and name servers damage values in a few ways that can be named.")
	bad := func(id, fault, code, rules string, all ...[]string) {
		t.bad(id, fault, "compact", fault, txt(all...), code, tags(rules))
	}
	corrupt := "dns.corrupt"
	bad("wrong-order", "the strings in the opposite order", corrupt, "DNS-010 DNS-004", []string{parts[1], parts[0]})
	bad("two-records", "the strings as two records", corrupt, "DNS-005 DNS-010", []string{parts[0]}, []string{parts[1]})
	bad("quotes", "quotes that a panel has stored", corrupt, "DNS-010", strings255(`"`+token+`"`))
	bad("quotes-between", "the quotes and the space of a zone line inside the value", corrupt, "DNS-010", strings255(parts[0]+`" "`+parts[1]))
	bad("escaped-colon", "a backslash before each colon", corrupt, "DNS-007 DNS-010", strings255(strings.ReplaceAll(token, ":", `\:`)))
	bad("escaped-twice", "two backslashes before each colon", corrupt, "DNS-007 DNS-010", strings255(strings.ReplaceAll(token, ":", `\\:`)))
	bad("lower", "the value in lower case", corrupt, "DNS-010", strings255(strings.ToLower(token)))
	bad("upper", "the value in upper case", corrupt, "DNS-007 DNS-010", strings255(strings.ToUpper(token)))
	bad("space", "a space inside", corrupt, "DNS-010", strings255(token[:40]+" "+token[40:]))
	bad("space-between", "a space where the strings are joined", corrupt, "DNS-004 DNS-010", []string{parts[0], " ", parts[1]})
	bad("cut", "the second string lost", corrupt, "DNS-010", []string{parts[0]})
	bad("padding", "padding", corrupt, "DNS-010", strings255(token+"="))
	bad("label", "a label before the token", corrupt, "DNS-007 DNS-010", strings255("proof="+token))
	t.bad("short-cut", "a short token cut in half", "short", "the second half lost", txt([]string{short[:90]}), corrupt)
	t.group("txt.read", "DNS-011", "What a name server cannot have done keeps its own name.")
	bad("unknown-word", "an unknown word", "compact.prefix_unknown", "DNS-011 ENC-006", strings255(strings.Replace(token, "z1", "zd1", 1)))
	bad("empty-body", "nothing after the word", "input.empty", "DNS-011 ENC-008", []string{"kez:z1:", "", ""})
	bad("bundle", "a bundle", "envelope.type_mismatch", "DNS-012", strings255(bundle(one)))
	bad("inside-trailing", "a second value in the frame", "json.trailing_data", "DNS-011", strings255(z1(packed([]byte(canonical(domain)+"{}")))))
	bad("inside-forged", "one bit of the signature changed in the frame", "signature.invalid", "DNS-011", strings255(compactToken(at("signature", set("sig", flip(domain.get("signature", "sig").(string), 9)))(domain))))
	t.bad("json-cut", "the JSON form cut", "json", "the last brace lost", txt(strings255(strings.TrimSuffix(compact(domain), "}"))), "json.syntax", tags("DNS-006 DNS-011"))
}

func txtSets(t *topic) {
	short := []string{shortToken(alice, domain)}
	spf, site := []string{"v=spf1 include:mail.example -all"}, []string{"site-verification=abc"}
	t.group("txt.read", "DNS-008 DNS-005", "Other records stand at the same name, and old proofs beside new ones.")
	answers(t, "others", "records of others", txt(spf, short, site))
	answers(t, "twice", "one proof twice", txt(short, short), tags("SCAN-011 DNS-005"))
	answers(t, "broken-first", "a damaged record before a sound one", txt([]string{short[0][:90]}, short), tags("SCAN-004 DNS-005"))
	answers(t, "empty-record", "a record without text", txt([]string{""}, short))
	answers(t, "large-and-good", "a record over the limit beside a sound one", txt(strings255(string(padded(compact(domain), 5000))), short), tags("DNS-014 SCAN-004"))
	many := func(n int) [][]string {
		all := [][]string{short}
		for len(all) < n {
			all = append(all, []string{fmt.Sprintf("other-%d", len(all))})
		}
		return all
	}
	answers(t, "64-records", "64 records", txt(many(64)...), tags("DNS-015 JSON-029"))
	t.bad("65-records", "65 records", "64-records", "one record more", txt(many(65)...), "dns.too_large", tags("DNS-015"))
	t.bad("no-records", "no records", "short", "the record left out", input{"records": []any{}}, "proof.no_proof", tags("DNS-009 SCAN-017"))
	t.bad("only-others", "only records of others", "others", "the record with the token left out", txt(spf, site), "proof.no_proof", tags("DNS-009 DNS-008"))
	t.bad("word-kez", "a record that speaks of kez without a colon", "others", "the token replaced by a sentence", txt(spf, []string{"kez proof follows"}, site), "proof.no_proof", tags("DNS-007 DNS-009"))
	t.bad("ambiguous", "sound proofs of two primaries", "twice", "the second proof by Bob", txt(short, []string{shortToken(bob, claim(bob, "dns:alice.example"))}), "proof.ambiguous", tags("SCAN-012"))
	t.bad("expired", "a damaged record before an expired one", "broken-first", "the sound one past its end",
		txt([]string{short[0][:90]}, []string{shortToken(alice, claim(alice, "dns:alice.example", set("expires_at", "2026-05-01T00:00:00Z")))}), "claim.expired", tags("SCAN-015"))
}

func asZone(text string) input { return read("zone", []byte(text)) }

// zoned adds zone text in which the domain's claim counts.
func zoned(t *topic, id, title, text string, o ...option) {
	t.ok(id, title, asZone(text), sound(domain, "dns"), o...)
}

func zones(t *topic) {
	t.group("claim.verify", "DNS-016 DNS-018", "Owners check the line that they are about to publish.")
	exp := expiring(alice, "dns:alice.example")
	short := shortToken(alice, domain)
	t.ok("zone-spec-short", "the short zone line of the specification", asZone(example("dns-zone-short")), sound(exp, "dns"), tags("DNS-016 DNS-017"))
	t.ok("zone-spec-compact", "the compact zone line of the specification", asZone(example("dns-zone-compact")), sound(exp, "dns"), tags("DNS-016 DNS-017"))
	zoned(t, "zone", "a zone line", zone("alice.example", short))
	zoned(t, "zone-relative", "an owner name without its final dot", `_kez.alice.example 3600 IN TXT "`+short+"\"\n", tags("DNS-018"))
	zoned(t, "zone-no-ttl", "no TTL", `_kez.alice.example. IN TXT "`+short+"\"\n", tags("DNS-018"))
	zoned(t, "zone-no-class", "no class", `_kez.alice.example. 60 TXT "`+short+"\"\n", tags("DNS-018"))
	zoned(t, "zone-bare", "neither TTL nor class, the string without quotes", "_kez.alice.example. TXT "+short+"\n", tags("DNS-018"))
	zoned(t, "zone-tabs", "tabs between the fields", "_kez.alice.example.\t3600\tIN\tTXT\t\""+short+"\"\n", tags("DNS-018"))
	zoned(t, "zone-comment", "comments", "; proof\n_kez.alice.example. 3600 IN TXT \""+short+"\" ; kez\n", tags("DNS-018"))
	zoned(t, "zone-ddd", "a byte as three decimal digits", `_kez.alice.example. 3600 IN TXT "\107`+short[1:]+"\"\n", tags("DNS-018"))
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	var parts []string
	for _, s := range strings255(compact(domain)) {
		parts = append(parts, `"`+escaped.Replace(s)+`"`)
	}
	zoned(t, "zone-json", "the JSON form with escaped quotes", "_kez.alice.example. 3600 IN TXT "+strings.Join(parts, " ")+"\n", tags("DNS-018 DNS-006"))
	zoned(t, "zone-parentheses", "strings over several lines in parentheses", "_kez.alice.example. 3600 IN TXT (\n  \""+short[:100]+"\"\n  \""+short[100:]+"\" )\n", tags("DNS-018"))
	zoned(t, "zone-others", "other types and other names", "alice.example. 3600 IN A 192.0.2.1\nwww.alice.example. 3600 IN TXT \"kez:z1:x\"\n"+
		zone("alice.example", short)+"_kez.alice.example. 3600 IN CAA 0 issue \"ca.example\"\n", tags("DNS-019"))
	zoned(t, "zone-foreign-type", "a type that only some servers know", "alice.example. 3600 IN ALIAS x.example.\n"+zone("alice.example", short), tags("DNS-020 DNS-019"))
	zoned(t, "zone-foreign-fault", "an address that is none, after the proof", zone("alice.example", short)+"alice.example. 3600 IN A 192.0.2\n", tags("DNS-020"))
	zoned(t, "zone-foreign-open", "parentheses and quotes that are never closed, before the proof", "alice.example. TXT (\n"+"alice.example. TXT \"x\n"+zone("alice.example", short), tags("DNS-020"))
	zoned(t, "zone-faulty-first", "a line with one quote before the proof", "_kez.alice.example. 3600 IN TXT \"kez:b1:x\n"+zone("alice.example", short), tags("DNS-021 SCAN-004"))
	zoned(t, "zone-origin", "an owner name that $ORIGIN completes", "$ORIGIN alice.example.\n_kez 3600 IN TXT \""+short+"\"\n", tags("DNS-022 DNS-018"))
	zoned(t, "zone-directives", "directives, and one in a comment", "$TTL 60\n$INCLUDE other.zone\n$GENERATE 1-65535 h$ A 192.0.2.1\n; see $GENERATE\n"+zone("alice.example", short), tags("DNS-023"))
	zoned(t, "zone-crlf", "lines that end with CRLF", strings.ReplaceAll(zone("alice.example", short), "\n", "\r\n"), tags("DNS-018"))
}

func zoneText(t *topic) {
	short := shortToken(alice, domain)
	t.group("claim.verify", "DNS-017", "The owner name says for which domain the record will speak.")
	line := func(owner, value string) input { return asZone(owner + ` 3600 IN TXT "` + value + "\"\n") }
	t.bad("zone-other-domain", "the line of another domain", "zone", "another owner name", line("_kez.bob.example.", short), "channel.subject_mismatch", tags("DNS-017 SCAN-016"))
	t.bad("zone-github", "a claim on another system", "zone", "a claim on a GitHub account", line("_kez.alice.example.", shortToken(alice, base)), "channel.subject_mismatch", tags("DNS-017 SCAN-016"))
	t.bad("zone-cut", "a token cut in half", "zone", "the second half lost", line("_kez.alice.example.", short[:90]), "dns.corrupt", tags("DNS-010"))
	t.bad("zone-no-kez", "no KEZ record at the name", "zone", "a sentence in place of the token", line("_kez.alice.example.", "hello"), "proof.no_proof", tags("DNS-009"))
	t.bad("zone-class", "a record of another class", "zone", "the class CH", asZone(`_kez.alice.example. 3600 CH TXT "`+short+"\"\n"), "proof.no_proof", tags("DNS-019"))
	t.bad("zone-open-quote", "a quote that is never closed", "zone", "the last quote left out", asZone(`_kez.alice.example. 3600 IN TXT "`+short+"\n"), "dns.corrupt", tags("DNS-021"))
	t.bad("zone-open-parenthesis", "a parenthesis that is never closed", "zone-parentheses", "the last parenthesis left out",
		asZone("_kez.alice.example. 3600 IN TXT (\n  \""+short[:100]+"\"\n  \""+short[100:]+"\"\n"), "dns.corrupt", tags("DNS-021"))
	t.bad("zone-forged", "one bit of the signature changed", "zone", "one bit of the signature changed",
		line("_kez.alice.example.", shortToken(alice, at("signature", set("sig", flip(domain.get("signature", "sig").(string), 9)))(domain))), "signature.invalid", tags("VERIFY-006 SIG-013"))
}
