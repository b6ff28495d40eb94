package claim_test

import (
	"slices"
	"testing"

	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
)

func TestAttacks(t *testing.T) {
	for _, a := range sharedtest.Attacks(t, "envelope") {
		t.Run(a.ID, func(t *testing.T) {
			c, err := claim.Read(a.Input, a.Now, nil)
			if codes, rejects := a.Rejects(); rejects {
				if !slices.Contains(codes, string(kez.CodeOf(err))) {
					t.Fatalf("code %q (%v), want %v: %s", kez.CodeOf(err), err, codes, a.Why)
				}
				return
			}
			if err != nil {
				t.Fatalf("refused: %v; %s", err, a.Why)
			}
			if want := a.Expect == "status:expired"; c.Expired(a.Now) != want {
				t.Errorf("expired %t, want %t", c.Expired(a.Now), want)
			}
		})
	}
}
