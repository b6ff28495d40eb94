package gen

import "strings"

func bundleTopic(b *book) {
	t := b.topic("bundle", "The token kez:zc1:, a chain in one frame.")
	bundles(t)
	chainSigning(t)
}

func bundle(c chain) string { return zc1(packed(c.jsonl())) }

func asBundle(text string) input { return input{"text": []byte(text)} }

func bundles(t *topic) {
	t.group("sigchain.bundle.decode", "ENC-014 ENC-015", "A whole chain has to fit into a post or a record, and be the same chain.")
	want := func(c chain, w chainState) state {
		w.encoding = "bundle"
		return w.of(c)
	}
	sound := want(two, chainState{active: both})
	two0 := stored(two.jsonl())
	t.ok("spec", "the bundle of the specification", asBundle(example("chain-bundle")), sound, wire)
	t.ok("stored", "one raw block", asBundle(zc1(two0.bytes())), sound)
	t.ok("crlf", "lines that end with CRLF, no newline at the end", asBundle(zc1(packed([]byte(two.line(0)+"\r\n"+two.line(1))))), sound)
	t.ok("white-space-around", "white space around the token", asBundle(" "+zc1(two0.bytes())+"\n"), sound, tags("ENC-003"))
	t.ok("rotated", "a chain that is closed", asBundle(bundle(two.rotate(bob))), want(two.rotate(bob), chainState{active: both, successor: bob}))
	bad := func(id, fault, token, code, rules string, o ...option) {
		t.bad(id, fault, "stored", fault, asBundle(token), code, append([]option{tags(rules)}, o...)...)
	}
	frame := two0.bytes()
	bad("empty-body", "an empty body", "kez:zc1:", "input.empty", "ENC-008")
	bad("empty-frame", "a frame of nothing", zc1(stored(nil).bytes()), "sigchain.empty", "ENC-016")
	bad("blank-frame", "a frame of one empty line", zc1(stored([]byte("\n")).bytes()), "input.empty", "CHAIN-017 COMPACT-006")
	bad("padding", "padding", zc1(frame)+"=", "compact.base64", "ENC-010 ENC-013")
	bad("unknown-word", "the word zc2", "kez:zc2:"+base64url(frame), "compact.prefix_unknown", "ENC-006")
	bad("upper", "KEZ in upper case", "KEZ:zc1:"+base64url(frame), "compact.prefix", "ENC-005")
	bad("cut", "the last byte cut off", zc1(frame[:len(frame)-1]), "compact.truncated", "ENC-015 COMPACT-015")
	bad("not-zstd", "the lines without a frame", zc1(two.jsonl()), "compact.not_zstd", "ENC-015 COMPACT-009")
	bad("trailing", "a byte after the frame", zc1(append(frame[:len(frame):len(frame)], 'x')), "compact.trailing_data", "ENC-015 COMPACT-017")
	bad("second-frame", "a second frame", zc1(append(frame[:len(frame):len(frame)], frame...)), "compact.multiple_frames", "ENC-015 COMPACT-016")
	bad("claim-inside", "a claim in the frame", zc1(stored([]byte(canonical(base)+"\n")).bytes()), "envelope.type_mismatch", "ENC-018", line(1))
	bad("blank-line", "an empty line between the events", zc1(stored(lines(two.line(0), "", two.line(1))).bytes()), "sigchain.syntax", "CHAIN-016", line(2))
	bad("start-cut", "the first event left out", zc1(stored(lines(two.line(1))).bytes()), "sigchain.first_seq", "CHAIN-031", line(1))
	bundleLimits(t)
}

func bundleLimits(t *topic) {
	t.group("sigchain.bundle.decode", "ENC-015 COMPACT-019", "A few kilobytes can ask for gigabytes.")
	c := longChain(256)
	frameOf := func(last int) frame {
		f := frame{window: []byte{7 << 3}}
		for i := range 256 {
			text, size := c.line(i), envelopeLimit-1
			if i == 255 {
				size = last
			}
			f.blocks = append(f.blocks, block(blockRaw, len(text), false, []byte(text)),
				block(blockRLE, size-len(text), i == 255, []byte(" ")))
			if i < 255 {
				f.blocks = append(f.blocks, block(blockRaw, 1, false, []byte("\n")))
			}
		}
		return f
	}
	want := chainState{encoding: "bundle"}.of(c)
	delete(want, "active")
	whole := frameOf(envelopeLimit)
	t.ok("output-16m", "an output of exactly 16 MiB", asBundle(zc1(whole.bytes())), want, tags("COMPACT-019 ENC-015 JSON-029"))
	over := frameOf(envelopeLimit)
	last := over.blocks[len(over.blocks)-1]
	over.blocks[len(over.blocks)-1] = append([]byte{last[0] &^ 1}, last[1:]...)
	over.blocks = append(over.blocks, block(blockRaw, 1, true, []byte("\n")))
	t.bad("output-16m-1", "a final newline past the limit", "output-16m", "a final newline past the limit", asBundle(zc1(over.bytes())), "compact.too_large")
	declared := stored(two.jsonl())
	declared.descriptor, declared.size = 1<<5|2<<6, []byte{1, 0, 0, 1}
	t.bad("size-16m-1", "a declared size of 16 MiB and one byte", "stored", "a declared size of 16 MiB and one byte", asBundle(zc1(declared.bytes())), "compact.too_large", tags("COMPACT-013 ENC-015"))
}

func chainSigning(t *topic) {
	t.group("sigchain.sign", "CHAIN-014", "Two programs that append the same event with an Ed25519 key write the same line.")
	seed := func(s *signer) map[string]string { return map[string]string{"seed_hex": tohex(s.secret)} }
	sign := func(s *signer, c chain, op, at string, more input) input {
		in := input{"secret": seed(s), "jsonl": c.jsonl(), "op": op, "created_at": at}
		for name, v := range more {
			in[name] = v
		}
		return in
	}
	appends := func(id, title string, c chain, more input, o ...option) {
		n := len(c.events) - 1
		p := c.events[n].get("payload").(obj)
		t.ok(id, title, sign(c.s, c.cut(n), p.get("op").(string), p.get("created_at").(string), more), state{"line": []byte(c.line(n))}, o...)
	}
	appends("sign-add-first", "the first event", one, input{"subject": "github:alice"}, wire, tags("CHAIN-014 CHAIN-007"))
	appends("sign-add", "an add", two, input{"subject": "dns:alice.example"}, wire, tags("CHAIN-014 CHAIN-009 CHAIN-008"))
	appends("sign-revoke", "a revoke", two.revoke("github:alice"), input{"subject": "github:alice"}, tags("CHAIN-014"))
	appends("sign-rotate", "a rotation", two.rotate(bob), input{"new_secret": seed(bob)}, tags("CHAIN-049 CHAIN-050"))
	appends("sign-rotate-first", "a rotation as the first event", newChain(alice).rotate(bob), input{"new_secret": seed(bob)}, tags("CHAIN-049"))
	appends("sign-device", "a device", two.device(carol, "laptop"), input{"device_secret": seed(carol), "name": "laptop"}, tags("CHAIN-060 CHAIN-061"))
	name := "caf\u00e9 \U0001f4bb"
	appends("sign-device-name", "a device whose name is not ASCII", two.device(carol, name), input{"device_secret": seed(carol), "name": name}, tags("CHAIN-060 JSON-028"))
	spaced := sign(alice, two, "add", "2026-01-04T03:04:05Z", input{"subject": "web:alice.example"})
	spaced["jsonl"] = []byte(strings.ReplaceAll(string(two.jsonl()), ",", ", "))
	t.ok("sign-after-spaces", "an add to a chain with white space in its lines", spaced, state{"line": []byte(two.add("web:alice.example").line(2))}, tags("CHAIN-009 CHAIN-010"))
	t.group("sigchain.sign", "CHAIN-053", "A writer never makes what a reader refuses.")
	closed := sign(alice, two.rotate(bob), "add", "2026-01-05T03:04:05Z", input{"subject": "web:alice.example"})
	t.bad("sign-closed", "an add after a rotation", "sign-add", "a chain that is closed", closed, "sigchain.closed", tags("CHAIN-053"))
	t.bad("sign-other", "an add to Alice's chain with Bob's key", "sign-add", "another key", sign(bob, one, "add", "2026-01-03T03:04:05Z", input{"subject": "dns:alice.example"}), "sigchain.primary_changed", tags("CHAIN-027 CHAIN-004"))
	t.bad("sign-broken", "an add to a chain whose first event is cut off", "sign-revoke", "the first event cut off",
		input{"secret": seed(alice), "jsonl": lines(two.line(1)), "op": "revoke", "subject": "github:alice", "created_at": "2026-01-04T03:04:05Z"}, "sigchain.first_seq", tags("CHAIN-031 CHAIN-023"))
	t.bad("sign-device-self", "the primary itself as device", "sign-device", "the primary's key as the device's",
		sign(alice, two, "add_device", "2026-01-04T03:04:05Z", input{"device_secret": seed(alice), "name": "laptop"}), "sigchain.op_arguments", tags("CHAIN-063"))
	t.bad("sign-device-name-0", "an empty name", "sign-device", "an empty name",
		sign(alice, two, "add_device", "2026-01-04T03:04:05Z", input{"device_secret": seed(carol), "name": ""}), "sigchain.op_arguments", tags("CHAIN-064"), also("cli.usage"))
	t.bad("sign-rotate-self", "the primary itself as the new key", "sign-rotate", "the primary's own key as the new one",
		sign(alice, two, "rotate", "2026-01-04T03:04:05Z", input{"new_secret": seed(alice)}), "sigchain.op_arguments", tags("CHAIN-052"))
}
