package gen

import (
	"strings"
)

// The chains from which the cases start. two is that of the specification.
var (
	one = newChain(alice).add("github:alice")
	two = one.add("dns:alice.example")
)

const both = "github:alice dns:alice.example"

func chainTopic(b *book) {
	t := b.topic("sigchain", "Chains of events in JSON lines.")
	chainForms(t)
	chainLines(t)
	chainMembers(t)
	chainOrder(t)
	chainLinks(t)
	chainStates(t)
	chainArguments(t)
	chainRotations(t)
	chainDevices(t)
	chainSignatures(t)
	chainLimits(t)
}

func chainForms(t *topic) {
	t.group("sigchain.verify", "CHAIN-013 CHAIN-015", "Lines come from files, stores and copies; what is signed is inside them.")
	holds(t, "one", "one event", one, chainState{active: "github:alice"}, wire, tags("CHAIN-001 CHAIN-003 CHAIN-006 CHAIN-007 CHAIN-012"))
	holds(t, "two", "two events, the chain of the specification", two, chainState{active: both}, wire, tags("CHAIN-013 CHAIN-008 CHAIN-009"))
	text := string(two.jsonl())
	if text != example("chain-two")+"\n" || two.head() != example("chain-head") {
		panic("gen: not the chain of the specification")
	}
	same := func(id, title, text string, o ...option) {
		t.ok(id, title, jsonl([]byte(text)), chainState{active: both}.of(two), o...)
	}
	same("crlf", "lines that end with CRLF", strings.ReplaceAll(text, "\n", "\r\n"))
	same("no-last-newline", "no newline at the end", strings.TrimSuffix(text, "\n"))
	same("white-space", "white space inside and around the lines", strings.ReplaceAll(strings.ReplaceAll(text, `{"kez"`, ` {"kez"`), ",", " ,\t"), tags("CHAIN-015 CHAIN-010"))
	same("in-order", "members in the order of writers that do not sort", compact(two.events[0])+"\n"+compact(two.events[1])+"\n", tags("CHAIN-009 CHAIN-010 ENV-004"))
	same("escaped", "a needless escape in a line", strings.Replace(text, "github:alice", `github\u003aalice`, 1), tags("CHAIN-009 CHAIN-010"))
	holds(t, "nostr", "a chain of a nostr key", newChain(nora).add("github:alice").add("dns:alice.example"), chainState{active: both}, wire, tags("CHAIN-001 SIG-016"))
	t.ok("primary-asked", "the primary that was asked for", input{"jsonl": two.jsonl(), "primary": alice.id}, chainState{active: both}.of(two), tags("CHAIN-027"))
	t.bad("primary-other", "another primary than the one asked for", "primary-asked", "Bob asked for", input{"jsonl": two.jsonl(), "primary": bob.id}, "sigchain.primary_changed", tags("CHAIN-027"))
}

func chainLines(t *topic) {
	a, b := two.line(0), two.line(1)
	t.group("sigchain.verify", "CHAIN-016", "A line that is not there, or not whole, is a partial write and no shorter chain.")
	snaps(t, "empty", "two", "no bytes at all", nil, 0, "input.empty", tags("CHAIN-017"))
	snaps(t, "one-newline", "two", "one empty line and nothing else", []byte("\n"), 0, "input.empty", tags("CHAIN-017"))
	snaps(t, "one-blank", "two", "one line of white space and nothing else", []byte(" \t"), 0, "input.empty", tags("CHAIN-017"))
	snaps(t, "blank-first", "two", "an empty line before the first event", lines("", a, b), 1, "sigchain.syntax", tags("CHAIN-016 CHAIN-021"))
	snaps(t, "blank-between", "two", "an empty line between the events", lines(a, "", b), 2, "sigchain.syntax", tags("CHAIN-016 CHAIN-021"))
	snaps(t, "blank-last", "two", "an empty line after the last event", lines(a, b, ""), 3, "sigchain.syntax", tags("CHAIN-016 CHAIN-021"))
	snaps(t, "spaces-between", "two", "a line of white space between the events", lines(a, " \t", b), 2, "sigchain.syntax", tags("CHAIN-016 CHAIN-021"))
	snaps(t, "cut", "two", "the last line cut", []byte(a+"\n"+b[:len(b)-6]), 2, "json.syntax", tags("CHAIN-022 CHAIN-021"))
	snaps(t, "one-line", "two", "both events on one line", lines(a+b), 1, "json.trailing_data", tags("CHAIN-022 CHAIN-013"))
	snaps(t, "array", "two", "a JSON array in place of lines", []byte("["+a+","+b+"]\n"), 1, "envelope.not_object", tags("CHAIN-022 CHAIN-013"))
	snaps(t, "pretty", "one", "an event over several lines", []byte(pretty(one.events[0])), 1, "json.syntax", tags("CHAIN-013 CHAIN-022"))
	snaps(t, "bom", "two", "a byte order mark first", lines("\ufeff"+a, b), 1, "json.bom", tags("CHAIN-022 JSON-005"))
	snaps(t, "bom-second", "two", "a byte order mark in the second line", lines(a, "\ufeff"+b), 2, "json.bom", tags("CHAIN-022 JSON-005"))
	snaps(t, "duplicate-member", "two", "op twice in the second line", lines(a, swap(b, `"op":"add"`, `"op":"add","op":"add"`)), 2, "json.duplicate_member", tags("CHAIN-022 JSON-015"))
	snaps(t, "claim-line", "two", "a claim in place of the second event", lines(a, canonical(base)), 2, "envelope.type_mismatch", tags("CHAIN-022 ENV-007 CHAIN-001"))
	snaps(t, "two-faults", "two", "the first line cut, the second empty", lines(a[:50], "", b), 1, "json.syntax", tags("ERR-024 CHAIN-023"), combines("sigchain-cut", "sigchain-blank-between"))
}

func chainMembers(t *topic) {
	t.group("sigchain.verify", "CHAIN-001 ERR-016", "An event without its place or its author can be moved to another chain.")
	edits := func(id, fault, code, rules string, e edit) {
		breaks(t, id, "two", fault+", signed", one.add("dns:alice.example", e), 2, code, tags(rules))
	}
	edits("version-absent", "no version", "sigchain.version", "CHAIN-025 CHAIN-003", drop("version"))
	edits("version-2", "version 2", "sigchain.version", "CHAIN-025 CHAIN-003", set("version", 2))
	edits("version-text", `"1" as a text`, "sigchain.version", "CHAIN-025 ERR-018", set("version", "1"))
	edits("version-null", "null as the version", "sigchain.version", "CHAIN-025 ERR-018", set("version", nil))
	edits("primary-absent", "no primary", "claim.primary_missing", "CHAIN-026 ERR-016", drop("primary"))
	edits("primary-null", "null as the primary", "json.type", "JSON-019 ERR-017", set("primary", nil))
	edits("created-absent", "no created_at", "sigchain.created_at", "CHAIN-028 CHAIN-011", drop("created_at"))
	edits("created-null", "null as created_at", "sigchain.created_at", "CHAIN-028 ERR-018", set("created_at", nil))
	edits("created-number", "Unix seconds as created_at", "sigchain.created_at", "CHAIN-028 ERR-018", set("created_at", 1767323045))
	edits("created-lower-z", "a lower-case z", "sigchain.created_at", "CHAIN-028 CLAIM-019", set("created_at", "2026-01-03T03:04:05z"))
	edits("op-absent", "no op", "json.type", "CHAIN-029 CHAIN-012 ERR-016", drop("op"))
	edits("op-null", "null as op", "json.type", "CHAIN-029 CHAIN-012", set("op", nil))
	edits("op-number", "a number as op", "json.type", "CHAIN-029 CHAIN-012", set("op", 1))
	edits("payload-absent", "no payload in the payload", "json.type", "CHAIN-029 CHAIN-012 ERR-016", drop("payload"))
	edits("payload-null", "null as the payload of the payload", "json.type", "CHAIN-029 CHAIN-012", set("payload", nil))
	edits("payload-text", "a text as the payload of the payload", "json.type", "CHAIN-029 CHAIN-012", set("payload", "dns:alice.example"))
	edits("payload-array", "an array as the payload of the payload", "json.type", "CHAIN-029 CHAIN-012", set("payload", list{}))
	edits("extra-member", "a member that is not defined", "json.unknown_member", "JSON-017 CHAIN-001", set("note", "x"))
	edits("type-claim", "the type of a claim", "envelope.type_mismatch", "ENV-008 CHAIN-003", set("type", "kez.claim"))
	edits("type-absent", "no type", "envelope.type_mismatch", "ENV-008 CHAIN-003", drop("type"))
	t.group("sigchain.verify", "CHAIN-011", "Clocks of devices differ; order is what seq and prev say.")
	holds(t, "created-earlier", "a second event made before the first", one.add("dns:alice.example", set("created_at", "2025-01-01T00:00:00Z")), chainState{active: both})
	holds(t, "created-future", "an event made in the year 9999", one.add("dns:alice.example", set("created_at", "9999-12-31T23:59:59Z")), chainState{active: both})
}

func chainStates(t *topic) {
	t.group("sigchain.verify", "CHAIN-046", "What counts is the last word on each subject.")
	holds(t, "revoke", "a subject added and revoked", one.revoke("github:alice"), chainState{revoked: "github:alice"}, wire)
	holds(t, "revive", "a subject added, revoked and added", one.revoke("github:alice").add("github:alice"), chainState{active: "github:alice"})
	holds(t, "add-twice", "a subject added twice moves to the end", two.add("github:alice"), chainState{active: "dns:alice.example github:alice"}, tags("CHAIN-047"))
	holds(t, "revoke-unknown", "a subject revoked that was never added", newChain(alice).revoke("github:alice"), chainState{revoked: "github:alice"}, tags("CHAIN-047"))
	holds(t, "revoke-twice", "a subject revoked twice", one.revoke("github:alice").revoke("github:alice"), chainState{revoked: "github:alice"}, tags("CHAIN-047"))
	holds(t, "mixed", "several subjects", two.add("web:alice.example").revoke("github:alice").revoke("x:y").add("x:z"),
		chainState{active: "dns:alice.example web:alice.example x:z", revoked: "github:alice x:y"})
	mastodon := newChain(alice).add("mastodon:alice@social.example").revoke("ap:alice@social.example")
	want := chainState{}.of(mastodon)
	delete(want, "revoked")
	t.ok("mastodon-ap", "mastodon added, ap revoked", asJSONL(mastodon), want, tags("CHAIN-048"))
	holds(t, "own-key", "the primary itself as a subject", newChain(alice).add(alice.id), chainState{active: alice.id})
	holds(t, "extra-argument", "a further member among the arguments", newChain(alice).event("add", obj{{"subject", "github:alice"}, {"note", list{"x", obj{{"y", nil}}}}}),
		chainState{active: "github:alice"}, tags("JSON-018"))
	t.group("sigchain.verify", "CHAIN-043 CHAIN-044", "A newer program's operation must be neither refused nor guessed at.")
	holds(t, "unknown-op", "an unknown operation", one.event("endorse", obj{{"subject", "github:bob"}}).add("dns:alice.example"), chainState{active: both, partial: true})
	holds(t, "unknown-op-members", "an unknown operation with members of any shape", one.event("endorse", obj{{"subject", 1}, {"device", nil}, {"new_primary", list{obj{}}}}), chainState{active: "github:alice", partial: true}, tags("CHAIN-045"))
	holds(t, "unknown-op-case", "Add with a capital is unknown", one.event("Add", obj{{"subject", "dns:alice.example"}}), chainState{active: "github:alice", partial: true})
	holds(t, "unknown-op-first", "an unknown operation first", newChain(alice).event("hello", obj{}).add("github:alice"), chainState{active: "github:alice", partial: true})
	unknown := one.event("endorse", obj{{"subject", "github:bob"}})
	holds(t, "unknown-op-last", "an unknown operation last", unknown, chainState{active: "github:alice", partial: true})
	breaks(t, "unknown-op-array", "unknown-op-last", "an array in place of the arguments, signed", one.event("endorse", nil, set("payload", list{})), 2, "json.type", tags("CHAIN-029 CHAIN-012"))
	breaks(t, "unknown-op-forged", "unknown-op-last", "one bit of the signature changed",
		one.with(at("signature", set("sig", flip(unknown.events[1].get("signature", "sig").(string), 9)))(unknown.events[1])), 2, "signature.invalid", tags("CHAIN-043 SIG-013"))
	breaks(t, "unknown-op-float", "unknown-op-last", "a fraction among its arguments", one.event("endorse", obj{{"weight", raw("0.5")}}), 2, "json.number", tags("JSON-021 JSON-018"))
}
