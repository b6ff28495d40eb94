package gen

func channelDNS(t *topic) {
	t.group("identity.verify", "CHAN-001 CHAN-039", "A resolver's answer is the word of the whole path to it; only records at the name count.")
	c := channel(t, "dns:alice.example")
	const file, faults = "_dns/alice.example.zone", "_dns/faults.json"
	txt := func(text string) string { return "_kez TXT \"" + text + "\"\n" }
	plain := world{file: txt(c.token)}
	wrong := func(members js1) world { return plain.with(world{faults: js(js1{"_kez.alice.example": members})}) }
	evil := shortToken(bob, claim(bob, c.subject))
	odd := c.others("dns:bob.example")

	c.ok("dns", "a TXT record with the proof", "dns", plain, "CHAN-001 CHAN-039", wire)
	c.ok("dns-strings", "a compact token in two strings", "dns", world{file: zone("alice.example", compactToken(c.claim))}, "CHAN-039 DNS-004", wire)
	c.ok("dns-tcp", "an answer that is cut over UDP", "dns", wrong(js1{"truncate": true}), "CHAN-040")
	c.ok("dns-cname", "the name is an alias of one in another zone", "dns",
		world{file: "_kez CNAME proof.host.example.\n", "_dns/host.example.zone": "proof TXT \"" + c.token + "\"\n"}, "CHAN-039")
	c.ok("dns-wrong-id", "an answer with a wrong id comes first", "dns", wrong(js1{"wrong_id": 1, "spoof": "_kez.alice.example. TXT " + evil}), "CHAN-041")
	c.ok("dns-wrong-question", "an answer about another name comes first", "dns", wrong(js1{"wrong_question": 1, "spoof": "_kez.alice.example. TXT " + evil}), "CHAN-041")
	c.ok("dns-foreign-owner", "a record of another owner in the answer", "dns", wrong(js1{"foreign": "_kez.bob.example. TXT " + evil}), "CHAN-041")
	c.ok("dns-64-records", "64 records", "dns", wrong(js1{"fill": 63}), "CHAN-044")
	c.ok("dns-beside-broken", "a damaged record beside the sound one", "dns", world{file: txt(odd.cut) + txt(c.token)}, "CHAN-016 CHAN-001")

	c.bad("dns-servfail", "dns", "the server fails", "channel.unreachable", wrong(js1{"rcode": "SERVFAIL"}), "CHAN-043 CHAN-008")
	c.bad("dns-refused", "dns", "the server refuses", "channel.unreachable", wrong(js1{"rcode": "REFUSED"}), "CHAN-043 CHAN-008")
	c.bad("dns-cname-loop", "dns-cname", "an alias that leads back to itself", "channel.unreachable", wrong(js1{"cname_loop": true}), "CHAN-043")
	c.bad("dns-no-name", "dns", "no such name", "channel.not_found", world{file: "www A 192.0.2.1\n"}, "CHAN-042 CHAN-012")
	c.bad("dns-no-txt", "dns", "an address in the place of the text", "channel.not_found", world{file: "_kez A 192.0.2.1\n"}, "CHAN-042 CHAN-012")
	c.bad("dns-other-name", "dns", "the record at the domain itself", "channel.not_found", world{file: "@ TXT \"" + c.token + "\"\n"}, "CHAN-039 CHAN-042")
	c.bad("dns-other-records", "dns", "a record of another program in the place of the proof", "channel.not_found", world{file: txt("v=spf1 -all")}, "CHAN-046")
	c.bad("dns-foreign-only", "dns-foreign-owner", "the name itself without a record", "channel.not_found",
		world{file: "www A 192.0.2.1\n", faults: js(js1{"_kez.alice.example": js1{"foreign": "_kez.bob.example. TXT " + c.token}})}, "CHAN-041 CHAN-042")
	c.bad("dns-65-records", "dns-64-records", "65 records", "channel.too_large", wrong(js1{"fill": 64}), "CHAN-044 CHAN-004")
	c.bad("dns-cut", "dns", "the token cut in half", "channel.corrupt", world{file: txt(odd.cut)}, "CHAN-045 CHAN-013")
	c.bad("dns-forged", "dns", "one bit of the signature changed", "signature.invalid", world{file: txt(odd.forged)}, "CHAN-014 CHAN-045")
	c.bad("dns-other-subject", "dns", "a proof for another domain", "channel.subject_mismatch", world{file: txt(odd.foreign)}, "CHAN-014 VERIFY-005")
}
