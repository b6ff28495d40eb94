package gen

import "maps"

// sourced writes the cases of one claim whose chain is looked for.
type sourced struct {
	t       *topic
	subject string
	claim   obj
	plain   world // the proof, and no chain anywhere
}

// storeFile is the file of a chain in a store of a world.
func storeFile(store string, c chain) string {
	return "_store/" + store + "/" + identityFile(c.s.id)
}

func identityFile(id string) string {
	for i := range id {
		if id[i] == ':' {
			return id[:i] + "_" + id[i+1:] + ".jsonl"
		}
	}
	return id
}

// holds puts chains into a store.
func (w world) holds(store string, chains ...chain) world {
	more := world{}
	for _, c := range chains {
		more[storeFile(store, c)] = string(c.jsonl())
	}
	return w.with(more)
}

// failing makes a store fail.
func (w world) failing(store string, members js1) world {
	return w.with(world{"_store/" + store + "/faults.json": fault("/**", members)})
}

func kept(chains ...chain) input {
	var all [][]byte
	for _, c := range chains {
		all = append(all, c.jsonl())
	}
	return input{"kept": all}
}

func (s sourced) ask(more ...input) input {
	in := about(s.subject)
	for _, m := range more {
		maps.Copy(in, m)
	}
	return in
}

// stands adds a valid claim; unchecked and listed say what its chain told.
func (s sourced) stands(id, title string, checked, listed bool, w world, rules string, more ...input) {
	want := decided(s.claim, "json", listed, false)
	want["chain_checked"] = checked
	s.t.ok(id, title, s.ask(more...), want, in(w), tags(rules))
}

func (s sourced) falls(id, of, fault, code string, w world, rules string, more ...input) {
	s.t.bad(id, fault, of, fault, s.ask(more...), code, in(w), tags(rules))
}

func channelChains(t *topic) {
	const host = "web:alice.example"
	e := claim(alice, host)
	s := sourced{t, host, e, world{"_web/alice.example/.well-known/kez.json": pretty(e)}}
	sourcesStores(s)
	sourcesKept(s)
	sourcesRotation(s)
	sourcesWeb(s)
	sourcesDNS(t)
	sourcesNostr(t)
}

var whole = input{"require_chain": true}

func sourcesStores(s sourced) {
	s.t.group("identity.verify", "CHAN-073", "A store cannot forge a chain; that it holds one back, or others do, is for the client to see.")
	lists := newChain(alice).add(s.subject)
	revokes := lists.revoke(s.subject)
	s.stands("store", "a store whose chain lists the subject", true, true, s.plain.holds("one", lists), "CHAN-073 VERIFY-021", whole)
	s.falls("store-revoked", "store", "the chain revokes the subject", "claim.revoked", s.plain.holds("one", revokes), "CHAN-073 VERIFY-021")
	s.stands("store-none", "a store without a chain", true, false, s.plain.with(world{"_store/one/faults.json": "[]\n"}), "CHAN-076 CHAIN-024", whole)
	s.stands("store-empty", "a store that gives an empty body", true, false, s.plain.with(world{storeFile("one", lists): ""}), "CHAN-076 CHAIN-024", whole)
	down := s.plain.holds("one", revokes).failing("one", js1{"status": 500})
	s.stands("store-down", "a store that fails", false, false, down, "VERIFY-017 CHAN-076")
	s.falls("store-down-required", "store-down", "a whole chain required", "channel.unreachable", down, "VERIFY-019", whole)
	for _, f := range []struct {
		id, title, rules string
		members          js1
	}{
		{"store-login", "a store that wants a login", "CHAN-076", js1{"status": 403}},
		{"store-dropped", "a store that hangs up", "CHAN-076", js1{"drop": true}},
		{"store-half", "a store that hangs up half-way", "CHAN-076 CHAN-077", js1{"truncate": 700}},
		{"store-html", "a store that answers with a web page", "CHAN-076 CHAN-077", js1{"type": "text/html", "body": "<!doctype html><title>Store</title>"}},
		{"store-redirect", "a store that redirects", "CHAN-081", js1{"redirect": "https://other.example/"}},
		{"store-bomb", "a store that sends 64 MiB in a few packed bytes", "CHAN-077 CHAN-020", js1{"gzip_bomb": 64 << 20}},
		{"store-endless", "a store whose body does not end", "CHAN-077 CHAIN-019", js1{"endless": true}},
	} {
		s.stands(f.id, f.title, false, false, s.plain.holds("one", revokes).failing("one", f.members), f.rules)
	}
	file := storeFile("one", lists)
	s.stands("store-cut", "a chain whose last line is cut", false, false, s.plain.with(world{file: lists.line(0)[:300] + "\n"}), "CHAN-077")
	s.stands("store-other", "the chain of another primary", false, false, s.plain.with(world{file: string(newChain(bob).add(s.subject).revoke(s.subject).jsonl())}), "CHAN-077 CHAIN-027")
	s.stands("store-start-cut", "a chain without its first event", false, false, s.plain.with(world{file: revokes.line(1) + "\n"}), "CHAN-077")

	s.t.group("identity.verify", "VERIFY-022", "Of honest sources the longest knows most; of two histories none can be believed.")
	s.falls("stores-longest", "store", "a second store whose chain goes on and revokes", "claim.revoked", s.plain.holds("one", lists).holds("two", revokes), "VERIFY-022 VERIFY-021")
	s.stands("stores-behind", "a second store with a shorter chain", true, true, s.plain.holds("one", lists.add("x:y")).holds("two", lists), "VERIFY-022 VERIFY-024")
	s.stands("stores-one-down", "a second store that fails", true, true, s.plain.holds("one", lists).failing("two", js1{"status": 500}), "VERIFY-021 CHAN-077", whole)
	s.falls("stores-fork", "stores-behind", "the two stores hold different second events", "sigchain.fork", s.plain.holds("one", lists.add("x:a")).holds("two", lists.add("x:b")), "VERIFY-023")
	s.falls("stores-fork-revoked", "stores-behind", "the subject revoked, then different events at the two stores", "claim.revoked", s.plain.holds("one", revokes.add("x:a")).holds("two", revokes.add("x:b")), "VERIFY-023 VERIFY-016")
	one := lists.add("x:a")
	s.falls("store-fork", "store", "one store that serves both branches", "sigchain.fork", s.plain.with(world{file: string(one.with(lists.add("x:b").events[1]).jsonl())}), "VERIFY-023 CHAIN-023")
}

func sourcesKept(s sourced) {
	s.t.group("identity.verify", "VERIFY-025", "What was seen once cannot be unsaid by a server that forgets.")
	lists := newChain(alice).add(s.subject)
	longer, revokes := lists.add("x:y"), lists.revoke(s.subject)
	down := s.plain.failing("one", js1{"status": 500})
	s.stands("kept", "a kept chain, and no store that answers", true, true, down, "VERIFY-025", kept(lists), whole)
	s.falls("kept-revoked", "kept", "the kept chain revokes the subject", "claim.revoked", down, "VERIFY-025", kept(revokes))
	s.stands("kept-same", "a store with the kept chain", true, true, s.plain.holds("one", longer), "VERIFY-025", kept(longer))
	s.falls("kept-longer-store", "kept-same", "the store goes on and revokes", "claim.revoked", s.plain.holds("one", longer.revoke(s.subject)), "VERIFY-022 VERIFY-025", kept(longer))
	s.falls("rollback", "kept-same", "the store has less than is kept", "sigchain.rollback", s.plain.holds("one", lists), "VERIFY-026", kept(longer))
	s.falls("rollback-none", "kept-same", "the store has no chain", "sigchain.rollback", s.plain.with(world{"_store/one/faults.json": "[]\n"}), "VERIFY-026 CHAN-076", kept(longer))
	s.stands("rollback-one-of-two", "one of two stores has less than is kept", true, true, s.plain.holds("one", lists).holds("two", longer), "VERIFY-026 VERIFY-024", kept(longer))
	s.falls("rollback-revoked", "kept-same", "the kept chain revokes the subject, the store has less", "claim.revoked", s.plain.holds("one", lists), "VERIFY-027 VERIFY-025", kept(revokes))
	s.falls("kept-branch", "kept-same", "the store has another second event", "sigchain.fork", s.plain.holds("one", lists.add("x:b")), "VERIFY-023 VERIFY-025", kept(longer))
	s.falls("rollback-fork", "kept-same", "one store has another second event, a second one less than is kept", "sigchain.fork", s.plain.holds("one", lists.add("x:b")).holds("two", lists), "VERIFY-027 VERIFY-023", kept(longer))
	over := claim(alice, s.subject, set("expires_at", "2026-05-01T00:00:00Z"))
	s.falls("rollback-expired", "kept-same", "the claim past its end, the store with less than is kept", "claim.expired", s.plain.holds("one", lists).with(world{"_web/alice.example/.well-known/kez.json": pretty(over)}), "VERIFY-004", kept(longer))
}

func sourcesRotation(s sourced) {
	s.t.group("identity.verify", "CHAIN-054 CHAN-073", "A successor's chain is looked for like the first one.")
	old := newChain(alice).add(s.subject).rotate(bob)
	next := newChain(bob).add("x:y")
	s.stands("rotated", "the chains of both keys at a store", true, true, s.plain.holds("one", old, next), "CHAIN-054 CHAIN-056", whole)
	s.stands("rotated-two-stores", "each chain at a store of its own", true, true, s.plain.holds("one", old).holds("two", next), "CHAIN-054 CHAN-073")
	s.falls("rotated-revoked", "rotated", "the successor revokes the subject", "claim.revoked", s.plain.holds("one", old, next.revoke(s.subject)), "CHAIN-056")
	unheard := s.plain.holds("one", old).with(world{"_store/one/faults.json": fault("/v1/sigchains/ed25519/"+bob.id[len("ed25519:"):], js1{"status": 500})})
	s.stands("rotated-unheard", "a store that fails for the successor", false, true, unheard, "VERIFY-018")
	s.falls("rotated-unheard-required", "rotated-unheard", "a whole chain required", "channel.unreachable", unheard, "VERIFY-019", whole)
	s.falls("rotated-loop", "rotated", "the successor rotates back", "sigchain.rotation_loop", s.plain.holds("one", old, newChain(bob).rotate(alice)), "CHAIN-055")
	s.t.group("identity.verify", "CHAIN-067 CHAN-073", "A device is known by the chain alone, wherever that is found.")
	e := byDevice(carol, alice, s.subject)
	with := newChain(alice).add(s.subject).device(carol, "laptop")
	d := sourced{s.t, s.subject, e, world{"_web/alice.example/.well-known/kez.json": pretty(e)}}
	d.stands("device", "a claim of a device that a store's chain lists", true, true, d.plain.holds("one", with), "CHAIN-067 CHAN-073")
	d.falls("device-revoked", "device", "the chain revokes the device", "claim.revoked", d.plain.holds("one", with.revoke(carol.id)), "CHAIN-068")
	d.falls("device-unknown", "device", "a chain that does not list the device", "signature.key_mismatch", d.plain.holds("one", with.cut(1)), "CHAIN-069")
	d.falls("device-unheard", "device", "a store that fails", "signature.key_mismatch", d.plain.holds("one", with).failing("one", js1{"status": 500}), "VERIFY-020")
}

func sourcesWeb(s sourced) {
	s.t.group("identity.verify", "CHAN-075", "A site can serve the chain itself, and does not have to.")
	const file, place = "_web/alice.example/.well-known/kez-sigchain.jsonl", "alice.example/.well-known/kez-sigchain.jsonl"
	lists := newChain(alice).add(s.subject)
	revokes := lists.revoke(s.subject)
	served := s.plain.with(world{file: string(revokes.jsonl())})
	s.stands("web", "the chain on the site", true, true, s.plain.with(world{file: string(lists.jsonl())}), "CHAN-075", whole)
	s.falls("web-revoked", "web", "the chain revokes the subject", "claim.revoked", served, "CHAN-075")
	s.stands("web-none", "a site without a chain, and no store", false, false, s.plain, "VERIFY-040 VERIFY-017 CHAN-076")
	s.falls("web-none-required", "web-none", "a whole chain required", "channel.unreachable", s.plain, "VERIFY-040 VERIFY-019", whole)
	s.stands("web-none-kept", "a kept chain, and a site without one", true, true, s.plain, "VERIFY-040 VERIFY-025", kept(lists))
	s.falls("web-rollback", "web-none-kept", "the site serves less than is kept", "sigchain.rollback", s.plain.with(world{file: string(lists.jsonl())}), "VERIFY-026 VERIFY-040", kept(lists.add("x:y")))
	s.stands("web-html", "a web page in the place of the chain", false, false, served.with(world{"_web/faults.json": fault(place, js1{"type": "text/html", "body": "<!doctype html><title>Alice</title>"})}), "CHAN-077")
	s.stands("web-other-host", "a redirect to another host", false, false, s.plain.with(world{
		"_web/redirects.json": js(js1{place: "https://bob.example/chain.jsonl"}), "_web/bob.example/chain.jsonl": string(revokes.jsonl())}), "CHAN-081")
	s.falls("web-and-store", "web", "a store whose chain goes on and revokes", "claim.revoked", s.plain.with(world{file: string(lists.jsonl())}).holds("one", revokes), "CHAN-075 VERIFY-022")
	s.falls("web-store-fork", "web", "a store holds another second event than the site", "sigchain.fork", s.plain.with(world{file: string(lists.add("x:a").jsonl())}).holds("one", lists.add("x:b")), "VERIFY-023 CHAN-075")
}

func sourcesDNS(t *topic) {
	t.group("identity.verify", "CHAN-075 CHAN-079", "A short chain fits a record; a longer one is named by it.")
	const host = "dns:alice.example"
	e := claim(alice, host)
	s := sourced{t, host, e, nil}
	lists := newChain(alice).add(host)
	revokes := lists.revoke(host)
	strings := func(text string) string {
		line := "_kez-sigchain TXT"
		for _, part := range strings255(text) {
			line += " \"" + part + "\""
		}
		return line + "\n"
	}
	with := func(records string) world {
		return world{"_dns/alice.example.zone": "_kez TXT \"" + shortToken(alice, e) + "\"\n" + records}
	}
	site := func(text string) world { return world{"_web/alice.example/chain.jsonl": text} }
	const url = "https://alice.example/chain.jsonl"
	want := func(checked, listed bool) state {
		w := decided(e, "dns", listed, false)
		w["chain_checked"] = checked
		return w
	}
	ok := func(id, title string, checked, listed bool, w world, rules string) {
		t.ok(id, title, s.ask(), want(checked, listed), in(w), tags(rules))
	}
	ok("dns", "the bundle in a record", true, true, with(strings(bundle(lists))), "CHAN-075 CHAN-079")
	s.falls("dns-revoked", "dns", "the chain revokes the subject", "claim.revoked", with(strings(bundle(revokes))), "CHAN-075")
	ok("dns-url", "the URL of the chain in a record", true, true, with(strings(url)).with(site(string(lists.jsonl()))), "CHAN-078 CHAN-079")
	s.falls("dns-url-revoked", "dns-url", "the chain revokes the subject", "claim.revoked", with(strings(url)).with(site(string(revokes.jsonl()))), "CHAN-078")
	ok("dns-none", "a domain without a chain", false, false, with(""), "VERIFY-040 CHAN-076")
	ok("dns-url-http", "a URL of http", false, false, with(strings("http://alice.example/chain.jsonl")).with(site(string(revokes.jsonl()))), "CHAN-078 CHAN-018")
	ok("dns-url-loopback", "a URL of this machine's own address", false, false, with(strings("https://127.0.0.1/chain.jsonl")), "CHAN-078 CHAN-024")
	ok("dns-url-missing", "a URL at which nothing is", false, false, with(strings(url)).with(world{"_web/hosts.json": js(many{"alice.example"})}), "CHAN-076 VERIFY-040")
	ok("dns-others", "records of other programs beside the bundle", true, true, with("_kez-sigchain TXT \"v=other\"\n"+strings(bundle(lists))), "CHAN-079")
	ok("dns-several", "two different records", false, false, with(strings(bundle(revokes))+strings(url)), "CHAN-079")
	ok("dns-cut", "a bundle cut in half", false, false, with(strings(bundle(revokes)[:60])), "CHAN-077")
	ok("dns-claim", "a claim in the place of the bundle", false, false, with(strings(shortToken(alice, e))), "CHAN-077")
}

func sourcesNostr(t *topic) {
	t.group("identity.verify", "CHAN-074 CHAN-080", "A nostr key can publish its chain where it publishes everything else.")
	const host = "web:alice.example"
	e := claim(nora, host)
	s := sourced{t, host, e, world{"_web/alice.example/.well-known/kez.json": pretty(e)}}
	lists := newChain(nora).add(host)
	revokes := lists.revoke(host)
	event := func(by *signer, c chain, more js1) string {
		one := js1{"secret": tohex(by.secret), "kind": 30078, "content": bundle(c), "tags": many{many{"d", "kez-sigchain"}}}
		maps.Copy(one, more)
		return js(one)
	}
	const one, two = "_nostr/one/a.json", "_nostr/two/a.json"
	on := func(name, text string) world { return s.plain.with(world{name: text}) }
	later := js1{"created_at": 1770000000}
	s.stands("nostr", "the bundle in an event", true, true, on(one, event(nora, lists, nil)), "CHAN-074 CHAN-080", whole)
	s.falls("nostr-revoked", "nostr", "the chain revokes the subject", "claim.revoked", on(one, event(nora, revokes, nil)), "CHAN-074 CHAN-080")
	s.falls("nostr-newest", "nostr", "a newer event on another relay, whose chain goes on and revokes", "claim.revoked", on(one, event(nora, lists, nil)).with(world{two: event(nora, revokes, later)}), "CHAN-080")
	s.stands("nostr-other-author", "an event of another key", true, false, on(one, event(dave, revokes, nil)), "CHAN-080")
	s.stands("nostr-other-tag", "an event with another d", true, false, on(one, event(nora, revokes, js1{"tags": many{many{"d", "kez"}}})), "CHAN-080")
	s.stands("nostr-forged", "an event with a spoilt signature", true, false, s.plain.with(world{one: event(nora, revokes, nil), "_nostr/one/faults.json": js(js1{"corrupt": "sig"})}), "CHAN-080 CHAN-051")
	s.stands("nostr-future", "an event of tomorrow", true, false, on(one, event(nora, revokes, js1{"created_at": 1780358400})), "CHAN-080 CHAN-053")
	s.stands("nostr-refused", "a relay that refuses", false, false, s.plain.with(world{one: event(nora, revokes, nil), "_nostr/one/faults.json": js(js1{"status": 503})}), "CHAN-080 CHAN-077")
	s.stands("nostr-refused-one", "two relays, one of which refuses and the other has nothing", false, false, s.plain.with(world{"_nostr/one/faults.json": js(js1{"status": 503}), "_nostr/two/faults.json": js(js1{})}), "CHAN-080")
	s.stands("nostr-broken", "a bundle cut in half", false, false, on(one, event(nora, revokes, js1{"content": bundle(revokes)[:60]})), "CHAN-077")
	s.falls("nostr-and-store", "nostr", "a store whose chain goes on and revokes", "claim.revoked", on(one, event(nora, lists, nil)).holds("one", revokes), "CHAN-074 CHAN-073 VERIFY-022")
}
