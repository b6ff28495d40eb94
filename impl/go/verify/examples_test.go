package verify_test

import (
	"testing"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
	"kez.lat/kez/spec"
)

// TestSpecExamples verifies the worked examples of the spec that are proofs or
// chains, each by itself as a file.
func TestSpecExamples(t *testing.T) {
	verified := 0
	for _, e := range spec.Examples() {
		kinds := map[string]string{
			"claim-ed25519": verify.KindClaim, "claim-nostr": verify.KindClaim, "claim-markdown": verify.KindClaim,
			"claim-short": verify.KindClaim, "claim-compact": verify.KindClaim,
			"dns-zone-short": verify.KindClaim, "dns-zone-compact": verify.KindClaim,
			"event-add": verify.KindSigchain, "chain-two": verify.KindSigchain, "chain-bundle": verify.KindSigchain,
		}
		kind, isProof := kinds[e.Name]
		if !isProof {
			continue
		}
		verified++
		t.Run(e.Name, func(t *testing.T) {
			r := verify.File([]byte(e.Text), encoding.ReadAuto, verify.Question{Now: now})
			if r.Status != kez.Valid || r.Kind != kind {
				t.Errorf("%s:%d: %s %s %q: %s", e.File, e.Line, r.Kind, r.Status, r.Code, r.Message)
			}
		})
	}
	if verified < 6 {
		t.Errorf("only %d examples were verified", verified)
	}
}
