package gen

import "math/big"

func bip340Signatures(t *topic) {
	t.group("bip340.verify", "SIG-024 SIG-016", "The signatures of a nostr account are judged by BIP-340 and nothing looser.")
	message := digest("kez")
	sign := func(aux byte) []byte {
		random := make([]byte, 32)
		random[31] = aux
		return bip340Sign(nora.secret, random, message)
	}
	sig := sign(0)
	t.ok("bip340-plain", "a signature with zeros as auxiliary randomness", rawSig(nora.public, message, sig), state{}, wire)
	t.ok("bip340-aux", "a signature with other randomness", rawSig(nora.public, message, sign(1)), state{}, wire)
	official := rawSig(
		unhex("f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"), make([]byte, 32),
		unhex("e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca821525f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0"))
	t.ok("bip340-official-0", "the first test of BIP-340", official, state{}, wire)
	s := new(big.Int).SetBytes(sig[32:])
	r := sig[:32:32]
	for _, f := range []struct {
		id, fault string
		in        input
	}{
		{"bip340-message", "another message", rawSig(nora.public, digest("kex"), sig)},
		{"bip340-key", "another key", rawSig(nick.public, message, sig)},
		{"bip340-bit", "one bit of s changed", rawSig(nora.public, message, unhex(flip(tohex(sig), 511)))},
		{"bip340-s-n", "s is the group order", rawSig(nora.public, message, append(r, bytes32(curveN)...))},
		{"bip340-r-p", "r is the field prime", rawSig(nora.public, message, append(bytes32(curveP), sig[32:]...))},
		{"bip340-s-negated", "s negated, which gives an R with odd y", rawSig(nora.public, message, append(r, bytes32(new(big.Int).Sub(curveN, s))...))},
		{"bip340-r-no-point", "an r that is no x coordinate", rawSig(nora.public, message, append(offCurveX(), sig[32:]...))},
		{"bip340-zero", "r and s are 0", rawSig(nora.public, message, make([]byte, 64))},
		{"bip340-infinity", "a signature whose R is the point at infinity", rawSig(nora.public, message, infinityR(message))},
		{"bip340-unhashed", "a signature over the text in place of its hash", rawSig(nora.public, message, bip340Sign(nora.secret, make([]byte, 32), []byte("kez")))},
	} {
		t.bad(f.id, f.fault, "bip340-plain", f.fault, f.in, "signature.invalid")
	}
	t.bad("bip340-key-no-point", "the key is no x coordinate", "bip340-plain", "a key that is no x coordinate", rawSig(offCurveX(), message, sig), "key.not_on_curve", tags("ID-016"))
	t.bad("bip340-key-p", "the key is the field prime", "bip340-plain", "the field prime as the key", rawSig(bytes32(curveP), message, sig), "key.not_on_curve", tags("ID-016"))
}

// infinityR is r = 0 with the s for which s·G − e·P is the point at infinity.
func infinityR(message []byte) []byte {
	d := new(big.Int).SetBytes(nora.secret)
	if generator().times(d).y.Bit(0) == 1 {
		d.Sub(curveN, d)
	}
	e := challenge(make([]byte, 32), nora.public, message)
	s := e.Mul(e, d)
	return append(make([]byte, 32), bytes32(s.Mod(s, curveN))...)
}

func bip340Keys(t *topic) {
	t.group("bip340.pubkey", "ID-015 ID-016", "The public key is the x coordinate alone; a secret of an odd point is negated.")
	for _, f := range []struct {
		id, title string
		secret    *big.Int
	}{
		{"pubkey-1", "the secret 1", big.NewInt(1)},
		{"pubkey-3", "the secret 3", big.NewInt(3)},
		{"pubkey-n-1", "the largest secret, whose key is that of 1", new(big.Int).Sub(curveN, big.NewInt(1))},
		{"pubkey-nick", "the secret of nick", new(big.Int).SetBytes(nick.secret)},
	} {
		secret := bytes32(f.secret)
		t.ok(f.id, f.title, input{"secret": secret}, state{"public": tohex(bip340Public(secret))})
	}
	t.bad("pubkey-0", "the secret 0", "pubkey-1", "one less", input{"secret": make([]byte, 32)}, "cli.usage", tags("CLI-025"))
	t.bad("pubkey-n", "the group order as the secret", "pubkey-n-1", "one more", input{"secret": bytes32(curveN)}, "cli.usage", tags("CLI-025"))
}
