package sigchain

// Merge says what two verified chains of one primary add up to: the longer one
// where one begins with the other, else the shared prefix with the evidence of
// the fork. Forks that either holds already stay (KEZ-VERIFY-022, 023). The
// states themselves are not changed.
func Merge(a, b *State) *State {
	shared := 0
	for shared < min(a.Length, b.Length) && a.hashes[shared] == b.hashes[shared] {
		shared++
	}
	if shared < min(a.Length, b.Length) {
		forked := a.Prefix(shared)
		forked.Fork = &Fork{Seq: shared, Hashes: [2]Hash{a.hashes[shared], b.hashes[shared]}}
		return forked
	}
	switch {
	case a.Fork != nil && (b.Fork == nil || a.Length <= b.Length):
		return a
	case b.Fork != nil:
		return b
	case b.Length > a.Length:
		return b
	}
	return a
}
