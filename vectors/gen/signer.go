package gen

import (
	"crypto/ed25519"
	"crypto/sha256"
)

const (
	algEd25519 = "ed25519-sha512-jcs"
	algNostr   = "nostr-secp256k1-schnorr-sha256-jcs"
)

// signer is one key pair. Secrets are constants; nobody may use them.
type signer struct {
	name, id, alg string
	secret        []byte // seed, or the secp256k1 scalar
	public        []byte
	phrase        string
}

func edSigner(name, seed, phrase string) *signer {
	key := ed25519.NewKeyFromSeed(unhex(seed))
	public := key.Public().(ed25519.PublicKey)
	return &signer{name, "ed25519:" + tohex(public), algEd25519, unhex(seed), public, phrase}
}

func nostrSigner(name, secret string) *signer {
	public := bip340Public(unhex(secret))
	return &signer{name, "nostr:" + npub(public), algNostr, unhex(secret), public, ""}
}

// sign signs text by the rules of an envelope, and checks what it made.
func (s *signer) sign(text string) string {
	if s.alg == algNostr {
		digest := sha256.Sum256([]byte(text))
		sig := bip340Sign(s.secret, make([]byte, 32), digest[:])
		if !bip340Verify(s.public, digest[:], sig) {
			panic("gen: own BIP-340 signature does not verify")
		}
		return tohex(sig)
	}
	sig := ed25519.Sign(ed25519.NewKeyFromSeed(s.secret), []byte(text))
	if !ed25519.Verify(s.public, []byte(text), sig) {
		panic("gen: own Ed25519 signature does not verify")
	}
	return tohex(sig)
}

const (
	zeros32 = "0000000000000000000000000000000000000000000000000000000000000000"
	abandon = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
	legal12 = "legal winner thank year wave sausage worth useful legal winner thank yellow"
)

// The people of the cases. Alice, Bob, Carol and Nora are those of the
// specification; Dave's and Erin's seeds and Nick's secret are counted up.
var (
	alice = edSigner("alice", zeros32, abandon+abandon+"abandon art")
	bob   = edSigner("bob", "09451c0f06588db78205e32a793536e15ae263c8f9ee6d14f5c6fd82b8bd20da", abandon+"about")
	carol = edSigner("carol", "9df434a2bd5dc767ee949d8ab95ca09c4ebbb88cefc3d0b1523f6b2a744ca824", legal12)
	dave  = edSigner("dave", repeated(0x0d), "")
	erin  = edSigner("erin", repeated(0x0e), "")
	nora  = nostrSigner("nora", zeros32[:63]+"3")
	nick  = nostrSigner("nick", repeated(0x11))
)

func repeated(b byte) string {
	seed := make([]byte, 32)
	for i := range seed {
		seed[i] = b
	}
	return tohex(seed)
}

func people() []*signer { return []*signer{alice, bob, carol, dave, erin, nora, nick} }
