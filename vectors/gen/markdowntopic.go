package gen

import "strings"

func markdownTopic(b *book) {
	t := b.topic("markdown", "Claims in Markdown, and the choice among several candidates.")
	markdownFences(t)
	markdownHidden(t)
	markdownBodies(t)
	markdownWhole(t)
	markdownChoice(t)
	markdownLimits(t)
}

func asMarkdown(text string) input { return read("markdown", []byte(text)) }

// shows adds a Markdown text in which the base claim counts.
func shows(t *topic, id, title, text string, o ...option) {
	t.ok(id, title, asMarkdown(text), sound(base, "markdown"), o...)
}

// hides adds a Markdown text that is refused.
func hides(t *topic, id, of, fault, text, code string, o ...option) {
	t.bad(id, fault, of, fault, asMarkdown(text), code, o...)
}

// indented puts a text before each line.
func indented(prefix, text string) string {
	return prefix + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+prefix) + "\n"
}

var mdFence = fenced(pretty(base))

func markdownFences(t *topic) {
	t.group("claim.verify", "MD-006 MD-003", "A proof is what a reader of the page sees as a kez block, and nothing else.")
	shows(t, "form", "the Markdown form", markdown(base), wire, tags("MD-001 MD-006 MD-012"))
	shows(t, "fence", "a fence alone", mdFence, wire)
	shows(t, "tildes", "a fence of tildes", strings.ReplaceAll(mdFence, "```", "~~~"))
	shows(t, "four-backticks", "a fence of four backticks", strings.ReplaceAll(mdFence, "```", "````"))
	shows(t, "longer-close", "a closing line longer than the opening one", strings.TrimSuffix(mdFence, "```\n")+"`````\n")
	shows(t, "info-words", "more words after kez", strings.Replace(mdFence, "```kez", "```kez proof json", 1))
	shows(t, "info-space", "spaces around kez", strings.Replace(mdFence, "```kez", "```  kez  ", 1))
	shows(t, "indent-3", "a fence indented by three spaces", indented("   ", mdFence), tags("MD-003 MD-006"))
	shows(t, "in-text", "a fence in the middle of a text", "# Alice\n\nSome *text* \u2014 caf\u00e9.\n\n"+mdFence+"\nMore text.\n")
	shows(t, "after-text", "a fence directly after a paragraph's line", "Here it is:\n"+mdFence, tags("MD-003 MD-006"))
	shows(t, "list", "a fence in a list item", "- proof\n\n"+indented("  ", mdFence), tags("MD-009"))
	shows(t, "list-nested", "a fence in a list in a list", "1. a\n   - b\n\n"+indented("     ", mdFence), tags("MD-009"))
	shows(t, "list-first", "a fence that begins a list item", "- ```kez\n"+indented("  ", pretty(base)+"```\n"), tags("MD-009 MD-003"))
	shows(t, "crlf", "lines that end with CRLF", strings.ReplaceAll(markdown(base), "\n", "\r\n"), tags("MD-004"))
	shows(t, "cr", "lines that end with CR", strings.ReplaceAll(markdown(base), "\n", "\r"), tags("MD-004"))
	shows(t, "no-last-newline", "no newline after the closing line", strings.TrimSuffix(mdFence, "\n"), tags("MD-003 MD-006"))
	shows(t, "lying-lines", "Subject and Primary lines that say something else", strings.Replace(strings.Replace(markdown(base),
		"Subject: github:alice", "Subject: github:bob", 1), "Primary: "+alice.id, "Primary: "+bob.id, 1), tags("MD-002 VERIFY-007"))
	shows(t, "no-lines", "no Subject and Primary lines", "# KEZ proof\n\n"+mdFence, tags("MD-002"))
	for _, f := range []struct{ id, fault, info, tags string }{
		{"info-upper", "KEZ as the info word", "KEZ", "MD-006"},
		{"info-json", "json as the info word", "json", "MD-006"},
		{"info-none", "no info word", "", "MD-006"},
		{"info-longer", "kez-proof as the info word", "kez-proof", "MD-006"},
		{"info-second", "kez as the second info word", "json kez", "MD-006"},
		{"info-braces", "braces around kez", "{kez}", "MD-006 MD-007"},
		{"info-entity", "an entity in the info word", "&#107;ez", "MD-007"},
		{"info-escape", "a backslash in the info word", `k\ez`, "MD-007"},
		{"info-colon", "a colon after kez", "kez:", "MD-006"},
	} {
		hides(t, f.id, "fence", f.fault, strings.Replace(mdFence, "```kez", "```"+f.info, 1), "markdown.no_fence", tags(f.tags+" MD-016"))
	}
	hides(t, "two-backticks", "fence", "two backticks on both lines", "x\n"+strings.ReplaceAll(mdFence, "```", "``"), "markdown.no_fence", tags("MD-003 MD-016"))
	hides(t, "backtick-in-info", "info-words", "a backtick among the info words", strings.Replace(mdFence, "```kez", "```kez a`b", 1), "markdown.no_fence", tags("MD-003 MD-016"))
}

func markdownHidden(t *topic) {
	t.group("claim.verify", "MD-010", "What the owner of the page cannot see is not the owner's word.")
	code := "markdown.no_fence"
	hides(t, "comment", "in-text", "the fence in an HTML comment", "# Alice\n\n<!--\n"+mdFence+"-->\n", code)
	hides(t, "html-block", "in-text", "the fence in an HTML block", "# Alice\n\n<div>\n"+mdFence+"</div>\n", code)
	hides(t, "pre-block", "in-text", "the fence in a pre element", "# Alice\n\n<pre>\n\n"+mdFence+"\n</pre>\n", code)
	hides(t, "indent-4", "indent-3", "a fence indented by four spaces", indented("    ", mdFence), code)
	hides(t, "tab", "indent-3", "a fence indented by a tab", indented("\t", mdFence), code)
	hides(t, "inside-fence", "in-text", "the fence inside a longer one", "````markdown\n"+mdFence+"````\n", code)
	hides(t, "inside-tildes", "in-text", "the fence inside one of tildes", "~~~\n"+mdFence+"~~~\n", code)
	shows(t, "after-html", "a fence after an HTML block that a blank line ended", "<div>\n\n"+mdFence+"\n</div>\n", tags("MD-003 MD-010"))
	for _, h := range []struct{ id, fault, line, tags string }{
		{"html-closing-script", "a closing script tag on the line before", "</script>", "MD-010 MD-003"},
		{"html-closing-pre", "a closing pre tag on the line before", "</pre>", "MD-010 MD-003"},
		{"html-tab", "a tag and a tab on the line before", "<a>\t", "MD-010 MD-003"},
		{"html-declaration", "a declaration in lower case on the line before", "<!doctype", "MD-010 MD-003"},
		{"html-pre-empty", "an empty pre tag on the line before", "<pre/>", "MD-019"},
	} {
		hides(t, h.id, "in-text", h.fault, "# Alice\n\n"+h.line+"\n"+mdFence, code, tags(h.tags))
	}
	shows(t, "html-not-a-tag", "a space before the name of a closing tag", "</ div>\n"+mdFence, tags("MD-003 MD-010"))
	shows(t, "html-unclosed-value", "a tag whose quotes do not match", "<a b='c>\n"+mdFence, tags("MD-003 MD-010"))
	t.group("claim.verify", "MD-003 MD-009", "A tab goes to the next column of four, wherever the marker of the list ends.")
	shows(t, "list-tab", "a tab after the marker of a list in a list", "- -\t```kez\n"+indented("    ", pretty(base)+"```\n"))
	shows(t, "list-empty-nested", "a fence after an empty list in a list", "-   *\n\n"+indented("    ", mdFence))
	hides(t, "list-tab-code", "list-tab", "a space before the tab", "- - \t```kez\n"+indented("    ", strings.TrimSuffix(pretty(base), "\n")), code)
	t.group("claim.verify", "MD-008", "A quotation is someone else's word.")
	hides(t, "quote", "in-text", "the fence in a block quote", indented("> ", mdFence), code)
	hides(t, "quote-list", "list", "the list in a block quote", indented("> ", "- proof\n\n"+indented("  ", mdFence)), code)
	hides(t, "quote-in-list", "list", "a block quote in the list item", "- proof\n\n"+indented("  > ", mdFence), code)
	hides(t, "quote-unclosed", "in-text", "the fence in a block quote, without its closing line", indented("> ", strings.TrimSuffix(mdFence, "```\n"))+"\nMore text.\n", code)
	shows(t, "quote-before", "a quoted fence without its end before a fence", "> ```kez\n> {\n\n"+mdFence, tags("MD-008 MD-011"))
	t.group("claim.verify", "MD-011", "CommonMark closes it at the end of the text, and a cut file would pass.")
	hides(t, "unclosed", "fence", "no closing line", strings.TrimSuffix(mdFence, "```\n"), "markdown.unclosed_fence")
	hides(t, "short-close", "four-backticks", "a closing line of three backticks", "````kez\n"+pretty(base)+"```\n", "markdown.unclosed_fence")
	hides(t, "close-tildes", "fence", "a closing line of tildes", "```kez\n"+pretty(base)+"~~~\n", "markdown.unclosed_fence")
	hides(t, "close-info", "fence", "a word on the closing line", "```kez\n"+pretty(base)+"```kez\n", "markdown.unclosed_fence")
	hides(t, "close-indent-4", "fence", "a closing line indented by four spaces", "```kez\n"+pretty(base)+"    ```\n", "markdown.unclosed_fence")
	hides(t, "unclosed-in-list", "list", "a fence whose list ends before it is closed", "- proof\n\n"+indented("  ", strings.TrimSuffix(mdFence, "```\n"))+"\nMore text.\n", "markdown.unclosed_fence")
}

func markdownBodies(t *topic) {
	t.group("claim.verify", "MD-012 MD-013", "A fence holds any single form of a claim.")
	inFence := func(body string) string { return "# Alice\n\n" + fenced(body+"\n") }
	shows(t, "body-compact", "a compact token", inFence(compactToken(base)), wire)
	shows(t, "body-short", "a short token", inFence(shortToken(alice, base)))
	shows(t, "body-spaces", "white space around a token", inFence("\n  "+compactToken(base)+" \n"))
	shows(t, "body-canonical", "canonical JSON", inFence(canonical(base)))
	hides(t, "body-empty", "body-compact", "an empty body", "# Alice\n\n"+fenced(""), "input.empty", tags("MD-014"))
	hides(t, "body-blank", "body-compact", "a body of white space", "# Alice\n\n"+fenced(" \n\n"), "input.empty", tags("MD-014"))
	hides(t, "body-bundle", "body-compact", "a bundle", inFence(bundle(one)), "envelope.type_mismatch", tags("MD-015 ENC-017"))
	hides(t, "body-upper", "body-compact", "KEZ in upper case", inFence(strings.Replace(compactToken(base), "kez", "KEZ", 1)), "compact.prefix", tags("MD-013 ENC-005"))
	hides(t, "body-unknown", "body-compact", "an unknown word", inFence(strings.Replace(compactToken(base), "z1", "zd1", 1)), "compact.prefix_unknown", tags("MD-013 ENC-006"))
	hides(t, "body-wrapped", "body-compact", "a token broken over two lines", inFence(compactToken(base)[:80]+"\n"+compactToken(base)[80:]), "compact.base64", tags("MD-012 ENC-010"))
	hides(t, "body-two", "body-compact", "the token twice", inFence(compactToken(base)+"\n"+compactToken(base)), "compact.base64", tags("MD-012 ENC-003"))
	hides(t, "body-prose", "body-canonical", "a word before the JSON", inFence("proof: "+canonical(base)), "json.syntax", tags("MD-013"))
	hides(t, "body-smart-quotes", "fence", "quotes that an editor has curled", strings.Replace(mdFence, `"kez"`, "\u201ckez\u201d", 1), "json.syntax", tags("MD-012 JSON-008"))
	hides(t, "body-cut", "fence", "the JSON cut in half", fenced(pretty(base)[:200]+"\n"), "json.syntax", tags("MD-012 JSON-008"))
	hides(t, "body-forged", "fence", "one bit of the signature changed", fenced(pretty(at("signature", set("sig", flip(base.get("signature", "sig").(string), 9)))(base))), "signature.invalid", tags("VERIFY-006 SIG-013"))
	hides(t, "body-event", "fence", "a chain event", fenced(pretty(one.events[0])), "envelope.type_mismatch", tags("MD-012 ENV-007"))
	hides(t, "not-utf8", "in-text", "a byte that is not UTF-8 in the text around", "# Alic\xe9\n\n"+mdFence, "json.invalid_utf8", tags("MD-005"))
}

func markdownWhole(t *topic) {
	t.group("claim.verify", "MD-017 MD-016", "Some people paste nothing but the proof.")
	whole := sound(base, "compact")
	delete(whole, "encoding")
	t.ok("whole-token", "nothing but a token", asMarkdown("\n"+compactToken(base)+"\n"), whole)
	t.ok("whole-json", "nothing but the JSON form", asMarkdown("\n"+pretty(base)), whole, tags("MD-018"))
	hides(t, "prose-token", "whole-token", "a word before the token", "proof: "+compactToken(base)+"\n", "markdown.no_fence")
	hides(t, "two-tokens", "whole-token", "the token twice", compactToken(base)+"\n"+compactToken(base)+"\n", "markdown.no_fence")
	hides(t, "prose", "in-text", "no fence", "# Alice\n\nSome text.\n", "markdown.no_fence", tags("MD-016"))
	hides(t, "whole-json-cut", "whole-json", "the last brace cut off", strings.TrimSuffix(pretty(base), "}\n"), "json.syntax", tags("MD-018"))
	hides(t, "whole-json-prose", "whole-json", "a word before the JSON", "proof: "+canonical(base)+"\n", "markdown.no_fence", tags("MD-016 MD-018"))
	hides(t, "whole-json-after", "whole-json", "a word after the JSON", pretty(base)+"thanks\n", "json.trailing_data", tags("MD-018"))
}

func markdownChoice(t *topic) {
	t.group("claim.verify", "SCAN-004 SCAN-003", "Anyone may paste a broken proof beside a good one.")
	broken := fenced(pretty(base)[:200] + "\n")
	forged := fenced(pretty(at("signature", set("sig", flip(base.get("signature", "sig").(string), 9)))(base)))
	byBob := fenced(pretty(claim(bob, "github:alice")))
	bobs := fenced(pretty(claim(bob, "dns:bob.example")))
	join := func(parts ...string) string { return strings.Join(parts, "\n") }
	ask := func(text, subject, primary string) input {
		in := asMarkdown(text)
		if subject != "" {
			in["subject"] = subject
		}
		if primary != "" {
			in["primary"] = primary
		}
		return in
	}
	shows(t, "choice-broken-first", "a broken fence before a good one", join(broken, mdFence))
	shows(t, "choice-broken-last", "a good fence before a broken one", join(mdFence, broken))
	shows(t, "choice-unclosed-last", "a good fence before one without its end", mdFence+"\n```kez\n{", tags("SCAN-004 MD-011"))
	shows(t, "choice-same", "one claim twice", join(mdFence, mdFence), tags("SCAN-011"))
	shows(t, "choice-forms", "one claim in two forms", join(mdFence, fenced(shortToken(alice, base)+"\n")), tags("SCAN-011"))
	t.group("claim.verify", "SCAN-011 SCAN-012", "A reader that takes the first of two owners is easily turned to the second.")
	t.ok("choice-subjects", "claims on two subjects", asMarkdown(join(bobs, mdFence)), sound(claim(bob, "dns:bob.example"), "markdown"), tags("SCAN-014"))
	t.ok("choice-asked", "the second of two subjects asked for", ask(join(bobs, mdFence), "github:alice", ""), sound(base, "markdown"), tags("SCAN-011 SCAN-016"))
	t.ok("choice-named", "the second of two primaries named", ask(join(mdFence, byBob), "", bob.id), sound(claim(bob, "github:alice"), "markdown"), tags("SCAN-013 VERIFY-008"))
	t.ok("choice-ambiguous-other", "two primaries for one subject, another subject after them", asMarkdown(join(mdFence, byBob, bobs)), sound(claim(bob, "dns:bob.example"), "markdown"), tags("SCAN-014 SCAN-012"))
	t.ok("choice-forged-rival", "a forged claim under another primary", asMarkdown(join(fenced(pretty(at("payload", set("primary", bob.id))(at("signature", set("key", bob.id))(base)))), mdFence)), sound(base, "markdown"), tags("SCAN-011 SCAN-004"))
	hides(t, "choice-ambiguous", "choice-same", "two primaries for one subject", join(mdFence, byBob), "proof.ambiguous", tags("SCAN-012"))
	t.bad("choice-ambiguous-asked", "two primaries for the subject asked for", "choice-asked", "a claim of Bob's on it as well", ask(join(bobs, mdFence, byBob), "github:alice", ""), "proof.ambiguous", tags("SCAN-012"))
	t.bad("choice-named-none", "no claim under the primary named", "choice-named", "Carol named", ask(join(mdFence, byBob), "", carol.id), "channel.not_found", tags("VERIFY-009"))
	t.bad("choice-asked-none", "no claim on the subject asked for", "choice-asked", "another subject asked for", ask(join(bobs, mdFence), "github:carol", ""), "channel.subject_mismatch", tags("SCAN-016 SCAN-015"))
	t.group("claim.verify", "SCAN-015", "Of several failures the one is shown that says most.")
	expired := fenced(pretty(claim(alice, "web:alice.example", set("expires_at", "2026-05-01T00:00:00Z"))))
	hides(t, "choice-expired", "choice-broken-first", "the good one past its end", join(broken, expired), "claim.expired", tags("SCAN-015"))
	hides(t, "choice-first-bad", "choice-broken-first", "one bit of the good one's signature changed", join(broken, forged), "json.syntax", combines("markdown-body-cut", "markdown-body-forged"))
	hides(t, "choice-first-bad-turned", "choice-broken-last", "one bit of the good one's signature changed", join(forged, broken), "signature.invalid", combines("markdown-body-cut", "markdown-body-forged"))
	revoked := asMarkdown(join(broken, expired, mdFence))
	revoked["chains"] = [][]byte{one.revoke("github:alice").jsonl()}
	t.bad("choice-revoked", "a broken one, an expired one and a revoked one", "choice-broken-first", "an expired one between, and the good one revoked", revoked, "claim.revoked")
}

func markdownLimits(t *topic) {
	t.group("claim.verify", "SCAN-001", "A page can be as long as its author likes.")
	room := 1<<20 - len(mdFence)
	filled := func(n int) string { return strings.Repeat("x", n-1) + "\n" + mdFence }
	shows(t, "size-limit", "exactly 1 MiB", filled(room), tags("SCAN-001 JSON-029 SCAN-020"))
	hides(t, "size-over", "size-limit", "one letter more", filled(room+1), "input.too_large", tags("SCAN-001 JSON-030 SCAN-020"))
	t.group("claim.verify", "SCAN-022", "A token of twenty letters can stand for 64 KiB.")
	shows(t, "count-limit", "64 fences", strings.Repeat("```kez\n```\n", 63)+mdFence)
	hides(t, "count-over", "count-limit", "one fence more", strings.Repeat("```kez\n```\n", 64)+mdFence, "input.too_large")
	shows(t, "count-quoted", "100 quoted fences before a fence", strings.Repeat("> ```kez\n\n", 100)+mdFence, tags("SCAN-022 MD-008"))
	t.group("claim.verify", "SCAN-002", "A text of a hundred thousand starts must not take a hundred thousand passes.")
	hides(t, "many-openers", "in-text", "60,000 opening lines and no closing one", strings.Repeat("```kez\n", 60000), "markdown.unclosed_fence", tags("SCAN-002 MD-011"))
	hides(t, "many-quotes", "in-text", "200,000 signs of a quotation", strings.Repeat(">", 200000)+"\n", "markdown.no_fence", tags("SCAN-002 MD-008"))
	hides(t, "many-brackets", "in-text", "200,000 opening brackets", strings.Repeat("[", 200000)+"\n", "markdown.no_fence", tags("SCAN-002 MD-003"))
	hides(t, "many-newlines", "fence", "200,000 newlines and a brace for the body", fenced(strings.Repeat("\n", 200000)+"{\n"), "json.syntax", tags("SCAN-002 MD-012"))
}
