package chat

import (
	"crypto/rand"
	"encoding/hex"
	"io"
	"sync"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// Sealer seals the messages of one sender. It is safe for concurrent use.
type Sealer struct {
	sender *keys.Private
	random io.Reader

	mu   sync.Mutex
	last [nonceSize]byte
	used bool // whether there is a last nonce
}

// NewSealer makes the sealer of an Ed25519 key. One sender has one sealer, since
// the nonce before is remembered here.
func NewSealer(sender *keys.Private) (*Sealer, error) {
	if sender.Identity().System() != kez.SystemEd25519 {
		return nil, notEd25519("the sender", sender.Identity())
	}
	return &Sealer{sender: sender, random: rand.Reader}, nil
}

// TestOnlyFixedNonce makes the sealer draw this nonce and no other, so that tests
// can compare envelopes. Production code never calls it.
func (s *Sealer) TestOnlyFixedNonce(nonce [nonceSize]byte) { s.random = fixed(nonce) }

type fixed [nonceSize]byte

func (f fixed) Read(p []byte) (int, error) { return copy(p, f[:]), nil }

// Seal gives the canonical envelope of a message. sent_at is written in whole
// seconds.
func (s *Sealer) Seal(to kez.Identity, plain Plaintext) ([]byte, error) {
	if plain.Dev == "" && plain.Ctr != 0 {
		return nil, undecryptable("ctr counts the messages of a dev, and there is none")
	}
	if len(plain.Body) > MaxEnvelope/2 {
		return nil, tooLarge()
	}
	text := plain.bytes()
	defer clear(text)
	return s.SealText(to, text)
}

// SealText seals a plaintext that is written already, with what members it has.
// It is sealed byte for byte and stays the caller's to clear.
func (s *Sealer) SealText(to kez.Identity, plaintext []byte) ([]byte, error) {
	switch {
	case to.System() != kez.SystemEd25519:
		return nil, notEd25519("the recipient", to)
	case to == s.sender.Identity():
		return nil, fromSelf()
	}
	if len(plaintext) > MaxEnvelope/2 {
		return nil, tooLarge()
	}
	if _, err := readPlaintext(plaintext); err != nil {
		return nil, err
	}
	nonce, err := s.nonce()
	if err != nil {
		return nil, err
	}
	gcm, err := aead(s.sender, to, &nonce)
	if err != nil {
		return nil, err
	}
	ct := hex.EncodeToString(gcm.Seal(nil, nonce[:], plaintext, nil))
	from, nonceHex := s.sender.Identity().String(), hex.EncodeToString(nonce[:])
	sig, err := s.sender.Sign(canonicalEnvelope(from, to.String(), nonceHex, ct, ""))
	if err != nil {
		return nil, err
	}
	sealed := canonicalEnvelope(from, to.String(), nonceHex, ct, hex.EncodeToString(sig[:]))
	if len(sealed) > MaxEnvelope {
		return nil, tooLarge()
	}
	return sealed, nil
}

// nonce draws the nonce of one message. A nonce that comes twice under one key
// gives away both texts and the key of the tags.
func (s *Sealer) nonce() (nonce [nonceSize]byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := io.ReadFull(s.random, nonce[:]); err != nil {
		return nonce, kez.Errorf(kez.CLIKeyStore, "the source of randomness failed: %w", err)
	}
	if s.used && nonce == s.last {
		return nonce, kez.Errorf(kez.CLIKeyStore, "the source of randomness gave the nonce of the message before, so nothing was sealed").
			WithHint("do not send from this machine until its source of randomness is mended")
	}
	s.last, s.used = nonce, true
	return nonce, nil
}

func notEd25519(who string, id kez.Identity) error {
	if id.IsZero() {
		return kez.Errorf(kez.IdentityInvalid, "%s is no identity", who)
	}
	return kez.Errorf(kez.SignatureAlgKeyMismatch, "%s is a %s identity, and messages go between ed25519 keys", who, id.System()).
		WithHint("give the ed25519 primary")
}

func fromSelf() error {
	return kez.Errorf(kez.MessageFromSelf, "the sender of the message is its recipient").
		WithHint("the key is the same both ways, so a message sent back would pass for a new one")
}

func tooLarge() error {
	return kez.Errorf(kez.MessageTooLarge, "the envelope is larger than %d bytes", MaxEnvelope).
		WithHint("send the text in parts")
}
