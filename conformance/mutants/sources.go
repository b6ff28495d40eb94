package mutants

import (
	"maps"
	"strings"

	"kez.lat/kez/impl/go/adapter"
)

// look is the operation that asks for chains.
const look = "identity.verify"

func sourceMutants() []Mutant {
	return []Mutant{
		{"stores are not asked", "KEZ-CHAN-073", leads(withoutStores)},
		{"one store is enough", "KEZ-VERIFY-021", leads(oneStore)},
		{"one store is the longest", "KEZ-VERIFY-022", leads(oneStore)},
		{"sources are not compared", "KEZ-VERIFY-023", leads(oneStore)},
		{"relays are not asked for chains", "KEZ-CHAN-074", leads(withoutRelays)},
		{"what is not there was not asked", "KEZ-CHAN-076", alters(look, sets("chain_checked", false))},
		{"a faulty chain is a fault of the claim", "KEZ-CHAN-077", alters(look, refusesUnchecked)},
		{"kept chains do not count", "KEZ-VERIFY-025", without("kept")},
		{"a rollback is not seen", "KEZ-VERIFY-026", skips(look, "sigchain.rollback", nil)},
		{"a rollback is graver than a revocation", "KEZ-VERIFY-027", alters(look, rollbackFirst)},
		{"a site without a chain answers", "KEZ-VERIFY-040", alters(look, sets("chain_checked", true))},
	}
}

// leads changes where a program is led.
func leads(change func(r adapter.Request, endpoints map[string]string)) adapter.Handler {
	return func(r adapter.Request) adapter.Answer {
		if r.Op == look {
			endpoints := maps.Clone(r.Endpoints)
			change(r, endpoints)
			r.Endpoints = endpoints
		}
		return adapter.Handle(r)
	}
}

func withoutStores(_ adapter.Request, endpoints map[string]string) {
	endpoints["KEZ_SIG_SERVER"] = "none"
}

func oneStore(_ adapter.Request, endpoints map[string]string) {
	endpoints["KEZ_SIG_SERVER"], _, _ = strings.Cut(endpoints["KEZ_SIG_SERVER"], ",")
}

func withoutRelays(r adapter.Request, endpoints map[string]string) {
	if identity, err := r.Input.Text("identity"); err == nil && !strings.HasPrefix(identity, "nostr:") {
		delete(endpoints, "KEZ_NOSTR_RELAYS") // which leads to an address where nobody is
	}
}

func without(member string) adapter.Handler {
	return func(r adapter.Request) adapter.Answer {
		if r.Op == look {
			r = withRaw(r, member, nil)
		}
		return adapter.Handle(r)
	}
}

func refusesUnchecked(_ adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Accept != nil && right.Accept["chain_checked"] == false {
		return refuses("channel.unreachable")
	}
	return right
}

// rollbackFirst answers what is revoked or forked, and kept, with a rollback.
func rollbackFirst(r adapter.Request, right adapter.Answer) adapter.Answer {
	if r.Input.Has("kept") && (has(right, "claim.revoked") || has(right, "sigchain.fork")) {
		return refuses("sigchain.rollback")
	}
	return right
}
