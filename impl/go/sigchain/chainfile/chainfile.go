// Package chainfile keeps sigchains as files: KEZ_HOME/sigchains, one file of
// JSON lines a primary, and the evidence of forks in KEZ_HOME/forks.
//
// What is read is verified whole before anything is done with it. An append
// replaces the file by one rename, under a lock, so that two writers never
// sign the same seq and a crash leaves the old or the new chain.
package chainfile

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// Files are the chains of one KEZ_HOME.
type Files struct{ home *home.Home }

// In gives the chains kept in a home.
func In(h *home.Home) Files { return Files{h} }

// name is the file of a primary; values of key systems are safe in file names.
func name(primary kez.Identity) string {
	return "sigchains/" + primary.System() + "_" + primary.Value() + ".jsonl"
}

// Path says where the chain of a primary is kept.
func (f Files) Path(primary kez.Identity) string { return f.home.Path(name(primary)) }

// Load reads and verifies the chain of a primary; where none is kept it is
// empty. Where evidence of a fork is kept the error is sigchain.fork, beside the
// state of the shared prefix and the lines of the kept branch: no program ends a
// fork (KEZ-CHAIN-074).
func (f Files) Load(primary kez.Identity) (*sigchain.State, []byte, error) {
	state, data, err := f.loadKept(primary)
	if err != nil && !errors.Is(err, kez.SigchainFork) {
		return state, data, err
	}
	forked, _, evidenceErr := f.Evidence(primary)
	if evidenceErr != nil {
		return nil, nil, evidenceErr
	}
	if forked == nil {
		return state, data, err
	}
	return sigchain.Merge(forked, state), data, f.Forked(forked)
}

func (f Files) loadKept(primary kez.Identity) (*sigchain.State, []byte, error) {
	data, err := f.home.Read(name(primary), kez.MaxChain, kez.CLIFile)
	if errors.Is(err, fs.ErrNotExist) {
		return sigchain.NewState(primary), nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	state, err := f.verify(primary, data)
	return state, data, err
}

// Append signs and adds one event. sign gets the verified chain and gives the
// canonical line; it runs under the lock.
func (f Files) Append(primary kez.Identity, sign func(*sigchain.State) ([]byte, error)) (*sigchain.State, error) {
	var state *sigchain.State
	err := f.home.Update(name(primary), kez.MaxChain, kez.CLIFile, func(old []byte) ([]byte, error) {
		var err error
		state = sigchain.NewState(primary)
		if old != nil {
			if state, err = f.verify(primary, old); err != nil {
				return nil, err
			}
		}
		if forked, _, err := f.Evidence(primary); err != nil {
			return nil, err
		} else if forked != nil {
			return nil, f.Forked(forked)
		}
		line, err := sign(state)
		if err != nil {
			return nil, err
		}
		if err := sigchain.NewVerifier(state).Append(line); err != nil {
			return nil, err
		}
		if len(old)+len(line)+2 > kez.MaxChain {
			return nil, kez.Errorf(kez.InputTooLarge, "the chain would be larger than %d bytes, which no reader takes", kez.MaxChain).
				WithHint("nothing was added; a chain this long can only be continued by rotating to a new primary while there is room")
		}
		if len(old) > 0 && !bytes.HasSuffix(old, []byte("\n")) {
			old = append(old, '\n') // a reader takes a missing last newline
		}
		return append(slices.Concat(old, line), '\n'), nil
	})
	if err != nil {
		return nil, err
	}
	return state, nil
}

func (f Files) verify(primary kez.Identity, data []byte) (*sigchain.State, error) {
	state, err := sigchain.Verify(bytes.NewReader(data), sigchain.Options{Primary: primary})
	if e, ok := errors.AsType[*kez.Error](err); ok {
		e.Message = "the kept chain " + f.Path(primary) + " is broken: " + e.Message
		e.Hint = "put the file back from a copy, or fetch the chain again from where it is published"
	}
	return state, err
}
