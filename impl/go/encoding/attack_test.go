package encoding

import (
	"encoding/json"
	"errors"
	"testing"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// The attacks on encodings: what this package refuses must have the code that
// was asked for; the strict reader stands in for the readers of claims.
func TestAttacks(t *testing.T) {
	for _, a := range sharedtest.Attacks(t, "compact", "markdown", "dns-txt") {
		var candidates []Candidate
		var err error
		switch a.Kind {
		case "compact":
			token, tokenErr := DecodeToken(a.Input)
			candidates = []Candidate{{Form: token.Form, JSON: token.JSON, Err: tokenErr}}
		case "markdown":
			candidates, err = ScanMarkdown(a.Input)
		case "dns-txt":
			var records [][]string
			if err := json.Unmarshal(a.Input, &records); err != nil {
				t.Fatal(a.ID, err)
			}
			candidates, err = ReadTXT(records)
		}
		code := verdict(candidates, err)
		want, reject := a.Rejects()
		if !reject && code != "" || reject && string(code) != want[0] {
			t.Errorf("%s: %s, want %s (%s)", a.ID, code, a.Expect, a.Why)
		}
	}
}

// verdict is none where a candidate holds an envelope, else the first code. A
// claim in a bundle is what a reader of chains would say of its first line.
func verdict(candidates []Candidate, err error) kez.Code {
	if err != nil {
		return kez.CodeOf(err)
	}
	var first kez.Code
	for _, c := range candidates {
		err := c.Err
		if err == nil {
			_, err = strictjson.Read(c.JSON, kez.MaxEnvelope)
		}
		if err == nil && c.Form == FormBundle {
			err = errors.New("a claim, not an event")
			first = kez.EnvelopeTypeMismatch
		}
		if err == nil {
			return ""
		}
		if first == "" {
			first = kez.CodeOf(err)
		}
	}
	return first
}
