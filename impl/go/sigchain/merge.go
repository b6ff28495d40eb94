package sigchain

// forkAt gives the shared prefix before a fork, which may be no event at all,
// with the evidence. Whose chain it is stays known.
func (s *State) forkAt(fork *Fork) *State {
	prefix := s.Prefix(fork.Seq)
	prefix.Primary, prefix.Fork = s.Primary, fork
	return prefix
}

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
		return a.forkAt(&Fork{Seq: shared, Hashes: [2]Hash{a.hashes[shared], b.hashes[shared]}})
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
