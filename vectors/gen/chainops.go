package gen

import "strings"

func chainArguments(t *topic) {
	t.group("sigchain.verify", "CHAIN-040", "An operation without its object means whatever a reader makes of it.")
	args := func(id, of, fault string, c chain, code, rules string) {
		breaks(t, id, of, fault+", signed", c, len(c.events), code, tags(rules))
	}
	args("add-no-subject", "two", "an add without a subject", one.event("add", obj{}), "sigchain.op_arguments", "CHAIN-040")
	args("revoke-no-subject", "revoke", "a revoke without a subject", one.event("revoke", obj{}), "sigchain.op_arguments", "CHAIN-040")
	args("add-other-name", "two", "the subject under another name", one.event("add", obj{{"identity", "dns:alice.example"}}), "sigchain.op_arguments", "CHAIN-040 JSON-016")
	for _, f := range []struct {
		id, fault string
		v         any
	}{{"null", "null", nil}, {"number", "a number", 1}, {"array", "an array", list{"dns:alice.example"}}, {"object", "an object", obj{}}} {
		args("add-subject-"+f.id, "two", f.fault+" as the subject", one.event("add", obj{{"subject", f.v}}), "json.type", "CHAIN-041")
	}
}

func chainRotations(t *topic) {
	t.group("sigchain.verify", "CHAIN-049 CHAIN-050", "Without the new key's consent anyone could hand their past to somebody else.")
	rotated := two.rotate(bob)
	holds(t, "rotate", "a rotation to Bob's key", rotated, chainState{active: both, successor: bob}, tags("CHAIN-049 CHAIN-050 CHAIN-053"),
		trace("accept", []byte(canonical(two.rotateAccept(bob)))))
	if canonical(rotated.events[2]) != canonicalText(example("event-rotate")) {
		panic("gen: not the rotation of the specification")
	}
	holds(t, "rotate-first", "a rotation as the first event, without prev in the acceptance", newChain(alice).rotate(bob), chainState{successor: bob})
	holds(t, "rotate-to-nostr", "a rotation to a nostr key", two.rotate(nora), chainState{active: both, successor: nora}, tags("CHAIN-050"))
	holds(t, "rotate-from-nostr", "a rotation from a nostr key", newChain(nora).add("github:alice").rotate(alice), chainState{active: "github:alice", successor: alice}, tags("CHAIN-050"))
	good := two.rotateArgs(bob)
	sig := good.get("new_sig").(string)
	args := func(id, fault, code, rules string, e edit) {
		breaks(t, id, "rotate", fault+", signed", two.event("rotate", e(good)), 3, code, tags(rules))
	}
	bad := "sigchain.op_arguments"
	args("rotate-no-new-primary", "no new_primary", bad, "CHAIN-040", drop("new_primary"))
	args("rotate-no-new-sig", "no new_sig", bad, "CHAIN-040", drop("new_sig"))
	args("rotate-new-primary-null", "null as new_primary", "json.type", "CHAIN-041", set("new_primary", nil))
	args("rotate-new-sig-number", "a number as new_sig", "json.type", "CHAIN-041", set("new_sig", 1))
	args("rotate-upper", "new_primary in upper-case hex", "identity.not_canonical", "CHAIN-042 ID-030", set("new_primary", "ed25519:"+strings.ToUpper(bob.id[8:])))
	args("rotate-low-order", "a low-order key as new_primary", "key.low_order", "CHAIN-042 ID-017", set("new_primary", "ed25519:"+lowOrder()[4]))
	args("rotate-nsec", "a secret key as new_primary", "identity.secret_key", "CHAIN-042 ID-034", set("new_primary", "nostr:"+nsec(nora.secret)))
	args("rotate-github", "an account as new_primary", bad, "CHAIN-052", set("new_primary", "github:bob"))
	args("rotate-sig-bit", "one bit of new_sig changed", bad, "CHAIN-051", set("new_sig", flip(sig, 9)))
	args("rotate-sig-upper", "new_sig in upper case", bad, "CHAIN-051", set("new_sig", strings.ToUpper(sig)))
	args("rotate-sig-short", "63 bytes in new_sig", bad, "CHAIN-051", set("new_sig", sig[:126]))
	args("rotate-sig-empty", "an empty new_sig", bad, "CHAIN-051", set("new_sig", ""))
	args("rotate-sig-carol", "new_sig by another key", bad, "CHAIN-051 CHAIN-050", set("new_sig", carol.sign(canonical(two.rotateAccept(bob)))))
	args("rotate-sig-old", "new_sig by the old key", bad, "CHAIN-051 CHAIN-050", set("new_sig", alice.sign(canonical(two.rotateAccept(bob)))))
	accepts := func(id, fault string, e edit) {
		args(id, fault+" in what the new key signed", bad, "CHAIN-049 CHAIN-051", set("new_sig", bob.sign(canonical(e(two.rotateAccept(bob))))))
	}
	accepts("rotate-accept-no-prev", "no prev", drop("prev"))
	accepts("rotate-accept-prev", "another prev", set("prev", one.head()))
	accepts("rotate-accept-version", "version 2", set("version", 2))
	accepts("rotate-accept-type", "the type of a device's acceptance", set("type", "kez.device.accept"))
	accepts("rotate-accept-old", "another old_primary", set("old_primary", carol.id))
	accepts("rotate-accept-new", "another new_primary", set("new_primary", carol.id))
	self := chain{alice, two.events}
	args("rotate-self", "the primary itself as new_primary", bad, "CHAIN-052", func(obj) obj { return self.rotateArgs(alice) })
	first := newChain(alice)
	prevNull := bob.sign(canonical(append(first.rotateAccept(bob), member{"prev", nil})))
	breaks(t, "rotate-first-null", "rotate-first", "prev null in what the new key signed, signed", first.event("rotate", obj{{"new_primary", bob.id}, {"new_sig", prevNull}}), 1, bad, tags("CHAIN-049 CHAIN-051"))
	t.group("sigchain.verify", "CHAIN-053", "After a rotation the old key, which may be stolen, says nothing any more.")
	breaks(t, "closed-add", "rotate", "an add after the rotation", rotated.add("web:alice.example"), 4, "sigchain.closed")
	breaks(t, "closed-revoke", "rotate", "a revoke after the rotation", rotated.revoke("github:alice"), 4, "sigchain.closed")
	breaks(t, "closed-rotate", "rotate", "a second rotation", rotated.rotate(carol), 4, "sigchain.closed")
	breaks(t, "closed-unknown", "rotate", "an unknown operation after the rotation", rotated.event("endorse", obj{}), 4, "sigchain.closed")
	breaks(t, "closed-new-key", "rotate", "the new key's first event in the same chain", rotated.with(newChain(bob).add("github:alice").events[0]), 4, "sigchain.primary_changed", tags("CHAIN-004 CHAIN-027"))
}

func chainDevices(t *topic) {
	t.group("sigchain.verify", "CHAIN-060 CHAIN-061", "A device that never agreed must not be made to speak for someone.")
	added := two.device(carol, "laptop")
	laptop := []map[string]string{listed(carol, "laptop")}
	holds(t, "device", "a device", added, chainState{active: both, devices: laptop}, tags("CHAIN-060 CHAIN-061 CHAIN-065"),
		trace("accept", []byte(canonical(two.deviceAccept(carol)))))
	if canonical(added.events[2]) != canonicalText(example("event-add-device")) {
		panic("gen: not the device of the specification")
	}
	holds(t, "device-first", "a device as the first event, without prev in the acceptance", newChain(alice).device(carol, "laptop"), chainState{devices: laptop})
	holds(t, "devices", "two devices in the order of their events", newChain(alice).device(dave, "phone").device(carol, "laptop"),
		chainState{devices: []map[string]string{listed(dave, "phone"), listed(carol, "laptop")}}, tags("CHAIN-065"))
	holds(t, "device-name-1", "a name of one character", newChain(alice).device(carol, "x"), chainState{devices: []map[string]string{listed(carol, "x")}}, tags("CHAIN-064"))
	long := strings.Repeat("\U0001f4bb", 64)
	holds(t, "device-name-64", "a name of 64 characters outside the basic plane", newChain(alice).device(carol, long), chainState{devices: []map[string]string{listed(carol, long)}}, tags("CHAIN-064"))
	holds(t, "device-revoked", "a device revoked", newChain(alice).device(carol, "laptop").revoke(carol.id), chainState{revoked: carol.id}, tags("CHAIN-065"))
	holds(t, "device-again", "a device revoked and added again", newChain(alice).device(carol, "laptop").revoke(carol.id).device(carol, "laptop"),
		chainState{revoked: carol.id, devices: laptop}, tags("CHAIN-066"))
	holds(t, "device-add", "a device revoked, its identity added", newChain(alice).device(carol, "laptop").revoke(carol.id).add(carol.id), chainState{active: carol.id}, tags("CHAIN-066"))
	holds(t, "device-never", "an identity added that never was a device", newChain(alice).add(carol.id), chainState{active: carol.id}, tags("CHAIN-066"))
	holds(t, "device-of-nostr", "a device of a nostr key", newChain(nora).device(carol, "laptop"), chainState{devices: laptop}, tags("CHAIN-061"))
	good := two.deviceArgs(carol, "laptop")
	sig := good.get("device_sig").(string)
	args := func(id, fault, code, rules string, e edit) {
		breaks(t, id, "device", fault+", signed", two.event("add_device", e(good)), 3, code, tags(rules))
	}
	bad := "sigchain.op_arguments"
	for _, name := range []string{"device", "name", "device_sig"} {
		slug := strings.ReplaceAll(name, "_", "-")
		args("device-no-"+slug, "no "+name, bad, "CHAIN-040", drop(name))
		args("device-null-"+slug, "null as "+name, "json.type", "CHAIN-041", set(name, nil))
	}
	args("device-upper", "device in upper-case hex", "identity.not_canonical", "CHAIN-042 ID-030", set("device", "ed25519:"+strings.ToUpper(carol.id[8:])))
	args("device-no-point", "a device that is no point", "key.not_on_curve", "CHAIN-042 ID-018", set("device", "ed25519:"+offCurve()))
	args("device-nostr", "a nostr key as device", bad, "CHAIN-063", func(obj) obj { return two.deviceArgs(nora, "laptop") })
	args("device-github", "an account as device", bad, "CHAIN-063", set("device", "github:carol"))
	args("device-self", "the primary itself as device", bad, "CHAIN-063", func(obj) obj { return two.deviceArgs(alice, "laptop") })
	args("device-name-0", "an empty name", bad, "CHAIN-064", set("name", ""))
	breaks(t, "device-name-65", "device-name-64", "65 characters in the name, signed", newChain(alice).event("add_device", newChain(alice).deviceArgs(carol, long+"x")), 1, bad, tags("CHAIN-064"))
	args("device-sig-bit", "one bit of device_sig changed", bad, "CHAIN-062", set("device_sig", flip(sig, 9)))
	args("device-sig-upper", "device_sig in upper case", bad, "CHAIN-062", set("device_sig", strings.ToUpper(sig)))
	args("device-sig-short", "63 bytes in device_sig", bad, "CHAIN-062", set("device_sig", sig[:126]))
	args("device-sig-primary", "device_sig by the primary", bad, "CHAIN-062 CHAIN-061", set("device_sig", alice.sign(canonical(two.deviceAccept(carol)))))
	accepts := func(id, fault string, e edit) {
		args(id, fault+" in what the device signed", bad, "CHAIN-060 CHAIN-062", set("device_sig", carol.sign(canonical(e(two.deviceAccept(carol))))))
	}
	accepts("device-accept-no-prev", "no prev", drop("prev"))
	accepts("device-accept-prev", "another prev", set("prev", one.head()))
	accepts("device-accept-version", "version 2", set("version", 2))
	accepts("device-accept-type", "the type of a rotation's acceptance", set("type", "kez.rotate.accept"))
	accepts("device-accept-primary", "another primary", set("primary", bob.id))
	accepts("device-accept-name", "the name as well", set("name", "laptop"))
}
