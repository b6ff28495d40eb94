package mutants

import (
	"encoding/json"

	"kez.lat/kez/impl/go/adapter"
)

func verifyMutants() []Mutant {
	return []Mutant{
		{"chains are not read", "KEZ-VERIFY-010", forgets("chains")},
		{"what a chain does not list is invalid", "KEZ-VERIFY-012", alters(verify, refusesUnlisted)},
		{"a partial chain counts as whole", "KEZ-VERIFY-013", alters(verify, sets("chain_partial", false))},
		{"expired beats revoked", "KEZ-VERIFY-015", alters(verify, expiredFirst)},
		{"a fork is not looked at", "KEZ-VERIFY-016", skips(verify, "sigchain.fork", nil)},
		{"--require-chain is ignored", "KEZ-VERIFY-019", forgets("require_chain")},
		{"the subject is not compared", "KEZ-VERIFY-005", forgets("subject")},
		{"another primary's chain is ignored", "KEZ-VERIFY-033", skips(verify, "sigchain.primary_changed", nil)},
		{"the first valid candidate wins", "KEZ-SCAN-012", skips(verify, "proof.ambiguous", nil)},
		{"the named primary does not matter", "KEZ-VERIFY-009", forgets("primary")},
		{"a device once listed counts for ever", "KEZ-CHAIN-068", skips(verify, "claim.revoked", signedByDevice)},
		{"a rotation ends every claim", "KEZ-CHAIN-056", alters(verify, revokesRotated)},
		{"a rotation changes nothing", "KEZ-CHAIN-058", skips(verify, "claim.revoked", rotated)},
		{"a chain is a claim", "KEZ-SCAN-019", forcesAuto},
		{"any claim is taken with --as", "KEZ-SCAN-018", ignoresAs},
	}
}

// forgets leaves a member of the input out.
func forgets(name string) adapter.Handler {
	return func(r adapter.Request) adapter.Answer {
		if r.Op == verify || r.Op == txt || r.Op == scan {
			r = withRaw(r, name, nil)
		}
		return adapter.Handle(r)
	}
}

func refusesUnlisted(_ adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Accept != nil && right.Accept["chain_checked"] == true && right.Accept["chain_listed"] == false {
		return refuses("claim.revoked")
	}
	return right
}

func expiredFirst(r adapter.Request, right adapter.Answer) adapter.Answer {
	if alone := adapter.Handle(withRaw(r, "chains", nil)); has(right, "claim.revoked") && has(alone, "claim.expired") {
		return alone
	}
	return right
}

func signedByDevice(r adapter.Request) bool {
	signature := object(object(input(r, "text"))["signature"])
	return text(signature["key"]) != text(payloadOf(r)["primary"])
}

// rotated tells whether one of the chains ends in a rotation.
func rotated(r adapter.Request) bool {
	chains, err := r.Input.List("chains")
	if err != nil {
		return false
	}
	for _, c := range chains {
		again := with(adapter.Request{Op: chain, Now: r.Now, Input: adapter.Input{}}, "jsonl", c)
		if operation("rotate")(again) {
			return true
		}
	}
	return false
}

func revokesRotated(r adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Accept != nil && rotated(r) {
		return refuses("claim.revoked")
	}
	return right
}

func forcesAuto(r adapter.Request) adapter.Answer {
	if r.Op == verify && string(r.Input["as"]) == `"auto"` {
		r = withRaw(r, "as", json.RawMessage(`"claim"`))
	}
	return adapter.Handle(r)
}

func ignoresAs(r adapter.Request) adapter.Answer {
	if r.Op == verify {
		r = withRaw(r, "as", json.RawMessage(`"auto"`))
	}
	return adapter.Handle(r)
}
