package sigchain_test

import (
	"bytes"
	"context"
	"sync"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// memory is a log of one chain, as simple as can be. before, if set, runs ahead
// of each Append, for tests in which another writer is faster.
type memory struct {
	sigchain.Log // nil: nothing else is called
	mu           sync.Mutex
	entries      []sigchain.Entry
	tip          sigchain.Tip
	before       func()
	failing      error
	asked        int // calls of Hashes
}

func newMemory(primary kez.Identity) *memory {
	return &memory{tip: sigchain.Tip{Primary: primary}}
}

// holding is a log that has a verified chain already.
func holding(primary kez.Identity, chain []byte) *memory {
	m := newMemory(primary)
	if len(chain) == 0 {
		return m
	}
	_, err := sigchain.Verify(bytes.NewReader(chain), sigchain.Options{Each: func(e sigchain.Event, line []byte) error {
		m.add(sigchain.Entry{Event: e, Line: bytes.Clone(line)})
		return nil
	}})
	if err != nil {
		panic(err)
	}
	return m
}

func (m *memory) add(e sigchain.Entry) {
	m.entries, m.tip = append(m.entries, e), m.tip.After(&e)
}

func (m *memory) Tip(context.Context, kez.Identity) (sigchain.Tip, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tip, m.failing
}

func (m *memory) At(_ context.Context, _ kez.Identity, seq int) (sigchain.Stored, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if seq >= len(m.entries) {
		return sigchain.Stored{}, false, nil
	}
	e := m.entries[seq]
	return sigchain.Stored{Seq: e.Seq, Hash: e.Hash, Line: e.Line}, true, nil
}

func (m *memory) Hashes(_ context.Context, _ kez.Identity, since, limit int) ([]sigchain.Hash, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	var hashes []sigchain.Hash
	for _, e := range m.entries[since:min(len(m.entries), since+limit)] {
		hashes = append(hashes, e.Hash)
	}
	return hashes, m.failing
}

func (m *memory) Append(_ context.Context, tip sigchain.Tip, entries []sigchain.Entry) (bool, error) {
	if m.before != nil {
		m.before()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tip != tip {
		return false, nil
	}
	for _, e := range entries {
		m.add(e)
	}
	return true, nil
}

func (m *memory) lines() []byte {
	var out []byte
	for _, e := range m.entries {
		out = append(append(out, e.Line...), '\n')
	}
	return out
}
