package verify

import (
	"errors"
	"strings"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/kez"
)

// Place is one place that a channel looked in.
type Place struct {
	URL  string   `json:"url"`
	Code kez.Code `json:"code"` // "" where it was looked at
	Seen string   `json:"seen"`
	Hint string   `json:"hint"`
}

// Found judges what a channel found for the subject of a question.
func Found(f *channel.Finding, q Question) *Result {
	q.Searched = true
	r := &Result{ClaimResult: q.claimResult([]Candidate{})}
	for _, p := range f.Places {
		r.Places = append(r.Places, place(p))
	}
	r.Notes = f.Notes
	answers := []Candidate{}
	for _, c := range f.Candidates {
		judged := q.judge(c.Candidate)
		if judged.Evidence = c.URL; c.Where != "" {
			judged.Evidence += ", " + c.Where
		}
		if undecoded(judged.Code) {
			judged.Cause, judged.Code = judged.Code, kez.ChannelCorrupt
		}
		r.Candidates = append(r.Candidates, judged)
		if judged.decoded {
			r.Kind = KindClaim // something was decoded
		}
		if judged.Code != kez.InputEmpty { // an empty fence is nothing there
			answers = append(answers, judged)
		}
	}
	q.answer(r, answers, f.Places)
	return r
}

func place(p channel.Place) Place {
	if p.Err == nil {
		return Place{URL: p.URL, Seen: p.Seen}
	}
	code, message, hint, _, _ := explain(p.Err)
	return Place{p.URL, code, message, hint}
}

// undecoded reports codes of a text that never became an envelope
// (KEZ-CHAN-013); what did keeps its own code.
func undecoded(code kez.Code) bool {
	switch group, _, _ := strings.Cut(string(code), "."); group {
	case "json", "compact", "short", "dns", "markdown":
		return true
	}
	return code == kez.EnvelopeNotObject || code == kez.InputTooLarge
}

// answer picks, in this order, a valid proof, the code of a candidate, of an
// account that is another's, of a place that could not be looked at, of a
// missing account, and not found (KEZ-CHAN-016).
func (q Question) answer(r *Result, answers []Candidate, places []channel.Place) {
	var others error // proofs are there, of other primaries
	if len(answers) > 0 {
		best, err := q.choose(answers)
		if best != nil {
			r.take(best)
			r.Evidence = best.Evidence
		}
		if err == nil {
			if r.Status == kez.Valid {
				q.finish(r)
			}
			return
		}
		if !errors.Is(err, kez.ChannelNotFound) {
			r.fail(err, true)
			return
		}
		others = err
	}
	if err := worst(places); err != nil {
		r.fail(err, true)
		return
	}
	if others != nil {
		r.fail(others, true)
		return
	}
	r.fail(kez.Errorf(kez.ChannelNotFound, "no proof for %s was found where it is published", q.Subject).
		WithHint("the owner publishes one with: kez claim guide %s", q.Subject), true)
}

// worst gives the error of the place that keeps the answer from being "not
// found".
func worst(places []channel.Place) error {
	rank := func(err error) int {
		switch kez.CodeOf(err) {
		case kez.ChannelOwnerMismatch:
			return 4
		case kez.ChannelNotFound:
			return 1
		case kez.ChannelAccountMissing:
			return 2
		}
		return 3
	}
	var found error
	for _, p := range places {
		if p.Err != nil && (found == nil || rank(p.Err) > rank(found)) {
			found = p.Err
		}
	}
	return found
}
