package gen

import "crypto/sha256"

const created = "2026-01-02T03:04:05Z"

// claimPayload has the members in their order.
func claimPayload(primary, subject string) obj {
	return obj{
		{"type", "kez.claim"}, {"version", 1}, {"subject", subject},
		{"primary", primary}, {"created_at", created},
	}
}

// claim is a sound claim. The edits change its payload before it is signed,
// so that the signature always covers what stands there.
func claim(s *signer, subject string, edits ...edit) obj {
	return envelope(s, "claim", apply(claimPayload(s.id, subject), edits))
}

// expiring is a claim with a lifetime of one year.
func expiring(s *signer, subject string) obj {
	return claim(s, subject, set("expires_at", "2027-01-02T03:04:05Z"))
}

// byDevice is a claim for a primary that another key signed.
func byDevice(device, primary *signer, subject string, edits ...edit) obj {
	return envelope(device, "claim", apply(claimPayload(primary.id, subject), edits))
}

func envelope(s *signer, kind string, payload obj) obj {
	return obj{
		{"kez", kind}, {"payload", payload},
		{"signature", obj{{"alg", s.alg}, {"key", s.id}, {"sig", s.sign(canonical(payload))}}},
	}
}

// resign signs a payload with a text of one's choice in place of its canonical
// form, for the mistakes that signers make.
func resign(s *signer, e obj, text string) obj {
	return at("signature", set("sig", s.sign(text)))(e)
}

func digest(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}
