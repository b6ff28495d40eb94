package gen

func channelNostr(t *topic) {
	t.group("identity.verify", "CHAN-001 CHAN-050", "A relay may hold back, replay and invent; the events' own signatures and times decide.")
	c := channel(t, nora.id)
	const one, two, faults = "_nostr/one/a.json", "_nostr/two/a.json", "_nostr/one/faults.json"
	event := func(s *signer, kind int, content string, more js1) string {
		e := js1{"secret": tohex(s.secret), "kind": kind, "content": content}
		for name, value := range more {
			e[name] = value
		}
		return js(e)
	}
	said := "This key is mine: " + c.token
	profile := string(marshal(js1{"name": "nora", "about": said}))
	post := world{one: event(nora, 1, said, nil)}
	shown := world{one: event(nora, 0, profile, nil)}
	silent := event(nora, 1, "good morning", nil)
	bare := string(marshal(js1{"name": "nora"}))
	wrong := func(members js1) world { return post.with(world{faults: js(members)}) }
	deleted := world{one: event(nora, 1, said, nil), "_nostr/one/b.json": event(nora, 5, "", js1{"tags": many{many{"e", "@a.json"}}, "created_at": 1767400000})}

	c.ok("nostr", "the profile", "short", shown, "CHAN-001 CHAN-050 CHAN-059", wire)
	c.ok("nostr-post", "a post", "short", post, "CHAN-050 CHAN-001 CHAN-059", wire)
	c.ok("nostr-data", "an event of kind 30078 with d = kez", "short", world{one: event(nora, 30078, c.token, js1{"tags": many{many{"d", "kez"}}})}, "CHAN-050 CHAN-001", wire)
	c.ok("nostr-one-of-two", "one relay refuses, the other has the proof", "short", post.with(world{"_nostr/two/faults.json": js(js1{"status": 503})}), "CHAN-056")
	c.ok("nostr-huge", "one relay sends a message over 1 MiB, the other has the proof", "short", post.with(world{"_nostr/two/faults.json": js(js1{"huge_frame": 1<<20 + 1})}), "CHAN-058")
	c.ok("nostr-spoilt-copy", "a spoilt copy after the event", "short", wrong(js1{"again": "sig"}), "CHAN-051")
	c.ok("nostr-newer-profile", "an older profile without the proof on another relay", "short",
		shown.with(world{two: event(nora, 0, bare, js1{"created_at": 1767000000})}), "CHAN-054")
	c.ok("nostr-future-beside", "a profile of the far future beside the one with the proof", "short",
		shown.with(world{two: event(nora, 0, bare, js1{"created_at": 2082855845})}), "CHAN-053")
	c.ok("nostr-deleted-by-another", "a deletion by another author", "short", world{one: event(nora, 1, said, nil),
		"_nostr/one/b.json": event(nick, 5, "", js1{"tags": many{many{"e", "@a.json"}}})}, "CHAN-055 CHAN-052")

	c.bad("nostr-down", "nostr-post", "the relay refuses the connection", "channel.unreachable", wrong(js1{"status": 503}), "CHAN-057 CHAN-008")
	c.bad("nostr-dropped", "nostr-post", "the relay ends the connection", "channel.unreachable", wrong(js1{"drop_after": 0}), "CHAN-057")
	c.bad("nostr-auth", "nostr-post", "the relay wants a login", "channel.unreachable", wrong(js1{"auth": true}), "CHAN-057")
	c.bad("nostr-rate", "nostr-post", "the relay closes with rate-limited", "channel.rate_limited", wrong(js1{"closed": "rate-limited: later"}), "CHAN-057 CHAN-009")
	c.bad("nostr-nothing", "nostr-post", "posts without a proof", "channel.not_found", world{one: silent}, "CHAN-012")
	c.bad("nostr-half", "nostr-one-of-two", "the relay that answers has no proof", "channel.unreachable",
		world{one: silent, "_nostr/two/faults.json": js(js1{"status": 503})}, "CHAN-017 VERIFY-003")
	c.bad("nostr-other-author", "nostr-post", "an event of another author that repeats the proof", "channel.not_found",
		world{one: event(nick, 1, said, nil), faults: js(js1{"ignore_filters": true})}, "CHAN-052")
	c.bad("nostr-other-kind", "nostr-post", "the proof in an event that no filter asks for", "channel.not_found",
		world{one: event(nora, 7, said, nil), faults: js(js1{"ignore_filters": true})}, "CHAN-052")
	c.bad("nostr-spoilt", "nostr-post", "the event's signature spoilt", "channel.not_found", wrong(js1{"corrupt": "sig"}), "CHAN-051")
	c.bad("nostr-spoilt-id", "nostr-post", "the event's content changed, its id kept", "channel.not_found",
		world{one: event(nora, 1, said, js1{"corrupt": "id"})}, "CHAN-051")
	c.bad("nostr-replaced", "nostr-newer-profile", "the newer profile is the one without the proof", "channel.not_found",
		shown.with(world{two: event(nora, 0, bare, js1{"created_at": 1767400000})}), "CHAN-054 CHAN-007")
	c.bad("nostr-future", "nostr", "the profile dated into the far future", "channel.not_found", world{one: event(nora, 0, profile, js1{"created_at": 2082855845})}, "CHAN-053")
	c.bad("nostr-deleted", "nostr-deleted-by-another", "the author's own deletion, which the relay has and does not heed", "channel.not_found",
		deleted.with(world{faults: js(js1{"keep_deleted": true})}), "CHAN-055 CHAN-007")
	c.bad("nostr-cut", "nostr-post", "the token cut in half", "channel.corrupt", world{one: event(nora, 1, c.token[:len(c.token)/2], nil)}, "CHAN-013")
	c.bad("nostr-copied", "nostr-post", "a proof that was made for another key", "channel.subject_mismatch",
		world{one: event(nora, 1, shortToken(alice, claim(alice, nick.id)), nil)}, "CHAN-014 VERIFY-005")
}
