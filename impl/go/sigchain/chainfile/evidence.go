package chainfile

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// evidenceName is the file that proves a fork: the shared prefix and then both
// events, in JSON lines. Whoever verifies it as a chain finds the fork.
func evidenceName(primary kez.Identity) string {
	return "forks/" + primary.System() + "_" + primary.Value() + ".jsonl"
}

// evidenceLimit leaves room for the second event after a chain of full size.
const evidenceLimit = kez.MaxChain + kez.MaxEnvelope + 1

// EvidencePath says where the evidence of a fork is kept.
func (f Files) EvidencePath(primary kez.Identity) string { return f.home.Path(evidenceName(primary)) }

// Evidence gives what proves that a chain forked, and the state of the shared
// prefix; nil where no fork is known.
func (f Files) Evidence(primary kez.Identity) (*sigchain.State, []byte, error) {
	data, err := f.home.Read(evidenceName(primary), evidenceLimit, kez.CLIFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	state, err := sigchain.Verify(bytes.NewReader(data), sigchain.Options{Primary: primary})
	if !errors.Is(err, kez.SigchainFork) {
		path := f.EvidencePath(primary)
		return nil, nil, kez.Errorf(kez.CLIFile, "%s is no evidence of a fork, as which it is kept", path).
			WithHint("put the file back from a copy, or look at it and move it away: mv %s %s", home.ShellQuote(path), home.ShellQuote(path+".old"))
	}
	return state, data, nil
}

// KeepFork keeps the evidence of a fork, found in the lines of several sources.
// Evidence that is there already stays, unless this fork is an earlier one
// (KEZ-CHAIN-075).
func (f Files) KeepFork(state *sigchain.State, sources ...[]byte) error {
	locked, err := f.home.Lock(evidenceName(state.Primary), kez.CLIFile)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	known, lines, err := f.Evidence(state.Primary)
	if err != nil {
		return err
	}
	if known != nil && known.Fork.Seq <= state.Fork.Seq {
		return nil
	}
	evidence := evidenceOf(state, append(sources, lines))
	if evidence == nil {
		return kez.Errorf(kez.CLIFile, "the events of the fork at seq %d are no longer at hand", state.Fork.Seq)
	}
	return locked.Write(evidence)
}

// evidenceOf gathers the shared prefix and both events; nil where one is in none
// of the sources.
func evidenceOf(state *sigchain.State, sources [][]byte) []byte {
	var prefix []byte
	events := map[sigchain.Hash][]byte{}
	for _, lines := range sources {
		var before []byte
		seq := 0
		// A source that is broken further on still has what was verified of it.
		_ = eachLine(lines, func(line []byte) bool {
			hash := sigchain.Hash(sha256.Sum256(line))
			switch {
			case hash == state.Fork.Hashes[0], hash == state.Fork.Hashes[1]:
				events[hash] = bytes.Clone(line)
			case seq < state.Fork.Seq && hash == state.HashAt(seq):
				before = append(append(before, line...), '\n')
				seq++
			}
			return len(events) < 2 || seq < state.Fork.Seq
		})
		if seq == state.Fork.Seq {
			prefix = before
		}
	}
	a, b := events[state.Fork.Hashes[0]], events[state.Fork.Hashes[1]]
	if a == nil || b == nil || state.Fork.Seq > 0 && prefix == nil {
		return nil
	}
	return bytes.Join([][]byte{prefix, a, []byte("\n"), b, []byte("\n")}, nil)
}

// Forked is the error of a forked chain: it says where the evidence is kept, and
// what only a person can do (KEZ-CHAIN-074).
func (f Files) Forked(state *sigchain.State) error {
	chain, evidence := home.ShellQuote(f.Path(state.Primary)), home.ShellQuote(f.EvidencePath(state.Primary))
	return kez.Errorf(kez.SigchainFork, "the chain of %s forks: two different events with seq %d were signed, %s and %s",
		state.Primary, state.Fork.Seq, state.Fork.Hashes[0], state.Fork.Hashes[1]).
		WithHint("trust nothing after the shared prefix. If the key is yours, and nobody has seen the branch in %s, move that file and the evidence in %s away and pull again; else only a new primary helps", chain, evidence)
}
