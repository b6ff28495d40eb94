package gen

import "strings"

func auto(text string) input { return read("auto", []byte(text)) }

func detects(t *topic) {
	short := shortToken(alice, base)
	t.group("claim.verify", "SCAN-019", "People drop files of any kind; the text says which kind it is.")
	row := func(id, title, text string, want state) { t.ok("auto-"+id, title, auto(text), want) }
	row("json", "the JSON form", pretty(base), sound(base, "json"))
	row("json-spaces", "white space before the JSON form", " \n\t"+pretty(base), sound(base, "json"))
	row("token", "a compact token", compactToken(base)+"\n", sound(base, "compact"))
	row("short", "a short token", "\n "+short+" \n", sound(base, "short"))
	row("bundle", "a bundle", bundle(two)+"\n", chainState{active: both, encoding: "bundle"}.of(two))
	row("chain", "JSON lines", string(two.jsonl()), chainState{active: both}.of(two))
	row("event", "one event in the JSON form", pretty(one.events[0]), chainState{active: "github:alice"}.of(one))
	row("event-line", "one event on a line", string(one.jsonl()), chainState{active: "github:alice"}.of(one))
	row("zone", "a zone line", zone("alice.example", shortToken(alice, domain)), sound(domain, "dns"))
	row("event-brace", "one event with a brace at the start of a line", strings.Replace(canonical(one.events[0]), `"payload":{`, "\"payload\":\n{", 1), chainState{active: "github:alice"}.of(one))
	row("zone-origin", "a zone line whose name $ORIGIN completes", "$ORIGIN alice.example.\n_kez 3600 IN TXT \""+shortToken(alice, domain)+"\"\n", sound(domain, "dns"))
	row("markdown", "the Markdown form", markdown(base), sound(base, "markdown"))
	row("markdown-token", "a fence that holds a token", "# Alice\n\n"+fenced(short+"\n"), sound(base, "markdown"))
	bad := func(id, of, fault, text, code string, o ...option) {
		t.bad("auto-"+id, fault, "auto-"+of, fault, auto(text), code, o...)
	}
	bad("empty", "json", "no text at all", "", "input.empty", tags("SCAN-019 JSON-004"))
	bad("white-space", "json-spaces", "nothing but white space", " \n\t", "input.empty", tags("SCAN-019 JSON-004"))
	bad("bom", "json", "a byte order mark first", "\ufeff"+pretty(base), "json.bom", tags("SCAN-019 JSON-005"))
	bad("bom-markdown", "markdown", "a byte order mark first", "\ufeff"+markdown(base), "json.bom", tags("SCAN-019 JSON-005"))
	bad("array", "json", "the claim in an array", "["+canonical(base)+"]", "envelope.not_object")
	bad("string", "json", "the claim as a string", canonical(compact(base)), "envelope.not_object")
	bad("registration", "json", "a registration", pretty(set("kez", "handle_registration")(base)), "envelope.type_mismatch", tags("SCAN-019 ENV-008"))
	bad("json-cut", "json", "the last brace cut off", strings.TrimSuffix(pretty(base), "}\n"), "json.syntax")
	bad("json-after", "json", "a word after the JSON", pretty(base)+"thanks\n", "json.trailing_data")
	bad("chain-cut", "chain", "the last line cut", strings.TrimSuffix(string(two.jsonl()), "}\n"), "json.syntax", line(2))
	bad("chain-blank", "chain", "an empty line between the events", string(lines(two.line(0), "", two.line(1))), "sigchain.syntax", line(2))
	bad("two-claims", "json", "the claim on two lines", string(lines(canonical(base), canonical(base))), "envelope.type_mismatch", line(1))
	bad("token-upper", "token", "KEZ in upper case", strings.Replace(compactToken(base), "kez", "KEZ", 1), "compact.prefix")
	bad("token-empty", "token", "nothing after the word", "kez:z1:", "input.empty", tags("SCAN-019 ENC-008"))
	bad("token-space", "token", "a space inside", compactToken(base)[:60]+" "+compactToken(base)[60:], "markdown.no_fence")
	bad("token-wrapped", "token", "a line break inside", compactToken(base)[:60]+"\n"+compactToken(base)[60:], "markdown.no_fence")
	bad("token-word-before", "token", "a word before the token", "proof: "+compactToken(base), "markdown.no_fence")
	bad("prose", "markdown", "no fence", "# Alice\n\nSome text.\n", "markdown.no_fence")
	bad("zone-cut", "zone", "the second half of the token lost", zone("alice.example", shortToken(alice, domain)[:90]), "dns.corrupt", tags("SCAN-019 DNS-010"))
}

func forced(t *topic) {
	t.group("claim.verify", "SCAN-018", "Who says what a file is wants to hear when it is not.")
	text := func(as, text string) input { return read(as, []byte(text)) }
	t.ok("as-claim", "a claim read as a claim", text("claim", pretty(base)), sound(base, "json"))
	t.ok("as-token", "a token read as a token", text("token", compactToken(base)), sound(base, "compact"))
	t.ok("as-chain", "JSON lines read as a chain", text("chain", string(two.jsonl())), chainState{active: both}.of(two))
	t.ok("as-markdown", "Markdown read as Markdown", text("markdown", markdown(base)), sound(base, "markdown"))
	t.bad("as-claim-token", "a token read as a claim", "as-claim", "a token in place of the JSON", text("claim", compactToken(base)), "json.syntax")
	t.bad("as-claim-markdown", "Markdown read as a claim", "as-claim", "Markdown in place of the JSON", text("claim", markdown(base)), "json.syntax")
	t.bad("as-claim-event", "an event read as a claim", "as-claim", "an event in place of the claim", text("claim", pretty(one.events[0])), "envelope.type_mismatch", tags("SCAN-018 ENV-007"))
	t.bad("as-claim-bundle", "a bundle read as a claim", "as-claim", "a bundle in place of the JSON", text("claim", bundle(two)), "json.syntax")
	t.bad("as-token-json", "JSON read as a token", "as-token", "JSON in place of the token", text("token", pretty(base)), "compact.prefix")
	t.bad("as-token-markdown", "Markdown read as a token", "as-token", "a fence around the token", text("token", fenced(compactToken(base)+"\n")), "compact.prefix")
	t.bad("as-chain-claim", "a claim read as a chain", "as-chain", "a claim in place of the events", text("chain", canonical(base)+"\n"), "envelope.type_mismatch", line(1), tags("SCAN-018 CHAIN-022"))
	t.bad("as-chain-pretty", "an event in the JSON form read as a chain", "as-chain", "an event over several lines", text("chain", pretty(one.events[0])), "json.syntax", line(1), tags("SCAN-018 CHAIN-013"))
	t.bad("as-markdown-chain", "a chain read as Markdown", "as-markdown", "a fence around a chain's two lines", text("markdown", fenced(string(two.jsonl()))), "json.trailing_data", tags("SCAN-018 MD-013"))
}
