package gen

import (
	"fmt"
)

func verdictRotations(t *topic) {
	t.group("claim.verify", "CHAIN-056 CHAIN-054", "What stood at the rotation stands on, until the new key takes it back.")
	old := one.rotate(bob)
	next := newChain(bob).add("dns:bob.example")
	pair := []chain{old, next}
	stands(t, "rotated", "a claim under the old key on a subject active at the close", base, true, false, pair)
	unheard := decided(base, "json", true, false)
	unheard["chain_checked"] = false
	t.ok("rotated-alone", "the same without the successor's chain", judge(base, old), unheard, tags("VERIFY-018"))
	falls(t, "rotated-revoked", "rotated", "the successor's chain revokes the subject", base, "claim.revoked", []chain{old, next.revoke("github:alice")}, tags("CHAIN-056"))
	falls(t, "rotated-not-active", "rotated", "a subject that was not active at the close", claim(alice, "dns:alice.example"), "claim.revoked", pair, tags("CHAIN-058"))
	falls(t, "rotated-not-active-alone", "rotated-alone", "a subject that was not active at the close", claim(alice, "dns:alice.example"), "claim.revoked", []chain{old}, tags("CHAIN-058 VERIFY-018"))
	falls(t, "rotated-revoked-before", "rotated", "the subject revoked before the rotation", base, "claim.revoked", []chain{one.revoke("github:alice").rotate(bob), next}, tags("CHAIN-058"))
	falls(t, "rotated-added-by-new", "rotated", "a subject that only the successor adds", claim(alice, "dns:bob.example"), "claim.revoked", pair, tags("CHAIN-058"))
	t.group("claim.verify", "CHAIN-059", "The new key speaks for itself; what it inherits counts for old claims alone.")
	stands(t, "new-key", "a claim of the new key on a subject its chain adds", claim(bob, "dns:bob.example"), true, false, []chain{next})
	stands(t, "new-key-inherited", "a claim of the new key on a subject active at the close", claim(bob, "github:alice"), false, false, []chain{next})
	t.group("claim.verify", "CHAIN-071 CHAIN-070", "Devices belong to the key that listed them.")
	withDevice := one.device(carol, "laptop").rotate(bob)
	stands(t, "rotated-device", "a device's claim on a subject active at the close", byDevice(carol, alice, "github:alice"), true, false, []chain{withDevice, next}, tags("CHAIN-071"))
	falls(t, "rotated-device-not-active", "rotated-device", "a subject that was not active at the close", byDevice(carol, alice, "dns:alice.example"), "claim.revoked", []chain{withDevice, next}, tags("CHAIN-071 CHAIN-058"))
	falls(t, "rotated-device-revoked", "rotated-device", "the device revoked before the rotation", byDevice(carol, alice, "github:alice"), "claim.revoked", []chain{one.device(carol, "laptop").revoke(carol.id).rotate(bob), next}, tags("CHAIN-068"))
	stands(t, "new-key-device", "a claim of the new key's own device", byDevice(dave, bob, "dns:bob.example"), true, false, []chain{next.device(dave, "phone")}, tags("CHAIN-067"))
	falls(t, "new-key-old-device", "new-key-device", "the old key's device in place of the new one's", byDevice(carol, bob, "dns:bob.example"), "signature.key_mismatch", []chain{next.device(dave, "phone")}, tags("CHAIN-070"))
}

func verdictHops(t *topic) {
	t.group("claim.verify", "CHAIN-057 CHAIN-054", "A person may change keys more than once.")
	old := one.rotate(bob)
	stands(t, "two-hops", "a subject passed on over two rotations", base, true, false, []chain{old, newChain(bob).rotate(carol), newChain(carol).add("x:y")})
	falls(t, "two-hops-first-revokes", "two-hops", "the first successor revokes it", base, "claim.revoked", []chain{old, newChain(bob).revoke("github:alice").rotate(carol), newChain(carol).add("x:y")})
	falls(t, "two-hops-second-revokes", "two-hops", "the second successor revokes it", base, "claim.revoked", []chain{old, newChain(bob).rotate(carol), newChain(carol).revoke("github:alice")})
	keys := []*signer{alice}
	for i := range 9 {
		keys = append(keys, edSigner(fmt.Sprintf("hop%d", i+1), repeated(byte(0x21+i)), ""))
	}
	hops := func(n int) []chain {
		var chains []chain
		for i := range n {
			c := newChain(keys[i])
			if i == 0 {
				c = one
			}
			chains = append(chains, c.rotate(keys[i+1]))
		}
		return append(chains, newChain(keys[n]).add("x:y"))
	}
	t.group("claim.verify", "CHAIN-055", "Rotations must not lead a verifier round in circles.")
	stands(t, "eight-hops", "eight rotations", base, true, false, hops(8), tags("CHAIN-054 CHAIN-055"))
	falls(t, "nine-hops", "eight-hops", "a ninth rotation", base, "sigchain.rotation_loop", hops(9))
	falls(t, "loop", "two-hops", "the first successor rotates back", base, "sigchain.rotation_loop", []chain{old, newChain(bob).rotate(alice)})
	falls(t, "loop-later", "two-hops", "the second successor rotates to the first", base, "sigchain.rotation_loop", []chain{old, newChain(bob).rotate(carol), newChain(carol).rotate(bob)})
}

func verdictSources(t *topic) {
	t.group("claim.verify", "VERIFY-022 VERIFY-024", "One source may be late or hold something back.")
	long := two.revoke("dns:alice.example")
	stands(t, "sources-same", "one chain from two sources", base, true, false, []chain{two, two})
	stands(t, "sources-behind", "a source that is behind, given first", base, true, false, []chain{one, two})
	stands(t, "sources-behind-last", "a source that is behind, given last", base, true, false, []chain{two, one})
	falls(t, "sources-revoked", "sources-behind", "the longer chain revokes the subject", claim(alice, "dns:alice.example"), "claim.revoked", []chain{two, long})
	falls(t, "sources-revoked-first", "sources-behind-last", "the longer chain, given first, revokes the subject", claim(alice, "dns:alice.example"), "claim.revoked", []chain{long, two})
	t.group("claim.verify", "VERIFY-023", "Two sources can show what one hides.")
	falls(t, "sources-fork", "sources-same", "two sources that differ in the second event", base, "sigchain.fork", []chain{two, one.add("x:a")})
	falls(t, "sources-fork-length", "sources-same", "a longer source that differs in the second event", base, "sigchain.fork", []chain{two, one.add("x:a").add("x:b")})
	falls(t, "sources-fork-revoked", "sources-same", "two sources that differ after a shared revocation", base, "claim.revoked",
		[]chain{one.revoke("github:alice").add("x:a"), one.revoke("github:alice").add("x:b")}, tags("VERIFY-016 VERIFY-023"), combines("verify-sources-fork", "verify-revoked"))
}
