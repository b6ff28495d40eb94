package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/spec"
)

// The key pairs of the specification, and a third one.
const (
	aliceSeed = "0000000000000000000000000000000000000000000000000000000000000000"
	bobSeed   = "09451c0f06588db78205e32a793536e15ae263c8f9ee6d14f5c6fd82b8bd20da"
	carolSeed = "9df434a2bd5dc767ee949d8ab95ca09c4ebbb88cefc3d0b1523f6b2a744ca824"
)

var (
	nonce0 = [nonceSize]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	sentAt = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	hello  = Plaintext{Body: "hello", SentAt: sentAt, Dev: "00112233445566ff"}
)

func key(t testing.TB, seed string) *keys.Private {
	t.Helper()
	private, err := keys.ParseSeedHex(seed)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

func sealer(t testing.TB, seed string) *Sealer {
	t.Helper()
	s, err := NewSealer(key(t, seed))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sealedHello is the message of the specification, from Alice to Bob.
func sealedHello(t testing.TB) []byte {
	t.Helper()
	s := sealer(t, aliceSeed)
	s.TestOnlyFixedNonce(nonce0)
	data, err := s.Seal(key(t, bobSeed).Identity(), hello)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// members are an envelope that a test changes.
type members map[string]any

func parsed(t testing.TB, data []byte) members {
	t.Helper()
	var m members
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m members) text(t testing.TB) []byte {
	t.Helper()
	data, err := json.Marshal(m) // sorted; nothing here needs an escape
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sign signs the members as they stand.
func (m members) sign(t testing.TB, seed string) members {
	t.Helper()
	delete(m, "sig")
	sig, err := key(t, seed).Sign(m.text(t))
	if err != nil {
		t.Fatal(err)
	}
	m["sig"] = hex.EncodeToString(sig[:])
	return m
}

// sealRaw seals any bytes, also what is no plaintext.
func sealRaw(t testing.TB, plaintext []byte) []byte {
	t.Helper()
	alice, bob := key(t, aliceSeed), key(t, bobSeed)
	gcm, err := aead(alice, bob.Identity(), &nonce0)
	if err != nil {
		t.Fatal(err)
	}
	return members{
		"v": 1, "from": alice.Identity().String(), "to": bob.Identity().String(),
		"nonce": hex.EncodeToString(nonce0[:]), "ct": hex.EncodeToString(gcm.Seal(nil, nonce0[:], plaintext, nil)),
	}.sign(t, aliceSeed).text(t)
}

func wantCode(t testing.TB, what string, err error, codes ...kez.Code) {
	t.Helper()
	for _, code := range codes {
		if kez.CodeOf(err) == code {
			return
		}
	}
	t.Errorf("%s: %v (%s), want %s", what, err, kez.CodeOf(err), codes)
}

func specExample(t *testing.T, name string) string {
	t.Helper()
	e, found := spec.FindExample(name)
	if !found {
		t.Fatalf("the specification has no example %s", name)
	}
	return strings.TrimSpace(e.Text)
}

// history is a set of seen envelopes, as a client keeps it.
type history map[[32]byte]bool

func (h history) seen(hash [32]byte) bool { return h[hash] }

func hashOf(data []byte) [32]byte { return sha256.Sum256(data) }
