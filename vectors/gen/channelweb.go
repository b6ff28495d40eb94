package gen

func channelWeb(t *topic) {
	t.group("identity.verify", "CHAN-001 CHAN-047", "One file of a site speaks for the site, and only the site itself may serve it.")
	c := channel(t, "web:alice.example")
	const file, faults, place = "_web/alice.example/.well-known/kez.json", "_web/faults.json", "alice.example/.well-known/kez.json"
	plain := world{file: pretty(c.claim)}
	wrong := func(members js1) world { return plain.with(world{faults: fault(place, members)}) }
	redirects := func(pairs js1, w world) world { return w.with(world{"_web/redirects.json": js(pairs)}) }
	odd := c.others("web:bob.example")

	c.ok("web", "the JSON form", "json", plain, "CHAN-001 CHAN-047 CHAN-027 CHAN-023", wire)
	c.ok("web-compact", "a compact token", "compact", world{file: compactToken(c.claim) + "\n"}, "CHAN-047", wire)
	c.ok("web-redirect", "a redirect within the site", "json", redirects(js1{place: "https://alice.example/kez.json"}, world{"_web/alice.example/kez.json": pretty(c.claim)}), "CHAN-029 CHAN-019 CHAN-049")
	c.ok("web-five-redirects", "five redirects within the site", "json", redirects(js1{
		place: "/1", "alice.example/1": "/2", "alice.example/2": "/3", "alice.example/3": "/4", "alice.example/4": "/5.json",
	}, world{"_web/alice.example/5.json": pretty(c.claim)}), "CHAN-019")
	c.ok("web-gzip", "a packed body", "json", wrong(js1{"gzip": true}), "CHAN-020")

	c.bad("web-unavailable", "web", "the site answers 503", "channel.unreachable", wrong(js1{"status": 503}), "CHAN-008")
	c.bad("web-login", "web", "the site answers 403", "channel.unreachable", wrong(js1{"status": 403}), "CHAN-008")
	c.bad("web-dropped", "web", "the connection ends without an answer", "channel.unreachable", wrong(js1{"drop": true}), "CHAN-008")
	c.bad("web-rate", "web", "the site answers 429", "channel.rate_limited", wrong(js1{"status": 429}), "CHAN-009")
	c.bad("web-404", "web", "no such file", "channel.not_found", world{"_web/hosts.json": js(many{"alice.example"})}, "CHAN-048 CHAN-012")
	c.bad("web-410", "web", "the file is gone", "channel.not_found", wrong(js1{"status": 410}), "CHAN-048")
	c.bad("web-html", "web", "a page of HTML", "channel.bad_content", wrong(js1{"type": "text/html", "body": "<!doctype html><title>Alice</title>"}), "CHAN-010")
	c.bad("web-other-host", "web-redirect", "the redirect leads to another host", "channel.owner_mismatch",
		redirects(js1{place: "https://bob.example/kez.json"}, world{"_web/bob.example/kez.json": pretty(c.claim)}), "CHAN-049 CHAN-029")
	c.bad("web-plain-http", "web-redirect", "the redirect leads out of https", "channel.bad_content",
		redirects(js1{place: "http://alice.example/kez.json"}, world{"_web/alice.example/kez.json": pretty(c.claim)}), "CHAN-019 CHAN-018 CHAN-010")
	c.bad("web-six-redirects", "web-five-redirects", "a sixth redirect", "channel.bad_content", redirects(js1{
		place: "/1", "alice.example/1": "/2", "alice.example/2": "/3", "alice.example/3": "/4", "alice.example/4": "/5.json", "alice.example/5.json": "/6.json",
	}, world{"_web/alice.example/6.json": pretty(c.claim)}), "CHAN-019 CHAN-010")
	c.bad("web-bomb", "web-gzip", "two mebibytes in a few packed bytes", "channel.too_large", wrong(js1{"gzip_bomb": 2 << 20, "type": "application/json"}), "CHAN-020 CHAN-021 CHAN-004")
	c.bad("web-empty", "web", "an empty file", "channel.not_found", world{file: "\n"}, "CHAN-015")
	c.bad("web-cut", "web", "the JSON cut", "channel.corrupt", world{file: compact(c.claim)[:200]}, "CHAN-013")
	c.bad("web-array", "web", "an array around the claim", "channel.corrupt", world{file: "[" + compact(c.claim) + "]"}, "CHAN-013")
	c.bad("web-forged", "web-compact", "one bit of the signature changed", "signature.invalid", world{file: odd.forged}, "CHAN-014")
	c.bad("web-other-subject", "web", "a proof for another site", "channel.subject_mismatch", world{file: odd.foreign}, "CHAN-014 VERIFY-005")
}
