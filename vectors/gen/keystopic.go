package gen

import (
	"fmt"
	"math/big"
	"strings"
)

func keysTopic(b *book) {
	t := b.topic("primitives", "Phrases, nostr keys, and the edges of the two signature schemes.")
	phrases(t)
	nsecs(t)
	edSignatures(t)
	edEdges(t)
	bip340Signatures(t)
	bip340Keys(t)
}

func phrases(t *topic) {
	t.group("key.phrase", "SIG-025", "The words are all that a person keeps; they have to give the same key for ever.")
	give := func(id, title, words string, seed []byte, o ...option) {
		s := edSigner("", tohex(seed), "")
		t.ok(id, title, input{"phrase": words}, state{"seed": tohex(seed), "public": tohex(s.public), "identity": s.id}, o...)
	}
	twelve := func(entropy string) []byte { return digest("kez-bip39-12-v1" + string(unhex(entropy))) }
	legal24 := "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth title"
	zoo11 := strings.Repeat("zoo ", 11)
	give("phrase-24-zeros", "24 words of zero bits", alice.phrase, alice.secret, wire)
	give("phrase-24-7f", "24 words of the bytes 7f", legal24, unhex(strings.Repeat("7f", 32)), wire)
	give("phrase-24-ff", "24 words of one bits", zoo11+zoo11+"zoo vote", unhex(strings.Repeat("ff", 32)), wire)
	give("phrase-12-zeros", "12 words of zero bits", bob.phrase, bob.secret, wire, tags("SIG-026"))
	give("phrase-12-7f", "12 words of the bytes 7f", carol.phrase, carol.secret, wire, tags("SIG-026"))
	give("phrase-12-80", "12 words of the bytes 80", "letter advice cage absurd amount doctor acoustic avoid letter advice cage above", twelve(strings.Repeat("80", 16)), wire, tags("SIG-026"))
	give("phrase-12-ff", "12 words of one bits", zoo11+"wrong", twelve(strings.Repeat("ff", 16)), wire, tags("SIG-026"))
	t.group("key.phrase", "SIG-027 CLI-025", "A mistyped phrase that is taken is a key that nobody ever finds again.")
	for _, f := range []struct{ id, of, fault, words string }{
		{"phrase-11", "phrase-12-zeros", "eleven words", strings.TrimSuffix(bob.phrase, " about")},
		{"phrase-13", "phrase-12-zeros", "a word more", bob.phrase + " about"},
		{"phrase-18", "phrase-12-zeros", "18 words, which BIP-39 allows", strings.Repeat("abandon ", 17) + "agent"},
		{"phrase-15", "phrase-12-zeros", "15 words, which BIP-39 allows", strings.Repeat("abandon ", 14) + "address"},
		{"phrase-21", "phrase-24-zeros", "21 words, which BIP-39 allows", strings.Repeat("abandon ", 20) + "admit"},
		{"phrase-empty", "phrase-12-zeros", "no words", ""},
		{"phrase-checksum-12", "phrase-12-zeros", "another last word", strings.Repeat("abandon ", 11) + "abandon"},
		{"phrase-checksum-24", "phrase-24-zeros", "another last word", strings.Repeat("abandon ", 23) + "about"},
		{"phrase-order", "phrase-12-7f", "the first two words exchanged", "winner legal thank year wave sausage worth useful legal winner thank yellow"},
		{"phrase-typo", "phrase-12-7f", "a word with a letter more", strings.Replace(legal12, "sausage", "sausages", 1)},
		{"phrase-spanish", "phrase-12-zeros", "the Spanish words of the same bits", strings.Repeat("a\u0301baco ", 11) + "abierto"},
		{"phrase-french", "phrase-12-zeros", "the French words of the same bits", strings.Repeat("abaisser ", 11) + "abeille"},
	} {
		t.bad(f.id, f.fault, f.of, f.fault, input{"phrase": f.words}, "cli.usage")
	}
}

func nsecs(t *topic) {
	t.group("key.nsec", "ID-015", "The secret that a nostr client exports has to give the same account here.")
	for _, s := range []*signer{nora, nick} {
		t.ok("nsec-"+s.name, "the nsec of "+s.name, input{"nsec": nsec(s.secret)}, state{"public": tohex(s.public), "identity": s.id}, wire)
	}
	last := bytes32(new(big.Int).Sub(curveN, big.NewInt(1)))
	t.ok("nsec-largest", "the largest secret", input{"nsec": nsec(last)}, state{"public": tohex(bip340Public(last)), "identity": "nostr:" + npub(bip340Public(last))})
	t.group("key.nsec", "CLI-025", "A secret that is read wrong signs for someone else.")
	secret := nsec(nora.secret)
	for _, f := range []struct{ id, fault, text string }{
		{"nsec-checksum", "a wrong checksum", secret[:len(secret)-1] + "q"},
		{"nsec-bech32m", "the checksum of bech32m", bech32("nsec", nora.secret, bech32mConst)},
		{"nsec-mixed", "one letter in upper case", "N" + secret[1:]},
		{"nsec-31", "31 bytes", nsec(nora.secret[:31])},
		{"nsec-33", "33 bytes", nsec(append(nora.secret[:32:32], 0))},
		{"nsec-npub", "an npub in place of the nsec", npub(nora.public)},
		{"nsec-zero", "the secret 0", nsec(make([]byte, 32))},
		{"nsec-order", "the group order as the secret", nsec(bytes32(curveN))},
		{"nsec-empty", "no text", ""},
	} {
		t.bad(f.id, f.fault, "nsec-nora", f.fault, input{"nsec": f.text}, "cli.usage")
	}
}

// rawSig is an Ed25519 question.
func rawSig(public, message, sig []byte) input {
	return input{"public": public, "message": message, "signature": sig}
}

func edSignatures(t *topic) {
	t.group("ed25519.verify", "SIG-015 SIG-021", "RFC 8032 is where all implementations agree; the cases after these are where they do not.")
	for i, v := range []struct{ public, message, sig string }{
		{"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
		{"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
		{"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
			"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
	} {
		t.ok(fmt.Sprintf("ed25519-rfc-%d", i+1), fmt.Sprintf("test %d of RFC 8032", i+1), rawSig(unhex(v.public), unhex(v.message), unhex(v.sig)), state{})
	}
	message := []byte("kez")
	sig := unhex(alice.sign("kez"))
	t.ok("ed25519-plain", "a signature of Alice's key", rawSig(alice.public, message, sig), state{})
	t.group("ed25519.verify", "SIG-013", "The plain faults.")
	bad := func(id, fault string, in input, rules string) {
		t.bad(id, fault, "ed25519-plain", fault, in, "signature.invalid", tags(rules))
	}
	bad("ed25519-message", "another message", rawSig(alice.public, []byte("kex"), sig), "SIG-013")
	bad("ed25519-key", "another key", rawSig(bob.public, message, sig), "SIG-013")
	bad("ed25519-s-l", "S + L in place of S", rawSig(alice.public, message, append(sig[:32:32], unhex(plusL(tohex(sig[32:])))...)), "SIG-019")
	high := append([]byte(nil), sig...)
	high[63] |= 0x80
	bad("ed25519-s-high", "the highest bit of S set", rawSig(alice.public, message, high), "SIG-019")
	top := append(sig[:32:32], toLittleEndian(orderL)...)
	bad("ed25519-s-is-l", "S is L", rawSig(alice.public, message, top), "SIG-019")
	zero := append(sig[:32:32], make([]byte, 32)...)
	bad("ed25519-s-zero", "S is 0", rawSig(alice.public, message, zero), "SIG-021")
	ph := append([]byte("SigEd25519 no Ed25519 collisions\x01\x00"), digest("kez")...)
	bad("ed25519-ph", "a signature over a prehash", rawSig(alice.public, message, unhex(alice.sign(string(ph)))), "SIG-015")
}

func edEdges(t *topic) {
	message := []byte("kez")
	sig := unhex(alice.sign("kez"))
	t.group("ed25519.verify", "SIG-020", "Second spellings and small points let one signature stand for many messages.")
	for _, f := range []struct{ id, fault, r string }{
		{"ed25519-r-no-point", "the smallest y that no point has", offCurve()},
		{"ed25519-r-y-p3", "the second spelling of 3", secondSpelling(3, 0)},
		{"ed25519-r-y-max", "all bits set", secondSpelling(18, 1)},
	} {
		t.bad(f.id, "R is "+f.fault, "ed25519-plain", "R is "+f.fault, rawSig(alice.public, message, append(unhex(f.r), sig[32:]...)), "signature.invalid")
	}
	for i, low := range []int{0, 2, 4, 8} {
		key := unhex(lowOrder()[low])
		t.bad(fmt.Sprintf("ed25519-a-low-order-%d", i+1), "the key is a low-order encoding", "ed25519-plain",
			"one of the 14 low-order encodings as the key", rawSig(key, message, sig), "key.low_order", tags("ID-017"))
	}
	t.bad("ed25519-a-no-point", "the key is no point", "ed25519-plain", "a key that is no point", rawSig(unhex(offCurve()), message, sig), "key.not_on_curve", tags("ID-018"))
	t.bad("ed25519-a-y-p3", "the key is a second spelling", "ed25519-plain", "a key that is the second spelling of 3", rawSig(unhex(secondSpelling(3, 0)), message, sig), "key.not_on_curve", tags("ID-018"))
	mixedOrder(t)
	smallPoints(t)
}
