package claim_test

import (
	"crypto/ed25519"
	"testing"
	"time"

	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

func benchClaim(b *testing.B, system string) *claim.Claim {
	key, err := keys.Generate(system, nil)
	if err != nil {
		b.Fatal(err)
	}
	subject, err := kez.ParseSigned("github:alice")
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c, err := claim.Sign(claim.New{Subject: subject, CreatedAt: kez.FormatTime(now)}, key, now)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkBareVerify is the baseline of BenchmarkRead: the library's own
// verification of the same signature over the same bytes.
func BenchmarkBareVerify(b *testing.B) {
	c := benchClaim(b, kez.SystemEd25519)
	public, _ := c.Key.PublicKey()
	for b.Loop() {
		if !ed25519.Verify(public[:], c.SignedBytes(), c.Signature[:]) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkRead(b *testing.B) {
	c := benchClaim(b, kez.SystemEd25519)
	for b.Loop() {
		if _, err := claim.Read(c.Bytes(), c.CreatedAt, nil); err != nil {
			b.Fatal(err)
		}
	}
}
