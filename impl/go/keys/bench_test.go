package keys

import (
	"crypto/ed25519"
	"crypto/sha256"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
)

func benchmarkKey(b *testing.B, system string) (*Private, []byte, [64]byte) {
	b.Helper()
	private, err := Generate(system, nil)
	if err != nil {
		b.Fatal(err)
	}
	message := make([]byte, 300)
	signature, err := private.Sign(message)
	if err != nil {
		b.Fatal(err)
	}
	return private, message, signature
}

func BenchmarkVerifyEd25519(b *testing.B) {
	private, message, signature := benchmarkKey(b, "ed25519")
	public, _ := private.Identity().PublicKey()
	b.Run("crypto", func(b *testing.B) {
		for b.Loop() {
			ed25519.Verify(public[:], message, signature[:])
		}
	})
	b.Run("keys", func(b *testing.B) {
		for b.Loop() {
			VerifyEd25519(&public, message, &signature)
		}
	})
	verifier := NewVerifier(private.Identity())
	b.Run("verifier", func(b *testing.B) {
		for b.Loop() {
			verifier.Verify(message, &signature)
		}
	})
}

func BenchmarkVerifyBIP340(b *testing.B) {
	private, message, signature := benchmarkKey(b, "nostr")
	public, _ := private.Identity().PublicKey()
	digest := sha256.Sum256(message)
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			verifyBIP340(&public, digest[:], &signature, baseMultCold)
		}
	})
	b.Run("warm", func(b *testing.B) {
		for b.Loop() {
			verifyBIP340(&public, digest[:], &signature, btcec.ScalarBaseMultNonConst)
		}
	})
	b.Run("verifier", func(b *testing.B) {
		verifier := NewVerifier(private.Identity())
		for b.Loop() {
			verifier.Verify(message, &signature)
		}
	})
	b.Run("btcec", func(b *testing.B) {
		for b.Loop() {
			parsed, _ := schnorr.ParseSignature(signature[:])
			key, _ := schnorr.ParsePubKey(public[:])
			parsed.Verify(digest[:], key)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	for _, system := range []string{"ed25519", "nostr"} {
		private, message, _ := benchmarkKey(b, system)
		b.Run(system, func(b *testing.B) {
			for b.Loop() {
				if _, err := private.Sign(message); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("btcec", func(b *testing.B) {
		key, _ := btcec.NewPrivateKey()
		digest := sha256.Sum256(nil)
		for b.Loop() {
			if _, err := schnorr.Sign(key, digest[:]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
