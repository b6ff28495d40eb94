package gen

import (
	"strings"
)

func verifyTopic(b *book) {
	t := b.topic("verify", "A claim, the chains of its primary, and the clock.")
	verdicts(t)
	verdictForks(t)
	verdictDevices(t)
	verdictFiles(t)
	verdictRotations(t)
	verdictHops(t)
	verdictSources(t)
	verdictQuestions(t)
}

// judge asks for a claim under chains.
func judge(e obj, chains ...chain) input {
	in := asClaim(e)
	var all [][]byte
	for _, c := range chains {
		all = append(all, c.jsonl())
	}
	if all != nil {
		in["chains"] = all
	}
	return in
}

// stands adds a valid claim decided by a chain.
func stands(t *topic, id, title string, e obj, listed, partial bool, chains []chain, o ...option) {
	t.ok(id, title, judge(e, chains...), decided(e, "json", listed, partial), o...)
}

// falls adds a claim that is not valid.
func falls(t *topic, id, of, fault string, e obj, code string, chains []chain, o ...option) {
	t.bad(id, fault, of, fault, judge(e, chains...), code, o...)
}

var ofOne = []chain{one}

func verdicts(t *topic) {
	t.group("claim.verify", "VERIFY-010 CHAIN-046", "The chain has the last word on whether a claim still holds.")
	revoked := one.revoke("github:alice")
	stands(t, "listed", "a claim whose subject the chain adds", base, true, false, ofOne, wire, tags("VERIFY-011"))
	stands(t, "not-listed", "a claim whose subject the chain does not mention", claim(alice, "dns:alice.example"), false, false, ofOne, tags("VERIFY-012"))
	stands(t, "revived", "a claim older than its subject's revocation and revival", base, true, false, []chain{revoked.add("github:alice")}, tags("VERIFY-011"))
	stands(t, "older-than-chain", "a claim that is newer than the add", claim(alice, "github:alice", set("created_at", "2026-05-01T00:00:00Z")), true, false, ofOne, tags("VERIFY-011"))
	stands(t, "mastodon", "a claim on mastodon, listed as ap", claim(alice, "mastodon:alice@social.example"), true, false, []chain{newChain(alice).add("ap:alice@social.example")}, tags("CHAIN-048 ID-033"))
	nostr := claim(nora, "github:alice")
	stands(t, "nostr", "a claim and a chain of a nostr key", nostr, true, false, []chain{newChain(nora).add("github:alice")}, tags("VERIFY-011"))
	falls(t, "revoked", "listed", "the subject revoked", base, "claim.revoked", []chain{revoked}, wire)
	falls(t, "revoked-never-added", "not-listed", "the subject revoked without an add", claim(alice, "dns:alice.example"), "claim.revoked", []chain{one.revoke("dns:alice.example")}, tags("VERIFY-010 CHAIN-047"))
	falls(t, "revoked-claim-later", "older-than-chain", "the subject revoked before the claim was made", claim(alice, "github:alice", set("created_at", "2026-05-01T00:00:00Z")), "claim.revoked", []chain{revoked})
	falls(t, "revoked-as-mastodon", "mastodon", "ap added, mastodon revoked", claim(alice, "mastodon:alice@social.example"), "claim.revoked",
		[]chain{newChain(alice).add("ap:alice@social.example").revoke("mastodon:alice@social.example")}, tags("CHAIN-048 VERIFY-010"))
	falls(t, "revoked-nostr", "nostr", "the subject revoked", nostr, "claim.revoked", []chain{newChain(nora).add("github:alice").revoke("github:alice")})
	t.group("claim.verify", "VERIFY-013 CHAIN-044", "An operation that a reader does not know may have changed anything but what is known.")
	unknown := one.event("endorse", obj{{"subject", "github:alice"}})
	stands(t, "partial", "a listed subject in a partial chain", base, true, true, []chain{unknown})
	stands(t, "partial-not-listed", "a subject that a partial chain does not mention", claim(alice, "dns:alice.example"), false, true, []chain{unknown})
	falls(t, "partial-revoked", "partial", "the subject revoked before the unknown operation", base, "claim.revoked", []chain{revoked.event("endorse", obj{})}, tags("VERIFY-014"))
	t.group("claim.verify", "VERIFY-004 VERIFY-015", "Each status asks the owner for something else, so the gravest is named.")
	exp := claim(alice, "github:alice", set("expires_at", "2026-05-01T00:00:00Z"))
	falls(t, "expired-listed", "listed", "past its end", exp, "claim.expired", ofOne, tags("VERIFY-004 CLAIM-016"))
	falls(t, "revoked-and-expired", "listed", "the subject revoked, the claim past its end", exp, "claim.revoked", []chain{revoked},
		tags("VERIFY-015 VERIFY-004"), combines("verify-revoked", "verify-expired-listed"))
	forged := at("signature", set("sig", flip(base.get("signature", "sig").(string), 9)))(base)
	falls(t, "forged-and-revoked", "listed", "one bit of the signature changed, the subject revoked", forged, "signature.invalid", []chain{revoked},
		tags("VERIFY-004 VERIFY-006"), combines("verify-revoked", "envelope-sig-bit-r"))
}

func verdictForks(t *topic) {
	t.group("claim.verify", "VERIFY-016 CHAIN-073", "Of two histories neither can be believed, but what both share can.")
	forked := func(prefix chain, a, b string) chain {
		return prefix.add(a).with(prefix.add(b).events[len(prefix.events)])
	}
	falls(t, "fork", "listed", "a fork after the add", base, "sigchain.fork", []chain{forked(one, "x:a", "x:b")}, wire)
	falls(t, "fork-not-listed", "not-listed", "a fork in a chain that does not mention the subject", claim(alice, "dns:alice.example"), "sigchain.fork", []chain{forked(one, "x:a", "x:b")})
	branch := one.add("x:a").with(one.revoke("github:alice").events[1])
	falls(t, "fork-branch-revokes", "listed", "a fork of which one branch revokes", base, "sigchain.fork", []chain{branch})
	revoked := one.revoke("github:alice")
	falls(t, "fork-revoked", "listed", "revoked before the fork", base, "claim.revoked", []chain{forked(revoked, "x:a", "x:b")},
		combines("verify-fork", "verify-revoked"))
	exp := claim(alice, "github:alice", set("expires_at", "2026-05-01T00:00:00Z"))
	falls(t, "fork-expired", "listed", "a fork, the claim past its end", exp, "sigchain.fork", []chain{forked(one, "x:a", "x:b")},
		tags("VERIFY-004 VERIFY-016"), combines("verify-fork", "verify-expired-listed"))
}

func verdictDevices(t *topic) {
	t.group("claim.verify", "CHAIN-067 SIG-003", "A device speaks for the primary as long as the chain lists it.")
	e := byDevice(carol, alice, "github:alice")
	with := one.device(carol, "laptop")
	stands(t, "device", "a claim of a listed device", e, true, false, []chain{with}, tags("CHAIN-067 SIG-003 CHAIN-065"))
	stands(t, "device-not-listed-subject", "a claim of a listed device on a subject the chain does not mention", byDevice(carol, alice, "dns:alice.example"), false, false, []chain{with}, tags("CHAIN-067 VERIFY-012"))
	stands(t, "device-again", "a claim of a device that was revoked and added again", e, true, false, []chain{with.revoke(carol.id).device(carol, "laptop")}, tags("CHAIN-066"))
	stands(t, "device-of-nostr", "a claim of a device of a nostr key", byDevice(carol, nora, "github:alice"), true, false, []chain{newChain(nora).add("github:alice").device(carol, "laptop")}, tags("CHAIN-067"))
	falls(t, "device-without-chain", "device", "no chain", e, "signature.key_mismatch", nil, tags("VERIFY-020 SIG-010"))
	falls(t, "device-never", "device", "a chain that never listed the device", e, "signature.key_mismatch", ofOne, tags("CHAIN-069"))
	falls(t, "device-only-added", "device", "the device's identity added as a subject", e, "signature.key_mismatch", []chain{one.add(carol.id)}, tags("CHAIN-066 CHAIN-069"))
	falls(t, "device-revoked", "device", "the device revoked", e, "claim.revoked", []chain{with.revoke(carol.id)}, tags("CHAIN-068"))
	falls(t, "device-revoked-added", "device", "the device revoked and its identity added", e, "claim.revoked", []chain{with.revoke(carol.id).add(carol.id)}, tags("CHAIN-066 CHAIN-068"))
	falls(t, "device-subject-revoked", "device", "the subject revoked", e, "claim.revoked", []chain{with.revoke("github:alice")}, tags("VERIFY-010"))
	falls(t, "device-forged", "device", "one bit of the device's signature changed", at("signature", set("sig", flip(e.get("signature", "sig").(string), 9)))(e), "signature.invalid", []chain{with}, tags("SIG-013 CHAIN-067"))
	falls(t, "device-other", "device", "another device of nobody named as the key", byDevice(dave, alice, "github:alice"), "signature.key_mismatch", []chain{with}, tags("CHAIN-069"))
	falls(t, "device-nostr-key", "device", "a nostr key in place of the device", byDevice(nora, alice, "github:alice"), "signature.key_mismatch", []chain{with}, tags("CHAIN-069 SIG-010"))
}

func verdictFiles(t *topic) {
	t.group("claim.verify", "VERIFY-032", "A chain that cannot be read says nothing, and nothing must not look like consent.")
	file := func(text string) input {
		in := asClaim(base)
		in["chains"] = [][]byte{[]byte(text)}
		return in
	}
	t.ok("bundle", "the chain as a bundle", file(bundle(two)), decided(base, "json", true, false), tags("VERIFY-010 ENC-014"))
	for _, f := range []struct{ id, fault, text, code, tags string }{
		{"chain-empty", "an empty chain file", "", "input.empty", "VERIFY-032 CHAIN-017"},
		{"chain-cut", "a chain whose last line is cut", strings.TrimSuffix(string(one.jsonl()), "}\n"), "json.syntax", "VERIFY-032"},
		{"chain-blank", "an empty line in the chain", string(one.jsonl()) + "\n", "sigchain.syntax", "VERIFY-032"},
		{"chain-start-cut", "a chain without its first event", two.line(1) + "\n", "sigchain.first_seq", "VERIFY-032"},
		{"chain-other", "the chain of another primary", string(newChain(bob).add("github:alice").jsonl()), "sigchain.primary_changed", "VERIFY-033"},
		{"chain-claim", "a claim in place of the chain", canonical(base) + "\n", "envelope.type_mismatch", "VERIFY-032"},
	} {
		t.bad(f.id, f.fault, "listed", f.fault, file(f.text), f.code, tags(f.tags))
	}
	t.group("claim.verify", "VERIFY-034", "A file that is a chain is checked as one.")
	in := read("chain", two.jsonl())
	t.ok("as-chain", "a chain read as a chain", in, chainState{active: both}.of(two))
	t.ok("as-chain-bundle", "a bundle read as a chain", read("chain", []byte(bundle(two))), chainState{active: both, encoding: "bundle"}.of(two), tags("VERIFY-034 SCAN-018"))
	t.ok("as-token-bundle", "a bundle read as a token", asToken(bundle(two)), chainState{active: both, encoding: "bundle"}.of(two), tags("VERIFY-034 SCAN-018"))
	t.bad("as-chain-fork", "a chain with a fork", "as-chain", "a second event of seq 1", read("chain", lines(two.line(0), two.line(1), one.add("x:a").line(1))), "sigchain.fork", tags("VERIFY-035"), line(3))
}

func verdictQuestions(t *topic) {
	t.group("claim.verify", "VERIFY-005", "A proof about someone else, found where a proof was looked for, is the oldest trick.")
	asked := func(e obj, subject string) input {
		in := asClaim(e)
		in["subject"] = subject
		return in
	}
	t.ok("asked", "a claim about the subject asked for", asked(base, "github:alice"), sound(base, "json"))
	mastodon := claim(alice, "mastodon:alice@social.example")
	want := sound(mastodon, "json")
	delete(want, "subject")
	t.ok("asked-ap", "a claim on mastodon where ap was asked for", asked(mastodon, "ap:alice@social.example"), want, tags("VERIFY-005 ID-033"))
	t.bad("asked-other", "a claim about another subject", "asked", "another subject asked for", asked(base, "github:bob"), "channel.subject_mismatch", tags("SCAN-016 VERIFY-005"))
	t.bad("asked-prefix", "a claim about a longer name", "asked", "a beginning of the subject asked for", asked(base, "github:alic"), "channel.subject_mismatch", tags("SCAN-016 VERIFY-005"))
	named := func(e obj, primary string) input {
		in := asClaim(e)
		in["primary"] = primary
		return in
	}
	t.ok("named", "the primary that the user named", named(base, alice.id), sound(base, "json"), tags("SCAN-013 VERIFY-008"))
	t.bad("named-other", "another primary than the user named", "named", "Bob named", named(base, bob.id), "channel.not_found", tags("VERIFY-009 VERIFY-008"))
	t.group("claim.verify", "VERIFY-019", "Who cannot afford a stale answer asks for the chain.")
	require := func(in input) input {
		in["require_chain"] = true
		return in
	}
	t.ok("required", "a chain required and given", require(judge(base, one)), decided(base, "json", true, false))
	t.bad("required-absent", "a chain required and not given", "required", "no chain", require(asClaim(base)), "channel.unreachable")
	t.bad("required-partial", "a chain required and partial", "required", "an unknown operation in the chain", require(judge(base, one.event("endorse", obj{}))), "channel.unreachable")
	t.bad("required-successor", "a chain required and the successor's absent", "required", "a rotation at the end of the chain", require(judge(base, one.rotate(bob))), "channel.unreachable", tags("VERIFY-019 VERIFY-018"))
	t.bad("required-revoked", "a chain required that revokes", "required", "the subject revoked", require(judge(base, one.revoke("github:alice"))), "claim.revoked", tags("VERIFY-010 VERIFY-004"))
}
