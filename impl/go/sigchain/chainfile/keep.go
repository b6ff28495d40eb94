package chainfile

import (
	"bytes"
	"errors"
	"io/fs"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/strictjson"
)

// Keep keeps a verified chain, given with its lines, where it extends the kept
// one, and reports whether it did. A kept chain is never replaced by a shorter
// one or by another branch, which is sigchain.fork (KEZ-VERIFY-028, 029).
func (f Files) Keep(state *sigchain.State, lines []byte) (changed bool, err error) {
	if state.Fork != nil {
		return false, f.Forked(state)
	}
	if lines, err = canonicalLines(lines); err != nil {
		return false, err
	}
	locked, err := f.home.Lock(name(state.Primary), kez.CLIFile)
	if err != nil {
		return false, err
	}
	defer locked.Unlock()
	old, err := locked.Read(kez.MaxChain)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	switch {
	case bytes.Equal(old, lines):
		return false, nil
	case len(old) > 0 && !bytes.HasPrefix(lines, old):
		// Another branch, a longer chain, or other spellings of the same events.
		kept, err := f.verify(state.Primary, old)
		if err != nil {
			return false, err
		}
		if merged := sigchain.Merge(kept, state); merged.Fork != nil {
			return false, f.Forked(merged)
		}
		if kept.Length >= state.Length {
			return false, nil
		}
	}
	return true, locked.Write(lines)
}

// canonicalLines writes lines as we write chains (KEZ-CHAIN-014).
func canonicalLines(lines []byte) ([]byte, error) {
	out := make([]byte, 0, len(lines)+1)
	err := eachLine(lines, func(line []byte) bool {
		out = append(append(out, line...), '\n')
		return true
	})
	return out, err
}

// eachLine hands on the canonical form of each line until it is told to stop.
func eachLine(lines []byte, take func(line []byte) bool) error {
	var doc *strictjson.Document
	for line := range bytes.Lines(lines) {
		var err error
		if doc, err = strictjson.ReadCanonicalInto(doc, line, len(line)); err != nil {
			return err
		}
		if !take(doc.Bytes()) {
			return nil
		}
	}
	return nil
}
