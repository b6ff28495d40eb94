package gen

import "strings"

func channelAP(t *topic) {
	t.group("identity.verify", "CHAN-001 CHAN-065", "Documents of other servers name each other; each has to confirm what the other says.")
	c := channel(t, "ap:alice@social.example")
	const file, faults, actor = "_ap/social.example/alice.json", "_ap/faults.json", "social.example/users/alice"
	const finger = "social.example/.well-known/webfinger"
	said := "<p>This account is mine.</p><p>" + c.token + "</p>"
	profile := func(members js1) world { return world{file: js(members)} }
	plain := profile(js1{"summary": said})
	wrong := func(on string, members js1) world { return plain.with(world{faults: fault(on, members)}) }
	redirect := func(to string) world { return plain.with(world{"_ap/redirects.json": js(js1{actor: to})}) }
	head, tail := c.token[:30], c.token[30:]

	c.ok("ap", "the summary", "short", plain, "CHAN-001 CHAN-065 CHAN-066 CHAN-068 CHAN-027", wire)
	c.ok("ap-field", "a field of the profile", "short", profile(js1{"fields": many{js1{"name": "KEZ", "value": c.token}}}), "CHAN-068", wire)
	c.ok("ap-split", "a token that the server wrapped in spans", "short",
		profile(js1{"fields": many{js1{"name": "KEZ", "value": `<span class="invisible">` + head + `</span><span>` + tail + `</span>`}}}), "CHAN-069")
	c.ok("ap-references", "a token with character references", "short", profile(js1{"summary": "<p>" + strings.Replace(c.token, "k", "&#107;", 1) + "</p>"}), "CHAN-070")
	c.ok("ap-break", "a token between line breaks", "short", profile(js1{"summary": "mine<br>" + c.token + "<br>yes"}), "CHAN-069")
	c.ok("ap-web-host", "the profile on another host, which confirms it", "short", profile(js1{"summary": said, "web_host": "www.example"}), "CHAN-067")

	c.bad("ap-unavailable", "ap", "the server answers 503", "channel.unreachable", wrong(finger, js1{"status": 503}), "CHAN-008")
	c.bad("ap-actor-unavailable", "ap", "the profile answers 503", "channel.unreachable", wrong(actor, js1{"status": 503}), "CHAN-008")
	c.bad("ap-signed-requests", "ap", "the server wants signed requests", "channel.unreachable", wrong(actor, js1{"status": 401}), "CHAN-072")
	c.bad("ap-forbidden", "ap", "the server answers 403", "channel.unreachable", wrong(actor, js1{"status": 403}), "CHAN-072")
	c.bad("ap-rate", "ap", "the server answers 429", "channel.rate_limited", wrong(finger, js1{"status": 429}), "CHAN-009")
	c.bad("ap-html", "ap", "a page of HTML in the place of the profile", "channel.bad_content", wrong(actor, js1{"type": "text/html", "body": "<html>"}), "CHAN-010")
	c.bad("ap-no-account", "ap", "no such account", "channel.account_missing", world{"_ap/hosts.json": js(many{"social.example"})}, "CHAN-072 CHAN-011")
	c.bad("ap-gone", "ap", "the profile is gone", "channel.account_missing", wrong(actor, js1{"status": 410}), "CHAN-072 CHAN-011")
	c.bad("ap-nothing", "ap", "a profile without a proof", "channel.not_found", profile(js1{"summary": "<p>Hello.</p>"}), "CHAN-012")
	c.bad("ap-name", "ap", "the proof in a field's name", "channel.not_found", profile(js1{"fields": many{js1{"name": c.token, "value": "KEZ"}}}), "CHAN-068")
	c.bad("ap-script", "ap", "the proof in a script", "channel.not_found", profile(js1{"summary": "<script>" + c.token + "</script>"}), "CHAN-070")
	c.bad("ap-moved", "ap", "the proof in the profile to which the account moved", "channel.not_found",
		profile(js1{"movedTo": "https://new.example/users/alice", "alsoKnownAs": many{"https://new.example/users/alice"}}).with(
			world{"_ap/new.example/alice.json": js(js1{"summary": said})}), "CHAN-071")
	c.bad("ap-id-elsewhere", "ap", "the profile's id is of another host", "channel.owner_mismatch",
		profile(js1{"summary": said, "id": "https://other.example/users/alice"}), "CHAN-066")
	c.bad("ap-unconfirmed", "ap-web-host", "the other host does not know the account", "channel.owner_mismatch",
		profile(js1{"summary": said, "web_host": "www.example", "unlinked": true}), "CHAN-067")
	c.bad("ap-borrowed", "ap-web-host", "the profile is another account's of the other host", "channel.owner_mismatch", world{
		"_ap/social.example/alice.webfinger.json": js(js1{"subject": "acct:alice@social.example", "links": many{
			js1{"rel": "self", "type": "application/activity+json", "href": "https://www.example/users/alice"}}}),
		"_ap/www.example/alice.json": js(js1{"summary": said})}, "CHAN-067")
	c.bad("ap-metadata", "ap", "a redirect to the metadata of a cloud", "channel.bad_content", redirect("https://169.254.169.254/latest"), "CHAN-026 CHAN-024 CHAN-030")
	for _, inside := range []struct{ id, host, what string }{
		{"loopback", "127.0.0.1", "to loopback"},
		{"loopback-6", "[::1]", "to loopback in IPv6"},
		{"private", "10.0.0.1", "to a private address"},
		{"link-local", "[fe80::1]", "to a link-local address"},
		{"unique-local", "[fd00::1]", "to a unique-local address"},
		{"multicast", "224.0.0.1", "to a multicast address"},
		{"unspecified", "0.0.0.0", "to the unspecified address"},
		{"mapped", "[::ffff:127.0.0.1]", "to loopback as an IPv4-mapped address"},
	} {
		c.bad("ap-"+inside.id, "ap", "a redirect "+inside.what, "channel.bad_content", redirect("https://"+inside.host+"/users/alice"), "CHAN-024 CHAN-026 CHAN-030")
	}
	c.bad("ap-plain-http", "ap", "a redirect out of https", "channel.bad_content", redirect("http://social.example/users/a"), "CHAN-019 CHAN-018")
	c.bad("ap-copied", "ap", "a proof that was made for another account", "channel.subject_mismatch",
		profile(js1{"summary": "<p>" + shortToken(alice, claim(alice, "ap:bob@social.example")) + "</p>"}), "CHAN-014 VERIFY-005")
}
