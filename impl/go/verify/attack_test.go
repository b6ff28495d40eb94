package verify_test

import (
	"encoding/json"
	"slices"
	"testing"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// TestAttacks reads every hostile input as the file of its kind and asks for
// the exact code.
func TestAttacks(t *testing.T) {
	readings := map[string]encoding.Reading{"envelope": encoding.ReadClaim, "compact": encoding.ReadToken,
		"markdown": encoding.ReadMarkdown, "sigchain": encoding.ReadChain}
	for _, a := range sharedtest.Attacks(t, "envelope", "compact", "markdown", "sigchain", "dns-txt") {
		t.Run(a.ID, func(t *testing.T) {
			q := verify.Question{Now: a.Now}
			if a.Kind == "dns-txt" {
				var records [][]string
				if err := json.Unmarshal(a.Input, &records); err != nil {
					t.Fatal(err)
				}
				judge(t, a, readRecords(records, q))
				return
			}
			judge(t, a, verify.File(a.Input, readings[a.Kind], q))
		})
	}
}

func readRecords(records [][]string, q verify.Question) *verify.Result {
	found, err := encoding.ReadTXT(records)
	if err != nil {
		return verify.Failed(err, verify.KindClaim, q)
	}
	return verify.Claims(found, q)
}

func judge(t *testing.T, a sharedtest.Attack, r *verify.Result) {
	t.Helper()
	if codes, rejects := a.Rejects(); rejects {
		if !slices.Contains(codes, string(r.Code)) || r.Status == kez.Valid {
			t.Fatalf("%s %q (%s), want %v: %s", r.Status, r.Code, r.Message, codes, a.Why)
		}
		return
	}
	switch a.Expect {
	case "accept", "accept:partial":
		if r.Status != kez.Valid || r.Code != "" {
			t.Fatalf("%s %q (%s), want valid: %s", r.Status, r.Code, r.Message, a.Why)
		}
		if r.ChainResult != nil && r.Partial != (a.Expect == "accept:partial") {
			t.Errorf("partial %t", r.Partial)
		}
	case "status:expired":
		if r.Status != kez.Expired || r.Code != kez.ClaimExpired {
			t.Fatalf("%s %q, want expired", r.Status, r.Code)
		}
	default:
		t.Fatalf("unknown expectation %s", a.Expect)
	}
}
