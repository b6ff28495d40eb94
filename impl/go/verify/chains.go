package verify

import (
	"errors"
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
}

// chainSource is one chain as it came.
type chainSource struct {
	name  string
	state *sigchain.State
}

// Add takes a chain, forked ones included; source names where it came from.
func (c *Chains) Add(state *sigchain.State, source string) {
	if c.states == nil {
		c.states = map[kez.Identity]*sigchain.State{}
	}
	c.sources = append(c.sources, chainSource{source, state})
	if held := c.states[state.Primary]; held != nil {
		state = sigchain.Merge(held, state)
	}
	c.states[state.Primary] = state
}

// Of gives what the chains of a primary add up to, nil where there is none.
func (c *Chains) Of(primary kez.Identity) *sigchain.State { return c.states[primary] }

// list reports every source beside what all of them add up to.
func (c *Chains) list() []Source {
	list := make([]Source, 0, len(c.sources))
	for _, s := range c.sources {
		entry := Source{Source: s.name, State: SourceLongest, Length: s.state.Length, Head: headText(s.state)}
		switch whole := c.states[s.state.Primary]; {
		case s.state.Fork != nil, whole.Fork != nil && s.state.Length > whole.Length:
			entry.State, entry.Code = SourceFork, kez.SigchainFork
		case s.state.Length < whole.Length:
			entry.State = SourceBehind
		}
		list = append(list, entry)
	}
	return list
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
	state := c.states[primary]
	if state == nil || key.System() != kez.SystemEd25519 {
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
	if c == nil || len(c.states) == 0 {
		return info, nil
	}
	info.Sources = c.list()
	state := c.states[primary]
	if state == nil {
		return info, kez.Errorf(kez.SigchainPrimaryChanged, "the chain belongs to another primary than the claim, whose primary is %s", primary).
			WithHint("give the chain of the claim's primary")
	}
	info.Checked, info.Head, info.Length = true, headText(state), state.Length
	info.Age = max(0, int64(now.Sub(state.LastAt)/time.Second))
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
		if next == nil {
			info.Checked = false // the successor did not answer
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
