package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// How far sent_at may lie from the relay's time of the message (KEZ-MSG-022).
const (
	maxBefore = 7 * 24 * time.Hour
	maxAfter  = 5 * time.Minute
)

// Stale reports whether a recipient refuses a message that was sent at one time and
// stored by the relay at another (KEZ-MSG-022).
func Stale(sentAt, stored time.Time) bool {
	return sentAt.Before(stored.Add(-maxBefore)) || sentAt.After(stored.Add(maxAfter))
}

// Message is a message that passed every check.
type Message struct {
	// From is the signed sender, the only one to show.
	From kez.Identity
	Plaintext
	// Hash is SHA-256 of the canonical envelope. The caller keeps it as long as
	// the history, and answers seen with it.
	Hash [32]byte
}

// sealed are the members of an envelope whose forms hold.
type sealed struct {
	doc               *strictjson.Document
	from, to, ct, sig string
	nonceHex          string
	nonce             [nonceSize]byte
	cipher            []byte
}

// Open opens an envelope as its recipient. rowCreatedAt is the relay's time of
// the message; seen reports whether an envelope of this hash was opened before,
// and nil stands for an empty set.
func Open(recipient *keys.Private, envelope []byte, rowCreatedAt time.Time, seen func(hash [32]byte) bool) (*Message, error) {
	e, err := read(envelope) // steps 1 to 3
	if err != nil {
		return nil, err
	}
	me := recipient.Identity()
	if e.to != me.String() || me.System() != kez.SystemEd25519 {
		return nil, kez.Errorf(kez.MessageNotForMe, "the message is to another identity")
	}
	from, err := kez.ParseSigned(e.from)
	switch {
	case err != nil:
		return nil, err
	case from.System() != kez.SystemEd25519:
		return nil, notEd25519("the sender", from)
	case from == me:
		return nil, fromSelf()
	}
	if err := e.verify(from); err != nil {
		return nil, err
	}
	plain, err := e.decrypt(recipient, from)
	if err != nil {
		return nil, err
	}
	if Stale(plain.SentAt, rowCreatedAt) {
		return nil, kez.Errorf(kez.MessageStale, "the message was sent at %s, and the relay stored it at %s",
			kez.FormatTime(plain.SentAt), kez.FormatTime(rowCreatedAt)).
			WithHint("a message is stored within 7 days of its sending, and no more than 5 minutes before; a clock may be wrong")
	}
	hash := sha256.Sum256(e.doc.Bytes())
	if seen != nil && seen(hash) {
		return nil, kez.Errorf(kez.MessageReplayed, "the message was seen before")
	}
	return &Message{From: from, Plaintext: plain, Hash: hash}, nil
}

// read covers the JSON, the version, and the members with their forms.
func read(data []byte) (*sealed, error) {
	doc, err := strictjson.ReadCanonical(data, MaxEnvelope)
	if err != nil {
		return nil, err
	}
	root := doc.Root()
	if root.Kind() != strictjson.Object {
		return nil, kez.Errorf(kez.JSONType, "the envelope is %s, and must be an object", root.Kind())
	}
	if v, ok := root.Member("v").Int(); !ok || v != 1 {
		return nil, kez.Errorf(kez.MessageVersion, "the version v of the message is absent or not 1").
			WithHint("a newer program may be needed to read it")
	}
	for name := range root.Members() {
		switch name {
		case "v", "from", "to", "nonce", "ct", "sig":
		default:
			return nil, kez.Errorf(kez.JSONUnknownMember, "the envelope has a member %s that the format does not know", kez.Quote(name))
		}
	}
	if sig := root.Member("sig"); sig.Kind() == strictjson.None || sig.Kind() == strictjson.Null || sig.Is("") {
		return nil, kez.Errorf(kez.SignatureMissing, "the message is not signed: sig is missing or empty")
	}
	for _, name := range []string{"from", "to", "nonce", "ct", "sig"} {
		if kind := root.Member(name).Kind(); kind != strictjson.String {
			return nil, kez.Errorf(kez.JSONType, "%s is %s, and must be a string", name, kind)
		}
	}
	e := &sealed{
		doc: doc, from: root.Member("from").Text(), to: root.Member("to").Text(),
		nonceHex: root.Member("nonce").Text(), ct: root.Member("ct").Text(), sig: root.Member("sig").Text(),
	}
	return e, e.readForms()
}

func (e *sealed) readForms() error {
	if len(e.nonceHex) != 2*nonceSize || !lowerHex(e.nonceHex) {
		return undecryptable("nonce is not %d lower-case hex digits", 2*nonceSize)
	}
	if len(e.ct)%2 != 0 || len(e.ct) < 2*tagSize || !lowerHex(e.ct) {
		return undecryptable("ct is not lower-case hex of a ciphertext and its tag")
	}
	if _, err := hex.Decode(e.nonce[:], []byte(e.nonceHex)); err != nil {
		return undecryptable("nonce is no hex")
	}
	var err error
	if e.cipher, err = hex.DecodeString(e.ct); err != nil {
		return undecryptable("ct is no hex")
	}
	return nil
}

// verify checks the signature over the canonical envelope without sig.
func (e *sealed) verify(from kez.Identity) error {
	var sig [64]byte
	if !lowerHex(e.sig) {
		return kez.Errorf(kez.SignatureEncoding, "sig is not lower-case hex").
			WithHint("two spellings of one signature would be two messages, so there is one spelling")
	}
	if len(e.sig) != 2*len(sig) {
		return kez.Errorf(kez.SignatureLength, "sig has %d hex digits, and a signature has %d", len(e.sig), 2*len(sig))
	}
	if _, err := hex.Decode(sig[:], []byte(e.sig)); err != nil {
		return kez.Errorf(kez.SignatureEncoding, "sig is no hex")
	}
	if !keys.Verify(from, canonicalEnvelope(e.from, e.to, e.nonceHex, e.ct, ""), &sig) {
		return kez.Errorf(kez.SignatureInvalid, "the signature does not match the message and its sender").
			WithHint("the message was changed after signing, or another key signed it")
	}
	return nil
}

func (e *sealed) decrypt(recipient *keys.Private, from kez.Identity) (Plaintext, error) {
	gcm, err := aead(recipient, from, &e.nonce)
	if err != nil {
		return Plaintext{}, err
	}
	text, err := gcm.Open(nil, e.nonce[:], e.cipher, nil)
	if err != nil {
		return Plaintext{}, undecryptable("the message does not decrypt")
	}
	defer clear(text)
	return readPlaintext(text)
}

func lowerHex(s string) bool {
	for i := range len(s) {
		if b := s[i]; (b < '0' || b > '9') && (b < 'a' || b > 'f') {
			return false
		}
	}
	return true
}
