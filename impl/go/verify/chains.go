package verify

import (
	"errors"
	"slices"
	"time"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// MaxHops is how many rotations are followed from one primary.
const MaxHops = 8

// Chains are the verified chains at hand, by primary. Of several for one
// primary the longest decides, and two that differ are a fork.
type Chains struct {
	states  map[kez.Identity]*sigchain.State
	sources []chainSource
	// unasked says that no source but this machine was asked, since too many
	// primaries were named before.
	unasked bool
}

// chainSource is one chain as it came, or why it did not.
type chainSource struct {
	name    string
	primary kez.Identity
	kind    sourceKind
	state   *sigchain.State // nil: it did not answer
	lines   []byte          // where they may have to be kept
	err     error
	full    bool // it answered, and the run had no memory left for it
}

// sourceKind tells what an answer is worth.
type sourceKind int

const (
	fromFile  sourceKind = iota // given by the user
	fromHome                    // the kept chain
	fromAfar                    // asked for at a place of the primary
	fromThere                   // asked for at the subject's own place
)

// answered reports whether a source has told something. The subject's own place
// need not have a chain, and who holds it could take it away, so that nothing
// there tells nothing (KEZ-VERIFY-040).
func (s *chainSource) answered() bool {
	return s.state != nil && (s.kind != fromThere || s.state.Length > 0 || s.state.Fork != nil)
}

// Add takes a chain, forked ones included; source names where it came from.
func (c *Chains) Add(state *sigchain.State, source string) {
	c.add(chainSource{name: source, primary: state.Primary, state: state})
}

func (c *Chains) add(s chainSource) {
	if c.states == nil {
		c.states = map[kez.Identity]*sigchain.State{}
	}
	c.sources = append(c.sources, s)
	if s.state == nil {
		return
	}
	state := s.state
	if held := c.states[s.primary]; held != nil {
		state = sigchain.Merge(held, state)
	}
	c.states[s.primary] = state
}

// Of gives what the chains of a primary add up to, nil where there is none.
func (c *Chains) Of(primary kez.Identity) *sigchain.State { return c.states[primary] }

// answered reports whether any source told something of a primary's chain.
func (c *Chains) answered(primary kez.Identity) bool {
	return slices.ContainsFunc(c.sources, func(s chainSource) bool { return s.primary == primary && s.answered() })
}

// list reports every source beside what all of them add up to.
func (c *Chains) list() []Source {
	list := make([]Source, 0, len(c.sources))
	for _, s := range c.sources {
		list = append(list, c.report(s))
	}
	return list
}

func (c *Chains) report(s chainSource) Source {
	if s.state == nil {
		code, message, _, _, _ := explain(s.err)
		return Source{Source: s.name, State: SourceNoAnswer, Code: code, Message: message}
	}
	entry := Source{Source: s.name, State: SourceLongest, Length: s.state.Length, Head: headText(s.state)}
	switch whole := c.states[s.primary]; {
	case s.state.Fork != nil, whole.Fork != nil && s.state.Length > whole.Length:
		entry.State, entry.Code = SourceFork, kez.SigchainFork
	case s.state.Length < whole.Length, s.state.Length == 0:
		entry.State = SourceBehind
	}
	return entry
}

// cut gives an error where limits of this program kept it from a chain of a claim:
// whoever publishes much must not hide a revocation by it.
func (c *Chains) cut(primary kez.Identity) error {
	if c.unasked {
		return kez.Errorf(kez.ChannelTooLarge, "more than %d primaries are named here, and the chain of %s was not asked for", maxPrimaries, primary).
			WithHint("say with --primary whom you mean")
	}
	for _, s := range c.sources {
		if s.full {
			return s.err
		}
	}
	return nil
}

// rolledBack gives sigchain.rollback where sources answer and none of them has
// the kept head of a chain that the claim depends on (KEZ-VERIFY-026). Whoever
// calls has found neither a revocation nor a fork (KEZ-VERIFY-027).
func (c *Chains) rolledBack() error {
	for _, kept := range c.sources {
		if kept.kind != fromHome || kept.state == nil || kept.state.Length == 0 {
			continue
		}
		last, answers, confirmed := kept.state.Length-1, 0, false
		for i := range c.sources {
			s := &c.sources[i]
			if s.primary != kept.primary || s.kind != fromAfar && s.kind != fromThere || !s.answered() {
				continue
			}
			answers++
			confirmed = confirmed || s.state.Length > last && s.state.HashAt(last) == kept.state.Head
		}
		if answers > 0 && !confirmed {
			return kez.Errorf(kez.SigchainRollback, "no source that answers has all %d events of the chain of %s that are kept on this machine", kept.state.Length, kept.primary).
				WithHint("a source may hold events back, or lost them; ask again later or another store. If the chain is yours: kez sigchain publish")
		}
	}
	return nil
}

func headText(state *sigchain.State) string {
	if state == nil || state.Length == 0 {
		return ""
	}
	return state.Head.String()
}

// device reports whether a key was ever listed as a device of a primary; what
// became of it since is for decide.
func (c *Chains) device(key, primary kez.Identity) bool {
	if c == nil || key.System() != kez.SystemEd25519 {
		return false
	}
	state := c.states[primary]
	if state == nil {
		return false
	}
	_, known := state.Device(key)
	return known
}

// decide asks the chains about a claim that is sound in itself. The error is
// the reason not to take it; expiry is left to the caller, since revoked and
// fork come first.
func (c *Chains) decide(subject, primary, key kez.Identity, now time.Time) (ChainInfo, error) {
	info := ChainInfo{Sources: []Source{}}
	if c == nil || len(c.sources) == 0 {
		return info, nil
	}
	info.Sources = c.list()
	state := c.states[primary]
	if state == nil {
		if slices.ContainsFunc(c.sources, func(s chainSource) bool { return s.kind == fromFile }) {
			return info, kez.Errorf(kez.SigchainPrimaryChanged, "the chain belongs to another primary than the claim, whose primary is %s", primary).
				WithHint("give the chain of the claim's primary")
		}
		return info, nil // no source answered
	}
	info.Checked, info.Head, info.Length = c.answered(primary), headText(state), state.Length
	if state.Length > 0 {
		info.Age = max(0, int64(now.Sub(state.LastAt)/time.Second))
	}
	if key != primary {
		if listed, _ := state.Device(key); !listed {
			return info, revoked("the device that signed the claim is no longer listed in the chain")
		}
	}
	return info, c.follow(&info, state, subject)
}

// follow walks the chain and its successors. inherited says that the subject
// was active when the chain before was closed.
func (c *Chains) follow(info *ChainInfo, state *sigchain.State, subject kez.Identity) error {
	inherited := false
	seen := map[kez.Identity]bool{state.Primary: true}
	for hop := 0; ; hop++ {
		active, listed := state.Subject(subject)
		info.Listed = info.Listed || listed
		info.Partial = info.Partial || state.Partial
		switch {
		case listed && !active:
			return revoked("the chain revokes the subject")
		case state.Fork != nil:
			return forked(state)
		case !state.Closed():
			return nil
		case !active && !inherited:
			return revoked("the primary was replaced by %s, and the subject was not active then", state.Successor)
		case hop == MaxHops:
			return rotationLoop("the primary was replaced more than %d times", MaxHops)
		case seen[state.Successor]:
			return rotationLoop("the rotations lead back to %s", state.Successor)
		}
		inherited = true
		next := c.states[state.Successor]
		if next == nil || !c.answered(state.Successor) {
			info.Checked, info.waits = false, true // the successor did not answer
			return nil
		}
		seen[state.Successor] = true
		state = next
	}
}

func revoked(format string, args ...any) error {
	return kez.Errorf(kez.ClaimRevoked, format, args...).
		WithHint("the owner took the claim back; ask them for a new one if it should stand")
}

func forked(state *sigchain.State) error {
	return kez.Errorf(kez.SigchainFork, "the primary signed two different events with seq %d, so its chain decides nothing from there on", state.Fork.Seq).
		WithHint("only the owner can explain; trust nothing new from this primary")
}

func rotationLoop(format string, args ...any) error {
	return kez.Errorf(kez.SigchainRotationLoop, format, args...).
		WithHint("ask the owner which primary stands")
}

// explain takes an error apart for a result.
func explain(err error) (code kez.Code, message, hint string, at int, cause kez.Code) {
	if e, ok := errors.AsType[*kez.Error](err); ok {
		return e.Code, e.Message, e.Hint, e.At, e.Cause
	}
	return kez.CLIFile, err.Error(), "", 0, ""
}
