package keys

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcutil/bech32"

	"kez.lat/kez/impl/go/kez"
)

// Private is a secret key. It is safe for concurrent use, Erase excepted.
type Private struct {
	id kez.Identity
	// The secret lies behind a function. Where a Private is an unexported field,
	// fmt cannot call its Format and prints the fields, following a pointer for
	// verbs such as %t; of a function it can only print the address.
	secret func() *secret
}

func newPrivate(id kez.Identity, s *secret) *Private {
	return &Private{id, func() *secret { return s }}
}

type secret struct {
	seed    [32]byte            // Ed25519 seed or secp256k1 scalar
	ed25519 ed25519.PrivateKey  // ed25519 only
	nostr   btcec.JacobianPoint // nostr only: the affine public point
	entropy []byte              // of the phrase; nil for nostr
	zeroAux bool
	erased  bool
}

// Generate makes a key of the system ed25519 or nostr; nil stands for the
// system's randomness.
func Generate(system string, random io.Reader) (*Private, error) {
	if system != kez.SystemEd25519 && system != kez.SystemNostr {
		return nil, kez.Errorf(kez.CLIUsage, "there are no keys of this type").
			WithHint("key types are nostr and ed25519")
	}
	var seed [32]byte
	defer clear(seed[:])
	if err := fill(seed[:], random); err != nil {
		return nil, err
	}
	if system == kez.SystemEd25519 {
		return FromSeed(seed)
	}
	// One in 2^127 random numbers is no scalar: that is a broken source, which
	// another draw would not mend.
	return fromScalar(seed)
}

// FromSeed makes the Ed25519 key of a seed.
func FromSeed(seed [32]byte) (*Private, error) {
	defer clear(seed[:])
	return fromEntropy(seed[:])
}

// fromEntropy makes the Ed25519 key of 32 bytes, or of the 16 of a short phrase.
func fromEntropy(entropy []byte) (*Private, error) {
	s := &secret{seed: phraseSeed(entropy), entropy: slices.Clone(entropy)}
	s.ed25519 = ed25519.NewKeyFromSeed(s.seed[:])
	id, err := kez.Ed25519Identity([32]byte(s.ed25519[32:]))
	if err != nil {
		return nil, err
	}
	return newPrivate(id, s), nil
}

func fromScalar(scalar [32]byte) (*Private, error) {
	defer clear(scalar[:])
	public, err := publicBIP340(&scalar)
	if err != nil {
		return nil, err
	}
	id, err := kez.NostrIdentity(*public.X.Bytes())
	if err != nil {
		return nil, err
	}
	return newPrivate(id, &secret{seed: scalar, nostr: public}), nil
}

// Identity gives the public half.
func (p *Private) Identity() kez.Identity { return p.id }

// Algorithm gives the name that stands in signature.alg.
func (p *Private) Algorithm() string { return Algorithm(p.id) }

// PublicText gives the public key alone: hex for ed25519, an npub for nostr.
func (p *Private) PublicText() string { return p.id.Value() }

// Sign signs a message. The signature is verified before it is given away,
// because one made under a hardware fault can reveal the key.
func (p *Private) Sign(message []byte) (signature [64]byte, err error) {
	if p.secret().erased {
		return signature, kez.Errorf(kez.CLIKeyStore, "the secret key was erased from memory").
			WithHint("load it again")
	}
	if p.id.System() == kez.SystemEd25519 {
		copy(signature[:], ed25519.Sign(p.secret().ed25519, message))
	} else if signature, err = p.signNostr(message); err != nil {
		return signature, err
	}
	if !Verify(p.id, message, &signature) {
		return [64]byte{}, kez.Errorf(kez.SignatureInvalid, "a signature just made does not verify, so it was thrown away").
			WithHint("the machine computes wrongly; test its memory before signing again")
	}
	return signature, nil
}

func (p *Private) signNostr(message []byte) (signature [64]byte, err error) {
	var aux [32]byte
	if !p.secret().zeroAux {
		if err := fill(aux[:], rand.Reader); err != nil {
			return signature, err
		}
	}
	digest := sha256.Sum256(message)
	return signBIP340(&p.secret().seed, &p.secret().nostr, &aux, digest[:])
}

// TestOnlyZeroAux makes nostr signatures of this key depend on nothing but the
// message, so that tests can compare them. Production code never calls it.
func (p *Private) TestOnlyZeroAux() { p.secret().zeroAux = true }

// SecretText gives the secret itself: the seed in hex for ed25519, an nsec for
// nostr; "" once erased.
func (p *Private) SecretText() string {
	switch {
	case p.secret().erased:
		return ""
	case p.id.System() == kez.SystemEd25519:
		return hex.EncodeToString(p.secret().seed[:])
	}
	text, err := bech32.EncodeFromBase256("nsec", p.secret().seed[:])
	if err != nil {
		panic("keys: 32 bytes always fit bech32")
	}
	return text
}

// Phrase gives the words an Ed25519 key was made from, 24 words where it was
// made from a seed; "" for nostr keys and once erased.
func (p *Private) Phrase() string {
	if p.secret().entropy == nil {
		return ""
	}
	return encodePhrase(p.secret().entropy)
}

// Erase overwrites the secret. Copies that the runtime or the library made
// cannot be reached, so this shortens exposure and does not end it.
func (p *Private) Erase() {
	s := p.secret()
	clear(s.seed[:])
	clear(s.ed25519)
	clear(s.entropy)
	s.entropy = nil
	s.erased = true
}
