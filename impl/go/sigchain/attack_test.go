package sigchain_test

import (
	"encoding/json"
	"slices"
	"testing"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

func TestAttacks(t *testing.T) {
	for _, a := range sharedtest.Attacks(t, "sigchain") {
		t.Run(a.ID, func(t *testing.T) {
			state, err := sigchain.VerifyBytes(a.Input)
			if codes, rejects := a.Rejects(); rejects {
				if !slices.Contains(codes, string(kez.CodeOf(err))) {
					t.Fatalf("code %q (%v), want %v: %s", kez.CodeOf(err), err, codes, a.Why)
				}
				return
			}
			if err != nil {
				t.Fatalf("refused: %v; %s", err, a.Why)
			}
			if want := a.Expect == "accept:partial"; state.Partial != want {
				t.Errorf("partial %t, want %t", state.Partial, want)
			}
			if a.State == nil {
				return
			}
			var want struct{ Active []string }
			if err := json.Unmarshal(a.State, &want); err != nil {
				t.Fatal(err)
			}
			var active []string
			for _, id := range state.Active() {
				active = append(active, id.String())
			}
			if !slices.Equal(active, want.Active) {
				t.Errorf("active %v, want %v", active, want.Active)
			}
		})
	}
}
