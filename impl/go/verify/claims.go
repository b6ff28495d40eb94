package verify

import (
	"time"

	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Question is what a person wants to know.
type Question struct {
	Subject kez.Identity // zero: whatever the proofs are about
	Primary kez.Identity // zero: whoever signed
	Now     time.Time
	Chains  *Chains // those given as files; nil: none are
	// RequireChain makes a verdict without a whole chain unreachable.
	RequireChain bool
	// Searched says that the candidates come from a channel, where finding
	// nothing is not_found.
	Searched bool
	Evidence string // where the candidates were found
	// Run is the run that the question is part of; nil makes one for it.
	Run *Run
	// NoChains says that no chain decides, as where a look only leads on.
	NoChains bool

	// look, where chains are looked for, gives those that decide about a
	// primary's claims, the files included.
	look func(primary kez.Identity) *Chains
}

// chainsOf gives the chains that decide about claims of a primary. Those of
// primaries that were not asked for are not looked for.
func (q Question) chainsOf(primary kez.Identity) *Chains {
	if q.look == nil || !q.Primary.IsZero() && primary != q.Primary {
		return q.Chains
	}
	return q.look(primary)
}

// Claims judges candidates: each for itself, then all together.
func Claims(found []encoding.Candidate, q Question) *Result {
	candidates := make([]Candidate, 0, len(found))
	for _, f := range found {
		candidates = append(candidates, q.judge(f))
	}
	r := &Result{Kind: KindClaim, Evidence: q.Evidence, ClaimResult: q.claimResult(candidates)}
	best, err := q.choose(candidates)
	if best != nil {
		r.take(best)
	}
	if err != nil {
		r.fail(err, q.Searched)
		return r
	}
	if r.Status == kez.Valid {
		q.finish(r)
	}
	return r
}

func (q Question) claimResult(candidates []Candidate) *ClaimResult {
	return &ClaimResult{Subject: q.Subject.String(), Candidates: candidates, Chain: ChainInfo{Sources: []Source{}}}
}

// judge checks and decides one candidate.
func (q Question) judge(f encoding.Candidate) Candidate {
	c := Candidate{Evidence: f.Where, Encoding: f.Form}
	err := f.Err
	if err == nil {
		err = q.check(f.JSON, &c)
	}
	var r Result
	if err != nil {
		r.fail(err, q.Searched)
	} else {
		r.Status, r.Message = kez.Valid, "the claim is valid"
	}
	c.Status, c.Code, c.Message, c.Hint, c.Cause = r.Status, r.Code, r.Message, r.Hint, r.Cause
	return c
}

func (q Question) check(json []byte, c *Candidate) error {
	var device func(key, primary kez.Identity) bool
	if q.Chains != nil || q.look != nil {
		device = func(key, primary kez.Identity) bool { return q.chainsOf(primary).device(key, primary) }
	}
	cl, err := claim.Read(json, q.Now, device)
	if err != nil {
		c.answer.primary, c.decoded = named(json)
		return err
	}
	c.decoded = true
	c.answer = identities{cl.Subject.Canonical(), cl.Primary}
	payload := cl.Payload()
	c.Subject, c.Primary = cl.Subject.String(), cl.Primary.String()
	c.CreatedAt, c.ExpiresAt = payload.Member("created_at").Text(), payload.Member("expires_at").Text()
	if !q.Subject.IsZero() && !cl.Subject.Same(q.Subject) {
		return kez.Errorf(kez.ChannelSubjectMismatch, "the claim is about %s, not about %s", cl.Subject, q.Subject).
			WithHint("the proof was copied from somebody else, or published in the wrong place")
	}
	c.chains = q.chainsOf(cl.Primary)
	c.chain, err = c.chains.decide(cl.Subject, cl.Primary, cl.Key, q.Now)
	if err != nil {
		return err
	}
	if cl.Expired(q.Now) {
		return kez.Errorf(kez.ClaimExpired, "the claim expired at %s, and this machine's clock says %s", c.ExpiresAt, kez.FormatTime(q.Now)).
			WithHint("%s", clockHint(q.Now, "ask the owner for a new claim"))
	}
	if q.look == nil || c.chains == nil {
		return nil
	}
	if err := c.chains.cut(cl.Primary); err != nil {
		return err
	}
	return c.chains.rolledBack()
}

// named gives the primary that a faulty envelope names, so that it can be told
// apart from those of the primary asked for (KEZ-VERIFY-008), and whether there
// was an envelope at all.
func named(json []byte) (primary kez.Identity, decoded bool) {
	doc, err := strictjson.Read(json, kez.MaxEnvelope)
	if err != nil {
		return primary, false
	}
	primary, _ = kez.ParseSigned(doc.Root().Member("payload").Member("primary").Text())
	return primary, doc.Root().Member("kez").Kind() != strictjson.None
}

// clockHint adds a warning where the clock itself is the likelier fault.
func clockHint(now time.Time, hint string) string {
	if year := now.UTC().Year(); year < 2024 || year > 2060 {
		return "the clock of this machine looks wrong; set it and try again"
	}
	return hint
}

// choose picks the candidate that answers the question, and an error where
// their number or lack does.
func (q Question) choose(candidates []Candidate) (*Candidate, error) {
	mine := candidates[:0:0]
	for _, c := range candidates {
		if q.Primary.IsZero() || c.answer.primary.IsZero() || c.answer.primary == q.Primary {
			mine = append(mine, c)
		}
	}
	if len(mine) == 0 {
		if len(candidates) == 0 {
			return nil, kez.Errorf(kez.ProofNoProof, "there is no proof here").
				WithHint("look for a text that starts with kez: or a fence marked kez")
		}
		return nil, kez.Errorf(kez.ChannelNotFound, "no proof here names the primary %s; %d name others", q.Primary, len(candidates)).
			WithHint("leave --primary out to see whom they name")
	}
	var ambiguous error
	for i := range mine {
		c := &mine[i]
		if c.Status != kez.Valid {
			continue
		}
		if other := rival(mine, c.answer); other == "" {
			return c, nil
		} else if ambiguous == nil {
			ambiguous = kez.Errorf(kez.ProofAmbiguous, "%s is claimed by two primaries, %s and %s", c.Subject, c.Primary, other).
				WithHint("say with --primary whom you mean, or have the owner remove the other proof")
		}
	}
	if ambiguous != nil {
		return nil, ambiguous
	}
	for _, status := range []kez.Status{kez.Revoked, kez.Expired} {
		for i := range mine {
			if mine[i].Status == status {
				return &mine[i], nil
			}
		}
	}
	return &mine[0], nil
}

// rival finds another primary with a valid claim on the same subject. One whose
// chain was cut may be valid.
func rival(candidates []Candidate, a identities) string {
	for _, c := range candidates {
		unknown := c.Code == kez.ChannelTooLarge && c.chains != nil
		if (c.Status == kez.Valid || unknown) && c.answer.subject == a.subject && c.answer.primary != a.primary {
			return c.Primary
		}
	}
	return ""
}

func (r *Result) take(c *Candidate) {
	r.Status, r.Code, r.Message, r.Hint, r.Cause = c.Status, c.Code, c.Message, c.Hint, c.Cause
	r.Primary, r.CreatedAt, r.ExpiresAt, r.Encoding = c.Primary, c.CreatedAt, c.ExpiresAt, c.Encoding
	if r.Subject == "" {
		r.Subject = c.Subject
	}
	if c.chain.Sources != nil {
		r.Chain = c.chain
	}
	r.chains = c.chains
}

// finish words a valid verdict and applies --require-chain.
func (q Question) finish(r *Result) {
	chain := &r.Chain
	switch {
	case q.RequireChain && (!chain.Checked || chain.Partial):
		err := kez.Errorf(kez.ChannelUnreachable, "the claim is sound, and its chain could not be read whole, which was required").
			WithHint("give the chain, or leave --require-chain out")
		r.fail(err, q.Searched)
	case !chain.Checked && chain.waits:
		r.Message = "the claim is valid; the primary was replaced and the successor's chain did not answer"
	case !chain.Checked && len(chain.Sources) > 0:
		r.Message = "the claim is valid; no chain was checked, since no source of it answered, so a later revocation would not show"
	case !chain.Checked:
		r.Message = "the claim is valid; no chain was checked, so a later revocation would not show"
	case chain.Partial:
		r.Message = "the claim is valid; the chain holds operations that this program does not know"
	case !chain.Listed && chain.Length == 0:
		r.Message = "the claim is valid; its primary has published no chain, so none lists its subject"
	case !chain.Listed:
		r.Message = "the claim is valid; the chain does not mention its subject"
	default:
		r.Message = "the claim is valid, and the chain lists it"
	}
}

// Failed is the result of a reading that gave nothing to judge; kind is "" when
// not even the form could be told.
func Failed(err error, kind string, q Question) *Result {
	r := &Result{Kind: kind, Evidence: q.Evidence}
	if kind == KindSigchain {
		r.ChainResult = chainResult(nil)
	} else {
		r.ClaimResult = q.claimResult([]Candidate{})
	}
	r.fail(err, q.Searched)
	return r
}
